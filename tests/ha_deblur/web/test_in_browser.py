"""The page of `ha-deblur web` in Chromium, as people use it."""

import concurrent.futures
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from ha_deblur import model_directory
from tests.conftest import random_model
from tests.ha_deblur.web.served_page import served

pytestmark = pytest.mark.slow
pytest.importorskip("gradio", reason="Gradio is not installed: "
                    "pip install 'ha-deblur[web]'")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright "
                                 "is not installed: pip install playwright")
CHROMIUM = next(filter(None, map(shutil.which, (
    "chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    pytest.skip("no Chromium is installed", allow_module_level=True)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    model = random_model("micro", width=2, units_per_block=1)
    directory = tmp_path_factory.mktemp("model")
    model_directory.save(model, model.preset, directory)
    with served(tmp_path_factory.mktemp("files"), f"--model={directory}",
                "--max_megabytes=1") as (url, _):
        yield url


class Browser:
    """A window of its own with the page; `asked` are all addresses it used."""

    def __init__(self, url, width=1280):
        self._playwright = playwright.sync_playwright().start()
        self._chromium = self._playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"])
        self.page = self._chromium.new_context(
            viewport={"width": width, "height": 800}, has_touch=True,
            accept_downloads=True).new_page()
        self.asked = []
        self.page.on("request", lambda asked: self.asked.append(asked.url))
        self.page.set_default_timeout(40_000)
        self.page.goto(url)
        self.page.wait_for_selector("#upload")

    def drop(self, path):
        """Gives the page a file, as the button for it does."""
        self.page.set_input_files("#upload input[type=file]", path)

    def drop_photo(self, path):
        self.drop(path)
        self.page.wait_for_function(
            "document.querySelector('#drawing img')?.naturalWidth > 0")

    def corners(self, part, *shares):
        """Points of a part of the page that lie at shares of its sides."""
        shown = self.page.locator(part)
        shown.scroll_into_view_if_needed()
        box = shown.bounding_box()
        return [(box["x"] + x * box["width"], box["y"] + y * box["height"])
                for x, y in shares]

    def drag(self, start, end):
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=5)
        self.page.mouse.up()

    def boxes(self):
        """[n, 4] of the drawn boxes, in hundredths of the picture."""
        return np.array([[float(number) for number in re.findall(
            r"([\d.]+)%", box.get_attribute("style"))] for box in
            self.page.locator("#drawing .box:not(.new)").all()])

    def sharpen(self):
        self.page.get_by_role("button", name="Sharpen").click()
        self.page.wait_for_function(
            "[...document.querySelectorAll('#slider img')].filter("
            "image => image.naturalWidth > 0).length == 2")

    def download(self, folder):
        with self.page.expect_download() as waiting:
            self.page.locator("#download").click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    def close(self):
        self._chromium.close()
        self._playwright.stop()


@pytest.fixture
def opened(url):
    """Opens windows, and closes them at the end."""
    windows = []

    def make(**options):
        windows.append(Browser(url, **options))
        return windows[-1]

    yield make
    for window in windows:
        window.close()


@pytest.fixture
def party(photos, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    path = tmp_path / "party.jpg"
    Image.fromarray(photos(120, 200)).save(
        path, quality=95, exif=exif, dpi=(300, 300))
    return path


@pytest.mark.parametrize("width", [1280, 390])
def test_drop_draw_sharpen_compare_download(opened, party, tmp_path, width):
    window = opened(width=width)
    page = window.page
    window.drop_photo(party)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    window.drag(*window.corners("#drawing img", (0.25, 0.1), (0.75, 0.5)))
    np.testing.assert_allclose(window.boxes(), [[25, 10, 50, 40]], atol=2)
    for corner in window.corners("#drawing img", (0.9, 0.9), (0.6, 0.7)):
        page.touchscreen.tap(*corner)
    np.testing.assert_allclose(
        window.boxes(), [[25, 10, 50, 40], [60, 70, 30, 20]], atol=2)
    page.locator("#drawing .box button").nth(1).click()
    assert len(window.boxes()) == 1

    page.get_by_label("Leave the background as it is").check()
    window.sharpen()
    assert "differs from the photo" in page.locator("#warning").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    def line():
        return page.locator("#slider .inner").bounding_box()["x"]

    before = line()
    middle, left = window.corners("#slider", (0.5, 0.5), (0.3, 0.5))
    window.drag(middle, left)
    assert line() < before - 30

    page.get_by_text("Where people were found").click()
    page.wait_for_selector("#people img")

    path = window.download(tmp_path)
    assert path.name == "party-sharp.jpg"
    blurred, result = Image.open(party), Image.open(path)
    assert result.size == (120, 200)  # upright
    assert result.getexif()[0x010F] == "Camera"
    assert result.getexif().get(0x0112, 1) == 1
    assert round(result.info["dpi"][0]) == 300
    change = np.abs(np.asarray(result, int) - np.asarray(
        blurred.rotate(-90, expand=True))).mean(-1)
    assert change[24:96, 34:86].mean() > 20 and change[150:].mean() < 3

    asked = [address for address in window.asked
             if not address.startswith(("http://127.0.0.1:", "data:", "blob:"))]
    assert not asked


def test_bad_files_get_a_line_and_the_page_goes_on(opened, party, tmp_path):
    window = opened()
    (tmp_path / "broken.jpg").write_bytes(party.read_bytes()[:300])
    window.drop(tmp_path / "broken.jpg")
    said = window.page.get_by_text("broken.jpg: can't be read as a picture")
    said.wait_for()
    (tmp_path / "huge.jpg").write_bytes(bytes(1_100_000))
    window.drop(tmp_path / "huge.jpg")
    said = window.page.get_by_text("maximum allowed size")
    said.first.wait_for()
    window.drop_photo(party)
    window.sharpen()


def test_two_people_at_once_get_their_own_photos(url, tmp_path, photos):
    def visit(seed):
        folder = tmp_path / str(seed)
        folder.mkdir()
        pixels = photos(96, 160, seed)
        Image.fromarray(pixels).save(folder / "photo.png")
        window = Browser(url)
        try:
            window.drop_photo(folder / "photo.png")
            # nothing but a box in a corner changes
            window.page.get_by_label("Leave the background as it is").check()
            window.drag(*window.corners(
                "#drawing img", (0.02, 0.02), (0.1, 0.1)))
            window.sharpen()
            result = np.asarray(Image.open(window.download(folder)), int)
        finally:
            window.close()
        np.testing.assert_array_equal(result[48:, 80:], pixels[48:, 80:])
        assert np.abs(result[:10, :16] - pixels[:10, :16]).mean() > 5

    with concurrent.futures.ThreadPoolExecutor(2) as visitors:
        list(visitors.map(visit, range(2)))
