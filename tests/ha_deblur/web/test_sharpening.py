"""What becomes of a photo on the page, without the page."""

import io

import numpy as np
import pytest
from PIL import Image

from ha_deblur import Deblurrer
from ha_deblur.commandline import UserError
from ha_deblur.files import photo
from ha_deblur.files.photo_files import icc_profiles
from ha_deblur.web import sharpening
from ha_deblur.web.sessions import SessionOver, Sessions
from tests.conftest import random_model


@pytest.fixture(scope="module")
def deblurrer():
    return Deblurrer(random_model("micro", width=2, units_per_block=1))


@pytest.fixture
def sessions(tmp_path):
    (tmp_path / "results").mkdir()
    return Sessions(tmp_path / "results")


def _ignore(done, total):
    pass


@pytest.mark.usefixtures("unguarded")
def test_the_download_keeps_format_and_metadata_and_differs(
        deblurrer, sessions, photos, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    Image.fromarray(photos(40, 64)).save(
        tmp_path / "party.JPG", "JPEG", quality=95, exif=exif, dpi=(300, 300))
    session = sessions.begin("ann", tmp_path / "party.JPG")
    steps = []
    made = sharpening.sharpen(deblurrer, session, [], False, 10**6,
                              lambda *step: steps.append(step))
    assert steps[-1][0] == steps[-1][1]
    assert made.download.name == "party-sharp.JPG"
    result = Image.open(made.download)
    assert result.format == "JPEG" and result.size == (40, 64)  # upright
    assert result.getexif()[0x010F] == "Camera"
    assert round(result.info["dpi"][0]) == 300
    before, after, people = (
        np.asarray(Image.open(path), int)
        for path in (made.before, made.after, made.people))
    assert before.shape == after.shape == people.shape == (64, 40, 3)
    assert np.abs(before - photo.read(session.photo).pixels).mean() < 2
    assert np.abs(after - np.asarray(result)).mean() < 10  # noise in JPEG
    assert np.abs(after - before).mean() > 30


@pytest.mark.usefixtures("unguarded")
def test_boxes_are_the_people_and_the_rest_can_stay(
        deblurrer, sessions, photos, tmp_path):
    pixels = photos(64, 96)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    session = sessions.begin("ann", tmp_path / "a.png")
    made = sharpening.sharpen(
        deblurrer, session, [[0.5, 0.25, 0.25, 0.5]], True, 10**6, _ignore)
    # orange where the box is, gray elsewhere
    people = np.asarray(Image.open(made.people), int)
    assert np.ptp(people[20:44, 52:68], axis=-1).min() > 80
    assert np.ptp(people[:, :44], axis=-1).max() < 8
    result = np.asarray(Image.open(made.download))
    np.testing.assert_array_equal(result[:, :30], pixels[:, :30])
    assert np.abs(result[20:44, 52:68] - pixels[20:44, 52:68].astype(int)
                  ).mean() > 5


def test_16_bits_and_transparency_are_downloaded_and_shown(
        deblurrer, sessions, photos, tmp_path):
    pixels = photos(40, 3000).astype(np.uint16) * 257
    alpha = np.zeros([40, 3000], np.uint16)
    alpha[:, :1500] = 65535
    photo.write(tmp_path / "a.png", pixels, photo.Photo(pixels, alpha))
    jpeg, note = sharpening.look_at(tmp_path / "a.png", 10**6)
    assert note is None
    shown = Image.open(io.BytesIO(jpeg))
    assert shown.size == (1280, 17)
    assert np.asarray(shown)[:, 700:].min() > 240  # laid over white
    made = sharpening.sharpen(
        deblurrer, sessions.begin("ann", tmp_path / "a.png"), [], False,
        10**6, _ignore)
    result = photo.read(made.download)
    assert result.pixels.dtype == np.uint16
    np.testing.assert_array_equal(result.alpha, alpha)
    assert Image.open(made.after).size == (2560, 34)


def test_a_gray_photo_is_shown_in_colour_and_downloaded_in_gray(
        deblurrer, sessions, photos, tmp_path):
    profile = icc_profiles.of_gamma(1.0, gray=True)
    Image.fromarray(photos(64, 96)[..., 0]).save(
        tmp_path / "a.png", icc_profile=profile)
    made = sharpening.sharpen(
        deblurrer, sessions.begin("ann", tmp_path / "a.png"),
        [[0, 0, 1, 1]], False, 10**6, _ignore)
    people = Image.open(made.people)
    assert people.mode == "RGB" and "icc_profile" not in people.info
    assert np.ptp(np.asarray(people, int), axis=-1).min() > 80  # all orange
    result = Image.open(made.download)
    assert result.mode == "L" and result.info["icc_profile"] == profile


def test_a_file_with_another_ending_gets_the_one_of_its_format(
        deblurrer, sessions, photos, tmp_path):
    Image.fromarray(photos(16, 16)).save(tmp_path / "a.jpg", "WEBP")
    Image.fromarray(photos(16, 16)).save(tmp_path / "b.gif")
    for name, expected in (("a.jpg", "a-sharp.webp"), ("b.gif", "b-sharp.png")):
        made = sharpening.sharpen(
            deblurrer, sessions.begin("ann", tmp_path / name), [], False,
            10**6, _ignore)
        assert made.download.name == expected
        Image.open(made.download).load()


@pytest.mark.parametrize("content, limit, message", [
    (b"hello", 10**6, "a.png: can't be read as a picture"),
    (None, 100, "a.png: has"),
])
def test_bad_files_are_named(content, limit, message, photos, tmp_path):
    path = tmp_path / "a.png"
    if content is None:
        Image.fromarray(photos(20, 20)).save(path)
    else:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message) as error:
        sharpening.look_at(path, limit)
    assert str(tmp_path) not in str(error.value)
    assert "\n" not in str(error.value)


def test_work_for_a_visitor_who_left_is_broken_off(
        deblurrer, sessions, photos, tmp_path):
    Image.fromarray(photos(16, 16)).save(tmp_path / "a.png")
    session = sessions.begin("ann", tmp_path / "a.png")
    with pytest.raises(SessionOver):
        sharpening.sharpen(deblurrer, session, [], False, 10**6,
                           lambda *_: sessions.end("ann"))
    assert not list((tmp_path / "results").iterdir())
