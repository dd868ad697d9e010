"""The paper's Table 2, and splits by source video."""
