"""Table 4's machinery, and what both tables tell."""

import json
import pathlib
import re

import pytest

from experiments.baselines.systems import PRESETS
from experiments.tables import markdown, paper, result
from experiments.tables.differences import differences
from experiments.tables.plan import Settings, plan
from experiments.tables.rows import TABLES
from tests.experiments.made_tables import table_of

PAPER = pathlib.Path(__file__).parents[3] / "shared" / "paper.txt"


@pytest.mark.skipif(not PAPER.exists(), reason="needs ../shared/paper.txt")
def test_the_paper_s_numbers_are_those_of_its_text():
    lines = re.sub(r"<.*?>|\*", "", PAPER.read_text()).splitlines()
    found = [[float(number) for number in line.split("\t")[1:7]]
             for line in lines
             if re.fullmatch(r"[^\t]+(\t\d+\.\d+){6}\t*", line)]
    ours = [[number for group in scores.values()
             for number in group.values()]
            for table in paper.SCORES.values() for scores in table.values()]
    assert found == ours
    assert len(found) == 10


def test_the_full_model_is_trained_alike_for_both_tables(tmp_path):
    settings = Settings(tmp_path, "small", 6, 1, {"records": ["r"]}, ["p"],
                        [None], own={"kupyn2018": {"perceptual": "none"}})
    steps = {number: {step.name: step for step in plan(rows, settings)}
             for number, rows in TABLES.items()}
    for name in ("attention: training", "full: training",
                 "full: scores of data set 1"):
        assert steps[3][name].command == steps[4][name].command
    assert "--perceptual=none" in steps[4]["kupyn2018: training"].command
    for model in ("sun2015", "nah2017", "tao2018"):
        assert "perceptual" not in steps[4][f"{model}: training"].command


def _image(dataset, subset, psnr, **kinds):
    scores = {"psnr": psnr, "ssim_skimage": 0.5, "ssim_matlab": 0.5,
              "psnr_foreground": None, "psnr_background": None}
    return {"name": "a", "dataset": dataset, "subset": subset,
            "blurred": scores,
            **{kind: {**scores, "psnr": value}
               for kind, value in kinds.items()}}


def test_scores_are_means_over_the_pictures_of_all_data_sets():
    reports = [
        {"images": [_image("gopro", "GOPR1", 20, restored=22),
                    _image("gopro", "GOPR2", 20, restored=23)]},
        {"images": [_image("gopro", "GOPR3", 20, restored=27),
                    _image("hide", "test-close-ups", 20, restored=None),
                    _image("hide", "test-close-ups", 20, restored=30)]}]
    scores = result.scores_of(reports)
    assert set(scores) == {"gopro", "hide/test-close-ups"}
    assert scores["gopro"]["psnr"] == 24
    assert scores["gopro"]["images"] == 3
    # an infinite score, null in JSON, is in no mean
    assert scores["hide/test-close-ups"]["psnr"] == 30


def test_without_a_model_the_blurry_pictures_are_scored():
    scores = result.scores_of([{"images": [_image("folder", "", 21)]}])
    assert scores["folder"]["psnr"] == 21


def test_the_paper_s_numbers_stand_beside_ours():
    lines = markdown.scores(table_of(4)).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")]
             for line in lines]
    assert cells[0] == ["", "GoPro PSNR", "SSIM", "paper", "mine PSNR", "SSIM"]
    assert cells[2] == ["Blurry", "20.00", "0.7000", "-", "25.00", "0.7500"]
    assert cells[3] == ["Nah et al.", "21.00", "0.7100", "28.49 / 0.908",
                        "26.00", "0.7600"]
    assert cells[4] == ["Kupyn et al.", "failed", "failed", "26.93 / 0.884",
                        "failed", "failed"]
    assert cells[5] == ["Ours", "20.50", "0.7200", "30.26 / 0.940", "26.50",
                        "0.7700"]
    assert len({len(line) for line in lines}) == 1  # aligned


def test_an_order_that_contradicts_the_paper_is_told_as_it_came_out():
    text = markdown.section(table_of(4))
    assert "- GoPro: Nah et al., Ours; the paper: Ours, Nah et al." in text
    assert "- mine: Ours, Nah et al.\n" in text


def test_a_tie_is_told_as_a_tie():
    table = table_of(4)
    table["rows"][3]["scores"]["gopro"]["psnr"] = 21.0
    assert "- GoPro: Nah et al. = Ours; the paper" in markdown.section(table)


def test_what_differs_from_the_paper_is_told():
    told = "\n".join(differences(table_of(4)))
    for words in ("size `small`", "Steps of training: 60 (the paper: 500 "
                  "epochs of 8,500 pairs, 425,000)", "Patches a step: 4 (the "
                  "paper: 10)", "HIDE's layout 300 (the paper: HIDE 6,397, "
                  "GoPro 2,103)", "GoPro: 5 test pictures (the paper: 1,111)",
                  "HIDE I was not at hand", "--learning_rate=0.001",
                  "Kupyn et al.: without VGG", "seed 7"):
        assert words in told
    assert "a patch" not in told  # crops of 256 are the paper's


def test_a_faithful_training_differs_in_no_number():
    table = table_of(3)
    table.update(
        size="paper",
        records=[{"dataset": "hide", "split": "train", "pairs": 6397},
                 {"dataset": "gopro", "split": "train", "pairs": 2103}],
        groups=dict(paper.TEST_IMAGES),
        settings={"steps": 425_000, "attention_steps": 70_000,
                  "batch_size": 10, "crop_size": 256, "seed": 0})
    for row in table["rows"]:
        row["note"] = None
    assert len(differences(table)) == 2  # one seed; which SSIM


@pytest.mark.parametrize("name", ["nah2017", "tao2018", "kupyn2018"])
def test_published_flags_are_such_that_training_takes(
        command, tmp_path, name):
    own = PRESETS[name].published_flags
    assert {"optimizer", "learning_rate", "schedule", "batch_size"} <= set(own)
    done = command(
        "experiments.train", f"--preset={name}", "--records=nowhere",
        f"--run={tmp_path / 'run'}",
        *(f"--{flag}={value}" for flag, value in own.items()))
    assert done.returncode == 2
    assert "nowhere" in done.stderr  # and nothing before it


def test_help_tells_of_vgg_without_tensorflow(python_command):
    done = python_command("experiments.compare", "--help", importtime=True)
    assert done.returncode == 0
    assert "import time" in done.stderr and "tensorflow" not in done.stderr
    assert "--vgg_weights=" in done.stdout


def test_unknown_rows_are_refused(command, tmp_path):
    done = command("experiments.compare", "--rows=nah", "--records=r",
                   "--pairs=p", "--steps=1", f"--output={tmp_path / 'out'}")
    assert done.returncode == 2
    assert "no row is named 'nah'; there are blurry, sun2015" in done.stderr


def test_a_row_that_fails_is_named_and_the_others_are_made(
        command, hide_like, records_of, tmp_path):
    """Weights that are not there stop one system of two."""
    done = command(
        "experiments.compare", f"--records={records_of()}", "--steps=2",
        "--rows=nah2017,kupyn2018", f"--vgg_weights={tmp_path / 'absent.h5'}",
        f"--pairs={hide_like[0]}", "--size=tiny", "--crop_size=32",
        "--batch_size=2", f"--output={tmp_path / 'out'}")
    assert done.returncode == 1, done.stderr
    assert "failed: kupyn2018: training: python -m experiments.train" in (
        done.stderr)
    table = json.loads((tmp_path / "out" / "table4.json").read_text())
    nah, kupyn = table["rows"]
    assert kupyn["scores"] is None and "exit code 2" in kupyn["failure"]
    assert nah["scores"]["hide/test"]["images"] == 2
    (run,) = nah["training"]
    assert (run["what"], run["steps"]) == ("nah2017", 2)
    assert run["hours"] > 0 and run["devices"] and run["versions"]
    assert table["records"] == [
        {"dataset": "hide", "split": "train", "pairs": 6}]
