"""The export command, and the StableHLO programs that it writes."""

import json

import numpy as np
import pytest

from ha_deblur.export import stablehlo
from tests.experiments.exports import (
    TOLERANCE,
    export,
    export_after,
    levels_apart,
    noise,
    restored_by_layers,
)


def test_the_model_under_test_changes_pictures_and_does_not_saturate(model):
    images = noise(1, 64, 96, 3)
    restored = restored_by_layers(model, images)
    assert np.abs(restored.astype(int) - images).mean() > 1
    assert np.isin(restored, (0, 255)).mean() < 0.05


def test_stablehlo_program_equals_the_whole_model(model, saved, tmp_path):
    output = tmp_path / "program"
    output.mkdir()  # an empty folder is welcome
    done = export(f"--model={saved}", f"--output={output}",
                  "--format=stablehlo", "--height=32", "--width=64")
    assert done.returncode == 0, done.stderr
    about = json.loads((output / "program.json").read_text())
    program = (output / "program.stablehlo").read_bytes()
    assert program.startswith(b"ML\xefR")  # MLIR bytecode
    assert b"StableHLO_v" + about["stablehlo_version"].encode() in program[:32]
    for end in (about["inputs"][0], about["outputs"][0]):
        assert (end["shape"], end["dtype"]) == ([1, 32, 64, 3], "uint8")
    assert about["preset"]["name"] == "tiny"
    images = noise(1, 32, 64, 3)
    assert levels_apart(
        stablehlo.run(program, images),
        restored_by_layers(model, images)) <= TOLERANCE


def test_stablehlo_programs_are_of_any_fixed_size_and_batch(model, deblur):
    images = noise(2, 17, 35, 3)
    program = stablehlo.lower(model, height=17, width=35, batch=2)
    assert b"torch_index_select" not in program  # not in the specification
    sharp = stablehlo.run(program, images)
    assert sharp.shape == images.shape
    for i in range(2):
        assert levels_apart(sharp[i], deblur(images[i])) <= TOLERANCE


def test_an_export_that_differs_from_the_model_is_not_kept(saved, tmp_path):
    # the program's runner is replaced by one that returns the negative
    done = export_after(
        "from ha_deblur.export import stablehlo\n"
        "stablehlo.run = lambda program, images: 255 - images",
        f"--model={saved}", f"--output={tmp_path / 'program'}",
        "--format=stablehlo", "--height=32", "--width=32")
    assert done.returncode == 2
    assert "differs from the model" in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_never_overwritten(saved, tmp_path):
    (tmp_path / "precious").write_text("kept")
    done = export(f"--model={saved}", f"--output={tmp_path}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {tmp_path} exists")
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


@pytest.mark.parametrize(("arguments", "remedy"), [
    (["--format=stablehlo", "--height=32"], "give --height and --width"),
    (["--format=tflite", "--height=32"], "give --height and --width"),
    (["--format=onnx", "--batch=2"], "leave out --batch"),
    (["--height=32", "--width=32"], "leave out --height, --width"),
    (["--format=stablehlo", "--height=0", "--width=32"], "--height=0"),
    (["--float16"], "for --format=tflite"),
    (["stray"], "'stray'"),
    ([], "absent_model is no model directory"),
])
def test_wrong_arguments_end_in_one_line(tmp_path, arguments, remedy):
    done = export("--model=absent_model", f"--output={tmp_path / 'out'}",
                  *arguments)
    assert done.returncode == 2
    assert remedy in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out").exists()
