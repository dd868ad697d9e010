"""The package as a whole: what importing it costs and brings."""

import re
import subprocess
import sys

from PIL import Image
from skimage import data

from tests.conftest import ROOT


def python(code):
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_does_not_import_tensorflow():
    assert python(
        "import ha_deblur, sys; ha_deblur.presets.get('paper');"
        "print('tensorflow' in sys.modules)") == "False\n"


def test_the_path_that_deblurs_does_not_import_addons():
    assert python(
        "import sys, numpy as np; from ha_deblur import Deblurrer, presets,"
        "MultiScaleDeblur, HumanAttention, ResidualEncoder, MultiHeadDecoder;"
        "Deblurrer(MultiScaleDeblur(presets.get('tiny'))).deblur("
        "np.zeros([8, 8, 3], np.uint8));"
        "print('tensorflow_addons' in sys.modules)") == "False\n"


def test_readme_s_example_runs_with_the_shipped_model(tmp_path):
    example = re.search(r"From Python:\n\n((?:    .*\n)+)",
                        (ROOT / "README.md").read_text()).group(1)
    Image.fromarray(data.astronaut()[100:140, 180:240]).save(
        tmp_path / "party.jpg", quality=95)
    lines = [f"import ha_deblur, os; os.chdir({str(tmp_path)!r})",
             *(line.strip() for line in example.splitlines()),
             "print(result.sharp.shape, result.sharp.dtype, result.warning)"]
    assert python("\n".join(lines)) == "(40, 60, 3) uint8 None\n"


def test_the_library_imports_neither_folder_above_it():
    for path in (ROOT / "ha_deblur").rglob("*.py"):
        for line in path.read_text().splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert words[1].split(".")[0] not in (
                    "data_prep", "experiments", "tests"), f"{path}: {line}"


def test_unknown_names_are_attribute_errors():
    import ha_deblur
    assert not hasattr(ha_deblur, "nothing")
