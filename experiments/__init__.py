"""The paper's training, evaluation and tables. Each module is a command."""
