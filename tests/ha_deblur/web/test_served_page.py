"""The page of `ha-deblur web`, asked over HTTP: limits, visitors, leaving."""

import concurrent.futures
import io
import re
import time

import numpy as np
import pytest
from PIL import Image

from ha_deblur import model_directory, presets
from tests.ha_deblur.web.served_page import Visitor, kept, served

pytest.importorskip("gradio", reason="Gradio is not installed: "
                    "pip install 'ha-deblur[web]'")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """(url, process, temporary folder); the model gives every photo back."""
    from ha_deblur import MultiScaleDeblur
    model, files = tmp_path_factory.mktemp("model"), tmp_path_factory.mktemp(
        "files")
    preset = presets.get("tiny")
    model_directory.save(MultiScaleDeblur(preset), preset, model)
    with served(files, f"--model={model}", "--max_megabytes=1",
                "--max_pixels=20000") as (url, process):
        yield url, process, files


def _wait_until(condition):
    for _ in range(100):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def test_the_page_needs_nothing_from_elsewhere_and_tells_no_one(page):
    visitor = Visitor(page[0])
    html = visitor.http.get(page[0]).text
    for tag in re.findall(r"<(?:script|link|img|iframe)[^>]*>", html):
        assert not re.search("(?:src|href)=.?(?:https?:)?//", tag), tag
    assert "fonts.googleapis.com" not in visitor.http.get("/theme.css").text
    config = visitor.http.get(f"{page[0]}config").json()
    assert config["analytics_enabled"] is False
    assert not visitor.http.get("/info").json()["named_endpoints"]


def test_what_is_too_large_or_broken_is_refused_in_a_line(
        page, photos, tmp_path):
    visitor = Visitor(page[0])
    (tmp_path / "huge.jpg").write_bytes(bytes(1_100_000))
    answer = visitor.upload(tmp_path / "huge.jpg")
    assert answer.status_code == 413 and "maximum allowed size" in answer.text
    Image.fromarray(photos(150, 150)).save(tmp_path / "wide.png")
    with pytest.raises(RuntimeError, match=r"^wide.png: has .* pixels"):
        visitor.drop(tmp_path / "wide.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(RuntimeError, match=r"^broken.jpg: can.*t be read"):
        visitor.drop(tmp_path / "broken.jpg")
    assert not kept(page[2])
    with pytest.raises(RuntimeError, match="This photo is gone"):
        visitor.sharpen()


def test_only_own_uploads_are_taken(page):
    with pytest.raises(RuntimeError):
        Visitor(page[0]).event("upload", "upload", [{
            "path": __file__, "meta": {"_type": "gradio.FileData"}}])


def test_two_visitors_at_once_get_their_own_photos_and_leave_nothing(
        page, photos, tmp_path):
    url, _, files = page

    def visit(seed):
        pixels = photos(90, 120, seed)
        path = tmp_path / str(seed) / "same name.png"
        path.parent.mkdir()
        Image.fromarray(pixels).save(path, dpi=(300, 300))
        visitor = Visitor(url)
        with visitor.staying():
            visitor.drop(path)
            given = visitor.sharpen([[0.2, 0.2, 0.5, 0.5]])
            file = given["download"]["value"]
            assert file["orig_name"] == "same name-sharp.png"
            result = Image.open(io.BytesIO(visitor.fetch(file)))
            np.testing.assert_array_equal(np.asarray(result), pixels)
            assert round(result.info["dpi"][0]) == 300
            before, after = (
                np.asarray(Image.open(io.BytesIO(visitor.fetch(half))), int)
                for half in given["slider"])
            assert np.abs(before - pixels).mean() < 3
            np.testing.assert_array_equal(before, after)

    with concurrent.futures.ThreadPoolExecutor(4) as visitors:
        list(visitors.map(visit, range(4)))
    _wait_until(lambda: not kept(files))


def test_nothing_is_left_when_the_server_ends(page, photos, tmp_path):
    url, process, files = page
    Image.fromarray(photos(90, 120)).save(tmp_path / "a.png")
    visitor = Visitor(url)
    visitor.drop(tmp_path / "a.png")
    visitor.sharpen()
    assert {"a.png", "a-sharp.png", "before.jpg"} <= set(kept(files))
    process.terminate()
    assert process.wait(60) == 0
    assert not list(files.glob("ha-deblur-web-*"))
