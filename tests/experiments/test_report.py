"""experiments.report: one page about a run, from what the run wrote."""

import base64
import html.parser
import io
import json
import re
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from experiments.reports import curves
from experiments.runs import provenance, run_logs
from ha_deblur.commandline import UserError

SIDE = 16  # of a held-out patch


def write_session(run, name, steps, panels=(), **values):
    """One file of a run's logs; `values` give a value for every step."""
    writer = tf.summary.create_file_writer(
        str(run / "logs"), filename_suffix=f".{name}")
    with writer.as_default():
        for step in steps:
            for tag, value in values.items():
                tf.summary.scalar(tag.replace("__", "/"), value(step), step)
            if step in panels:
                grey = tf.fill([2, SIDE, 6 * SIDE, 3], step)
                tf.summary.image("validation/panels",
                                 tf.cast(grey, tf.uint8), step, max_outputs=2)
    writer.close()


@pytest.fixture
def run(tmp_path):
    """A run of 100 steps that was killed at 60 and went on from 40."""
    run = tmp_path / "a <run>"
    run.mkdir()
    flags = {"preset": "tiny", "steps": 100, "seed": 7, "records": ["<b>&"],
             "validation": None}
    (run / "training.json").write_text(json.dumps(flags))
    provenance.add_session(run, {**flags, "learning_rate": 1e-4})
    provenance.add_session(run, {**flags, "learning_rate": 5e-5})
    curves = {
        "loss__total": lambda n: 1 / n, "loss__attention": lambda n: 0.5 / n,
        "learning_rate": lambda n: 1e-4, "steps_per_second": lambda n: 2.0,
        "data_wait": lambda n: 0.25,
        "validation__psnr__blurred": lambda n: 24.0,
        "validation__attention_iou": lambda n: float("nan")}
    write_session(run, "0", range(10, 61, 10), range(10, 61, 10), **curves,
                  validation__psnr__primary=lambda n: 0.0)
    write_session(run, "1", range(50, 101, 10), range(50, 101, 10), **curves,
                  validation__psnr__primary=lambda n: 24 + n / 100)
    return run


class Page(html.parser.HTMLParser):
    """What a page holds: text, tags, attributes."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(path.read_text())
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)

    def of(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def test_what_was_written_later_counts(run):
    logs = run_logs.read(run)
    steps, values = logs.scalars["validation/psnr/primary"]
    assert steps == list(range(10, 101, 10))
    np.testing.assert_allclose(
        values, [0, 0, 0, 0, 24.5, 24.6, 24.7, 24.8, 24.9, 25], rtol=1e-6)
    assert sorted(logs.panels) == steps
    assert "0" in logs.panels[40].suffix and "1" in logs.panels[50].suffix
    first, second = run_logs.panels_of(logs.panels[50], 50)
    assert np.all(np.asarray(Image.open(io.BytesIO(first))) == 50)
    gains = curves.gains(logs.scalars)
    assert list(gains) == ["primary"]
    assert gains["primary"][1][-1] == pytest.approx(1)


def test_the_tenth_writer_of_a_second_is_later_than_the_ninth(run):
    first, second = sorted((run / "logs").iterdir(), key=lambda path:
                           path.name[-1])
    first.rename(first.with_name("events.out.tfevents.1700000000.a.7.9.v2"))
    second.rename(first.with_name("events.out.tfevents.1700000000.a.7.10.v2"))
    assert run_logs.read(run).scalars["loss/total"][0][-1] == 100


def test_a_log_that_is_cut_short_is_read_up_to_there(run):
    (last,) = (run / "logs").glob("*.1")
    content = last.read_bytes()
    last.write_bytes(content[:len(content) // 2])
    steps, _ = run_logs.read(run).scalars["loss/total"]
    assert 50 <= steps[-1] < 100


def test_the_page_tells_everything_and_loads_nothing(run, command):
    done = command("experiments.report", f"--run={run}")
    assert done.returncode == 0, done.stderr
    page = Page(run / "report.html")
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "embed"}
    for tag, attributes in page.tags:
        for key, value in attributes.items():
            if key in ("src", "href", "xlink:href"):
                assert value.startswith(("data:image/jpeg;base64,", "#")), tag
    ids = [attributes["id"] for _, attributes in page.tags
           if "id" in attributes]
    assert len(ids) == len(set(ids))
    # numbers, configuration, origin
    assert "step 100 of 100" in page.text
    assert "held-out PSNR primary, dB 25.0000 25.0000 100" in page.text
    assert "data wait, median 25.0%" in page.text
    assert "records <b>& " in page.text and "b" not in names
    assert "Session 2 of 2" in page.text
    assert "learning_rate: 0.0001 → 5e-05" in page.text
    assert f"tensorflow {tf.__version__}" in page.text
    # curves, with words for those who can't see them
    words = [figure["aria-label"] for figure in page.of("figure")]
    assert ("Losses (mean over pixels and channels): total from 0.1 at step "
            "10 to 0.01 at step 100; attention from 0.05 at step 10 to 0.005 "
            "at step 100.") in words
    assert len(words) == len(page.of("svg")) == 5  # no IoU: it is never finite
    # two patches, each at four steps, newest first
    images = page.of("img")
    assert [re.search(r"patch (\d) at step (\d+)", image["alt"]).groups()
            for image in images] == [
        (patch, step) for patch in "12" for step in ("100", "70", "40", "10")]
    jpeg = base64.b64decode(images[0]["src"].partition(",")[2])
    picture = Image.open(io.BytesIO(jpeg))
    assert picture.size == (6 * SIDE, SIDE)
    assert picture.getpixel((5, 5)) == (100, 100, 100)


def test_curves_take_the_page_s_colour_and_are_thinned():
    steps = list(range(100_000))
    losses = curves.Curves(
        "Losses", "", {"total": (steps, [float(n) for n in steps])},
        noisy=True)
    svg = curves.svg(losses, "first")
    assert "currentColor" in svg and "#010203" not in svg
    assert len(svg) < 50_000
    assert not set(re.findall(r' id="(.*?)"', svg)) & set(
        re.findall(r' id="(.*?)"', curves.svg(losses, "second")))


def test_without_matplotlib_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UserError, match=r"pip install '\.\[plots\]'"):
        curves.require()


def test_what_is_no_run_is_one_line_and_exit_code_2(tmp_path, command):
    done = command("experiments.report", f"--run={tmp_path}")
    assert done.returncode == 2
    assert done.stderr == (
        f"error: {tmp_path} is no run: it has no training.json; give the "
        "--run of experiments.train or experiments.pretrain_attention\n")
    with pytest.raises(UserError, match="nothing is logged yet"):
        run_logs.read(tmp_path)
