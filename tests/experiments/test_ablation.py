"""Table 3's machinery: what is planned, run, left out, and refused."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from experiments.models import PRESETS
from experiments.tables.plan import Settings, plan
from experiments.tables.rows import MODELS, TABLES
from ha_deblur import metrics


@pytest.fixture
def settings(tmp_path):
    return Settings(
        tmp_path, "tiny", 60, 10,
        {"records": ["a", "b"], "batch_size": 4, "seed": 3},
        pairs=["gopro", "hide"], boxes=[None, "hide.json"], split="test",
        images=("party.jpg",))


def test_every_row_has_presets_of_all_sizes():
    for model in MODELS.values():
        for name in model.presets.values():
            assert PRESETS[name].attention or not model.attention


def test_each_model_is_trained_once_and_each_row_scored(settings):
    names = [step.name for step in plan(TABLES[3], settings)]
    assert names[:4] == ["attention: training", "full: training",
                         "without_attention: training",
                         "single_scale: training"]
    assert names[4:] == [
        *(f"{row.key}: scores of data set {i}" for row in TABLES[3]
          for i in (1, 2)), "full: pictures", "without_attention: pictures"]


def test_all_trainings_learn_from_the_same_for_as_long(settings):
    trainings = [step for step in plan(TABLES[3], settings)
                 if step.module == "experiments.train"]
    for step in trainings:
        equal = {name: step.flags[name] for name in (
            "records", "batch_size", "seed", "steps")}
        assert equal == {**settings.training, "steps": 60}
    assert [step.flags["preset"] for step in trainings] == [
        "tiny", "without_attention_tiny", "single_scale_tiny"]
    assert [bool(step.flags["attention"]) for step in trainings] == [
        True, False, True]


def test_branches_are_outputs_of_the_full_model(settings):
    scored = {step.name: step for step in plan(TABLES[3], settings)}
    step = scored["foreground: scores of data set 2"]
    assert step.flags["branch"] == "foreground"
    assert step.flags["model"] == settings.run("full")
    assert step.flags["boxes"] == "hide.json"
    assert step.needs == ("full: training",)


def test_help_tells_of_the_trainings_flags_without_tensorflow(python_command):
    done = python_command("experiments.ablation", "--help", importtime=True)
    assert done.returncode == 0
    assert "import time" in done.stderr and "tensorflow" not in done.stderr
    for flag in ("records", "pairs", "batch_size", "learning_rate", "images"):
        assert f"--{flag}=" in done.stdout


@pytest.mark.parametrize("flags, message", [
    (["--rows=fll"], "no row is named 'fll'"),
    (["--pairs=absent"], "absent: no such folder"),
    (["--boxes=none,none"], "2 entries and --pairs 1"),
    (["--images=absent.png"], "absent.png: no such file"),
    (["--crop_size=40"], "takes multiples of 32"),
])
def test_what_is_wrong_is_said_before_anything_is_trained(
        command, hide_like, tmp_path, flags, message):
    done = command("experiments.ablation", "--records=absent", "--steps=1",
                   "--size=tiny", f"--pairs={hide_like[0]}",
                   f"--output={tmp_path / 'tables'}", *flags)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "tables").exists()


def test_the_blurry_pictures_are_scored_once(command, hide_like, tmp_path):
    root, _ = hide_like
    (root / "near.txt").write_text("6fromGOPR1096.MP4.png\n")
    (root / "far.txt").write_text("7fromGOPR1096.MP4.png\n")
    call = ("experiments.ablation", "--records=none", "--rows=blurry",
            f"--pairs={root}", "--steps=1", f"--output={tmp_path / 'out'}")
    done = command(*call)
    assert done.returncode == 0, done.stderr
    table = json.loads((tmp_path / "out" / "table3.json").read_text())
    assert table["groups"] == {
        "hide/test-close-ups": 1, "hide/test-long-shot": 1}
    (row,) = table["rows"]
    blurred, sharp = (
        np.asarray(Image.open(root / folder / "7fromGOPR1096.MP4.png"))
        for folder in ("test", "GT"))
    assert row["scores"]["hide/test-long-shot"]["psnr"] == pytest.approx(
        metrics.psnr(sharp, blurred))
    assert (tmp_path / "out" / "table3.md").read_text().startswith("## Table 3")
    again = command(*call)
    assert "1/1 blurry: scores of data set 1: done before" in again.stdout


@pytest.mark.slow
def test_a_row_is_trained_and_scored_by_one_command(
        command, hide_like, records_of, tmp_path):
    done = command(
        "experiments.ablation", f"--records={records_of()}",
        f"--pairs={hide_like[0]}", "--rows=single_scale", "--size=tiny",
        "--steps=2", "--attention_steps=1", "--crop_size=32",
        "--batch_size=2", f"--output={tmp_path / 'out'}")
    assert done.returncode == 0, done.stderr
    table = json.loads((tmp_path / "out" / "table3.json").read_text())
    (row,) = table["rows"]
    assert row["scores"]["hide/test"]["images"] == 2
    assert [(run["what"], run["steps"]) for run in row["training"]] == [
        ("attention", 1), ("single_scale", 2)]
    assert all(run["hours"] > 0 and run["devices"] and run["versions"]
               for run in row["training"])
    assert table["records"] == [
        {"dataset": "hide", "split": "train", "pairs": 6}]


@pytest.mark.slow
def test_both_tables_and_the_page_are_made_end_to_end(tmp_path):
    """`make tables-smoke`: every row of both is there, and the figures."""
    output = tmp_path / "smoke"
    subprocess.run(
        [sys.executable, "-m", "experiments.tables.smoke",
         f"--output={output}", "--steps=2"], check=True, timeout=3600)
    for number, rows in TABLES.items():
        table = json.loads((output / "tables" / f"table{number}.json")
                           .read_text())
        assert [row["key"] for row in table["rows"]] == [
            row.key for row in rows]
        for row in table["rows"]:
            assert {group: mean["images"]
                    for group, mean in row["scores"].items()} == {
                "gopro": 3, "hide/test-long-shot": 2, "hide/test-close-ups": 1}
    assert len(list((output / "tables" / "figures").iterdir())) == 2
    page = (output / "RESULTS.md").read_text()
    assert "## Table 3" in page and "## Table 4" in page
