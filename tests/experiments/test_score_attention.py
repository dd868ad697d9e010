"""Scores of attention maps, with models whose attention is known."""

import json

import numpy as np
import pytest
import tensorflow as tf
from finished_commands import refusal
from PIL import Image

from experiments.reports import attention_scores
from ha_deblur import model_directory, presets
from ha_deblur.annotations import coco
from ha_deblur.annotations.box_matching import Matched
from ha_deblur.model.attention import HumanAttention


def test_a_map_against_the_boxes_of_three_people():
    attention = np.full((100, 200), 0.2)
    attention[0:50, 0:15] = 0.8  # 750 pixels
    boxes = [[0, 0, 10, 50], [100, 0, 10, 50], [150, 0, 5, 9]]  # one is far
    found = [([0, 0, 15, 50], 0.8), ([100, 0, 10, 20], 0.7)]
    row = attention_scores.of_picture(attention, boxes, found)
    assert row == {
        "iou": pytest.approx(500 / (750 + 500 + 45)),
        "inside": pytest.approx((500 * 0.8 + 545 * 0.2) / 1045),
        "outside": pytest.approx((250 * 0.8 + 18705 * 0.2) / 18955),
        "mean": pytest.approx((750 * 0.8 + 19250 * 0.2) / 20000),
        "people": 2, "covered": 1,
        "matched": Matched(2, [(0.8, pytest.approx(2 / 3)), (0.7, None)])}


def test_half_of_a_box_is_not_more_than_half():
    attention = np.zeros((10, 10))
    attention[:, :5] = 1
    cover = [attention_scores.of_picture(attention, [box], [])["covered"]
             for box in ([0, 0, 10, 10], [0, 0, 9, 10])]
    assert cover == [0, 1]


def test_means_leave_out_what_is_not_defined():
    nobody = attention_scores.of_picture(np.zeros((10, 10)), [], [])
    assert (nobody["iou"], nobody["inside"], nobody["outside"]) == (
        None, None, 0)
    person = attention_scores.of_picture(
        np.full((10, 10), 0.75), [[0, 0, 5, 10]], [([0, 0, 5, 10], 0.75)])
    means = attention_scores.means([nobody, person])
    assert {key: means[key] for key in means if key != "boxes"} == {
        "images": 2, "iou": 0.5, "inside": 0.75, "outside": 0.375,
        "people": 1, "covered": 1, "box_recall": 1}
    assert means["boxes"]["precision"] == means["boxes"]["recall"] == 1


def save_attention(directory, value):
    """A run of attention alone that sees `value` everywhere."""
    attention = HumanAttention(2, name="attention")
    blurred = tf.keras.Input([None, None, 3])
    model = tf.keras.Model(blurred, attention(blurred))
    kernel, bias = attention.predict.variables
    kernel.assign(tf.zeros_like(kernel))
    bias.assign([np.log(value / (1 - value))])
    model_directory.save(model, presets.Preset("micro", width=2), directory,
                         kind="attention")


def test_models_stand_side_by_side(command, photos, tmp_path):
    for folder in ("photos", "masks", "empty"):
        (tmp_path / folder).mkdir()
    for name in ("a", "b", "c"):
        Image.fromarray(photos(64, 80)).save(tmp_path / f"photos/{name}.png")
    mask = np.zeros((64, 80), np.uint8)
    mask[:, :60] = 255  # three quarters
    Image.fromarray(mask).save(tmp_path / "masks/a.png")
    Image.fromarray(mask[1:]).save(tmp_path / "masks/b.png")
    Image.fromarray(photos(30, 40)).save(tmp_path / "empty/d.png")
    for name, value in (("sure", 0.8), ("blind", 0.2)):
        save_attention(tmp_path / name, value)
    report = tmp_path / "report.json"
    done = command(
        "experiments.score_attention",
        f"--model={tmp_path / 'sure'},{tmp_path / 'blind'}",
        f"--images={tmp_path / 'photos'}", f"--masks={tmp_path / 'masks'}",
        f"--without_people={tmp_path / 'empty'}", f"--json={report}")
    assert done.returncode == 1  # as b's mask is too small
    [line] = [x for x in done.stderr.splitlines() if x.startswith("skipped")]
    assert "masks/b.png: is 80x63, but its photo b.png is 80x64" in line
    assert "knows 2 of 3 pictures" in done.stderr
    assert [line.split()[1:] for line in done.stdout.splitlines()] == [
        ["images", "IoU", "inside", "outside", "covered", "recall",
         "precision", "AP", "nobody", "highest"],
        ["1", "0.750", "0.800", "0.800", "1.000", "1.000", "1.000", "1.000",
         "0.800", "0.800"],
        ["1", "0.000", "0.200", "0.200", "0.000", "0.000", "-", "0.000",
         "0.200", "0.200"]]
    sure, blind = json.loads(report.read_text())["models"]
    assert sure["model"] == str(tmp_path / "sure")
    assert sure["images"][0]["matched"]["mean_iou"] == 0.75
    [(path, mean)] = blind["without_people"]["images"].items()
    assert path == str(tmp_path / "empty/d.png")
    assert mean == pytest.approx(0.2)


@pytest.mark.parametrize("flags, complaint", [
    ([], "give --images, --without_people, or both"),
    (["--images=."], "needs one of --boxes and --masks"),
    (["--images={}", "--masks={}", "--boxes=x"], "needs one of --boxes"),
    (["--without_people={}"], "holds no pictures"),
    (["--without_people=nowhere"], "nowhere: no such folder"),
])
def test_what_the_user_gave_wrong_is_one_line(
        command, tmp_path, flags, complaint):
    line = refusal(command(
        "experiments.score_attention", "--model=nowhere",
        *(flag.format(tmp_path) for flag in flags)))
    assert complaint in line


def test_boxes_of_other_pictures_and_a_missing_model_are_refused(
        command, photos, tmp_path):
    Image.fromarray(photos(16, 16)).save(tmp_path / "a.png")
    for name, complaint in (("z.png", "is of none of the pictures"),
                            ("a.png", "nowhere is no model directory")):
        coco.write(tmp_path / "boxes.json", [(name, 16, 16, [[0, 0, 9, 9]])])
        assert complaint in refusal(command(
            "experiments.score_attention", "--model=nowhere",
            f"--images={tmp_path}", f"--boxes={tmp_path / 'boxes.json'}"))
