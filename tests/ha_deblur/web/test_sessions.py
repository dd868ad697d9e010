"""Sessions: each visitor's files, and nothing of them afterwards."""

import time

import pytest

from ha_deblur.web.sessions import SessionOver, Sessions


@pytest.fixture
def folders(tmp_path):
    """(where results go, makes uploaded files as Gradio stores them)."""
    (tmp_path / "results").mkdir()

    def uploaded(name, content):
        path = tmp_path / "uploads" / content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    return tmp_path / "results", uploaded


def test_nothing_is_left_of_a_visitor_who_leaves(folders, tmp_path):
    results, uploaded = folders
    sessions = Sessions(results)
    session = sessions.begin("ann", uploaded("a.jpg", "A"))
    with session.results() as folder:
        (folder / "a-sharp.jpg").write_text("sharp")
    sessions.end("ann")
    assert not list(results.iterdir())
    assert not list((tmp_path / "uploads").iterdir())
    assert sessions.of("ann") is None
    sessions.end("ann")  # nothing happens


def test_a_new_photo_takes_the_place_of_the_one_before(folders):
    results, uploaded = folders
    sessions = Sessions(results)
    first, second = uploaded("a.jpg", "A"), uploaded("b.jpg", "B")
    earlier = sessions.begin("ann", first)
    session = sessions.begin("ann", second)
    assert sessions.of("ann") is session and session.photo == second
    assert not first.exists() and second.exists()
    with pytest.raises(SessionOver):
        earlier.check()
    with pytest.raises(SessionOver), earlier.results():
        pass
    assert len(list(results.iterdir())) == 1


def test_earlier_results_give_way_to_new_ones_elsewhere(folders):
    results, uploaded = folders
    session = Sessions(results).begin("ann", uploaded("a.jpg", "A"))
    with session.results() as first:
        (first / "a").write_text("1")
    with session.results() as second:
        (second / "a").write_text("2")
    assert not first.exists() and second != first


def test_a_file_that_two_uploaded_stays_until_both_have_left(folders):
    results, uploaded = folders
    sessions = Sessions(results)
    path = uploaded("a.jpg", "A")
    sessions.begin("ann", path)
    sessions.begin("bob", path)
    sessions.end("ann")
    assert path.exists()
    sessions.end_all()
    assert not path.exists()


def test_a_page_that_closed_unnoticed_is_forgotten_after_a_day(
        folders, monkeypatch):
    results, uploaded = folders
    sessions = Sessions(results)
    path = uploaded("a.jpg", "A")
    sessions.begin("ann", path)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 25 * 3600)
    sessions.begin("bob", uploaded("b.jpg", "B"))
    assert not path.exists()
    assert sessions.of("ann") is None
    assert sessions.of("bob") is not None
