"""The recipes, with commands that only tell how they were called."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

RECIPE = pathlib.Path(__file__).parents[2] / "experiments/recipes/fast.sh"
STAND_IN = f"""#!{sys.executable}
import json, pathlib, sys
module, flags = sys.argv[2], dict(
    flag[2:].split("=", 1) if "=" in flag else (flag[2:], None)
    for flag in sys.argv[3:])
with open(pathlib.Path(__file__).with_suffix(".log"), "a") as log:
    log.write(json.dumps([module, flags]) + "\\n")
made = {{"data_prep.move_people": ["boxes-{{split}}.json"],
        "data_prep.average_frames": ["train/6fromV.png", "GT/6fromV.png"],
        "data_prep.import_boxes": [""],
        "experiments.calibrate": ["model.weights.h5"],
        "experiments.recipes.sharp_pictures": ["train/STILL/blur/0.png"]}}
for name in made.get(module, []):
    path = pathlib.Path(flags["output"], name.format(**flags))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(flags["output"] + path.parent.name)
"""
HELD = {"GOPR0374_11_00": ["000001"], "GOPR0384_11_02": ["000002"]}
PAIRS = {"GOPR0477_11_00": ["000003", "000004"], **HELD}


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    """(DATA, WORK, [(module, flags)]) of the recipe, run twice."""
    data, work = (tmp_path_factory.mktemp(name) for name in ("data", "work"))
    files = [f"people/images/{n:02}.jpg" for n in range(1, 43)]
    files += ["davis/background/images/a.jpg", "background/kodak/a.jpg",
              "background/cbsd68/a.jpg", "background/urban100/a.jpg"]
    files += [f"people2/coco128/images/{n}.jpg" for n in range(1, 9)]
    files += [f"gopro/train/{sequence}/{kind}/{number}.png"
              for sequence, numbers in PAIRS.items() for number in numbers
              for kind in ("blur", "sharp")]
    for name in files:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    python = tmp_path_factory.mktemp("bin") / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    for _ in range(2):  # what is there stays there
        subprocess.run(["sh", RECIPE, data, work], check=True,
                       env={**os.environ, "PYTHON": str(python)})
    log = python.with_suffix(".log").read_text().splitlines()
    return data, work, [json.loads(line) for line in log]


def _read(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_every_21st_photo_of_people_is_held_out(recipe):
    _, work, _ = recipe
    held, train = (_read(work / "photos" / f"people-{part}")
                   for part in ("held", "train"))
    assert sorted(held) == ["21.jpg", "42.jpg"]
    assert len(train) == 40
    assert _read(work / "photos/background") == {
        "davis_a.jpg": "davis/background/images/a.jpg",
        **{f"{name}_a.jpg": f"background/{name}/a.jpg"
           for name in ("kodak", "cbsd68", "urban100")}}


def test_blurred_and_sharp_pictures_of_gopro_stay_partners(recipe):
    _, work, _ = recipe
    sequence = work / "gopro/train/GOPR0477_11_00"
    assert list(sequence.parent.iterdir()) == [sequence]
    blurred, sharp = _read(sequence / "blur"), _read(sequence / "sharp")
    assert len(blurred) == 5 + 3 * 2  # averages; pairs, each three times
    assert {name: text.replace("/blur/", "/sharp/").replace("train", "GT")
            for name, text in blurred.items()} == {
                name: text.replace("train", "GT")
                for name, text in sharp.items()}
    for name, numbers in HELD.items():
        for kind in ("blur", "sharp"):
            assert _read(work / f"gopro-held/train/{name}/{kind}") == {
                f"{number}.png": f"gopro/train/{name}/{kind}/{number}.png"
                for number in numbers}


def test_a_second_run_only_does_what_is_not_there(recipe):
    commands = [module for module, _ in recipe[2]]
    assert commands.count("data_prep.move_people") == 4
    assert commands.count("data_prep.average_frames") == 5
    assert commands.count("experiments.calibrate") == 1
    assert commands.count("experiments.recipes.sharp_pictures") == 1
    assert commands.count("experiments.train") == 2 * 2
    assert commands[-4:] == [
        "experiments.score_attention", "experiments.train",
        "data_prep.make_records", "experiments.train"]
    assert commands.count("experiments.pretrain_attention") == 2
    assert commands.count("data_prep.import_boxes") == 2


def test_nothing_held_out_is_trained_on(recipe):
    _, work, commands = recipe
    used = set()
    for flags in (flags for module, flags in commands
                  if module == "experiments.train"):
        assert flags["validation"] == f"{work}/records/gopro-held"
        used |= set(flags["records"].split(","))
    for name in (*used, *(flags[kind] for module, flags in commands
                          for kind in ("pictures", "photos")
                          if kind in flags)):
        assert "held" not in name
    packed = {flags["output"] for module, flags in commands
              if module == "data_prep.make_records"
              and "/people-found/" not in flags["output"]}
    assert packed == {*used, f"{work}/records/gopro-held",
                      f"{work}/records/held"}


def test_attention_sees_no_picture_that_scores_it(recipe):
    data, work, commands = recipe
    home = work / "people-found"
    assert sorted(_read(home / "held/coco128")) == ["4.jpg", "8.jpg"]
    assert len(_read(home / "train/coco128")) == 6
    assert not (home / "train/kodak").exists()
    (flags, _) = (flags for module, flags in commands
                  if module == "experiments.pretrain_attention")
    trained = flags["records"].split(",")
    packed = {flags["output"]: flags for module, flags in commands
              if module == "data_prep.make_records"}
    for name in trained:
        assert name.startswith(f"{home}/records/train/")
    assert {f"{home}/records/held/coco128", f"{home}/records/held/kodak",
            *trained} <= set(packed)
    assert packed[f"{home}/records/held/coco128"]["boxes"] == (
        f"{data}/people2/coco128/boxes.json")


def test_the_commands_have_the_flags_that_it_gives(recipe):
    used = {}
    for module, flags in recipe[2]:
        used.setdefault(module, set()).update(flags)
    assert len(used) == 9
    for module, names in used.items():
        text = subprocess.run([sys.executable, "-m", module, "--help"],
                              capture_output=True, text=True).stdout
        assert [name for name in names if f"  --{name}=" not in text] == []
