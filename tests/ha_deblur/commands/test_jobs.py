"""Which source becomes which file, and what is never overwritten."""

import os
import pathlib

import pytest

from ha_deblur.commandline import UserError
from ha_deblur.commands import jobs


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a tree of empty photos."""
    monkeypatch.chdir(tmp_path)
    for name in ("in/a.jpg", "in/deep/b.TIF", "in/deep/er/c.gif",
                 "in/.hidden.png", "in/notes.txt", "in/clip.mp4", "x.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def targets(*arguments, **options):
    planned, left_out = jobs.plan(arguments, **options)
    assert not left_out
    return [str(path) for job in planned for path in job.outputs.values()]


def only(*arguments, **options):
    """The one job that becomes of them."""
    (job,), left_out = jobs.plan(arguments, **options)
    assert not left_out
    return job


def test_a_tree_is_mirrored_but_for_what_is_no_photo(folder):
    assert targets("in", output="out") == [
        "out/a.jpg", "out/deep/b.TIF", "out/deep/er/c.png"]


def test_results_in_the_source_s_tree_are_no_sources(folder):
    (folder / "in/out").mkdir()
    (folder / "in/out/a.jpg").touch()
    assert len(targets("in", output="in/out")) == 3


def test_suffix_format_and_kinds_name_the_results(folder):
    assert targets("in/a.jpg", output="out", suffix="_s", file_format="webp",
                   kinds=("sharp", "attention")) == [
        "out/a_s.webp", "out/a-attention.png"]
    assert targets("in/deep", output="in/deep", suffix="_s") == [
        "in/deep/b_s.TIF", "in/deep/er/c_s.png"]
    (folder / "in/deep/b_s.TIF").touch()  # is no source of the next run
    assert len(targets("in/deep", output="in/deep", suffix="_s")) == 2


def test_without_a_folder_results_go_beside_their_photos(folder):
    assert targets("in/a.jpg", "x.jpg") == ["in/a-sharp.jpg", "x-sharp.jpg"]
    (folder / "x-sharp.jpg").touch()
    with pytest.raises(UserError, match=r"x-sharp\.jpg is there already"):
        targets("x.jpg")
    assert only("x.jpg", skip_existing=True).is_done
    with pytest.raises(UserError, match=r"in: is a folder; .*--output"):
        targets("in")


def test_patterns_that_no_shell_expanded_are(folder):
    assert targets("in/**/*.[Tg]*", output="out") == [
        "out/deep/b.TIF", "out/deep/er/c.png"]  # the tree below is mirrored
    assert targets("in/*/*.TIF", output="out") == ["out/deep/b.TIF"]
    assert targets("in/deep/*.TIF", output="out") == ["out/b.TIF"]
    assert targets(f"{folder}/i*/a.jpg", output="out") == ["out/in/a.jpg"]
    assert targets(str(folder / "*.jpg"), output="out") == ["out/x.jpg"]
    with pytest.raises(UserError, match=r"z\*\.jpg: no such"):
        targets("z*.jpg", output="out")
    (folder / "odd[1].jpg").touch()  # a name, not a pattern
    assert targets("odd[1].jpg", output="out") == ["out/odd[1].jpg"]


def test_a_photo_that_is_named_twice_is_done_once(folder):
    assert targets("x.jpg", folder / "x.jpg", output="out") == ["out/x.jpg"]


@pytest.mark.parametrize("link", [
    lambda source, target: target.symlink_to(source),
    lambda source, target: target.hardlink_to(source)
    if hasattr(target, "hardlink_to") else source.link_to(target)])
def test_an_input_is_not_overwritten_through_a_link(folder, link):
    (folder / "out").mkdir()
    link(folder / "x.jpg", folder / "out/x.jpg")
    with pytest.raises(UserError, match="never overwritten"):
        targets("x.jpg", output="out")
    (folder / "here").symlink_to(folder)
    with pytest.raises(UserError, match="never overwritten"):
        targets("x.jpg", output="here")


@pytest.mark.parametrize("first, second, options", [
    ("x.jpg", "y/x.jpg", {}), ("x.jpg", "y/X.JPG", {}),
    ("x.jpg", "x.png", {"file_format": "png"}),
    ("x.jpg", "x-attention.png", {"kinds": ("sharp", "attention")}),
    ("\u00fc.jpg", "y/u\u0308.jpg", {})])
def test_two_results_of_one_name_are_refused(folder, first, second, options):
    for name in (first, second):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    with pytest.raises(UserError, match="would both become"):
        targets(first, second, output="out", **options)


def test_standard_input_and_output_are_for_one_picture(folder):
    job = only("-")
    assert job.source == "-" and job.outputs == {"sharp": "-"}
    job = only("x.jpg", output="-")
    assert job.source == pathlib.Path("x.jpg") and job.outputs["sharp"] == "-"
    for arguments, options in (
            (["-", "x.jpg"], {}), (["-"], {"output": "out"}),
            (["in"], {"output": "-"}),
            (["-"], {"kinds": ("sharp", "attention")})):
        with pytest.raises(UserError, match="standard"):
            jobs.plan(arguments, **options)


def test_videos_are_done_when_they_are_named(folder):
    job = only("in/clip.mp4", output="out", file_format="png")
    assert job.is_video
    assert job.outputs == {"sharp": pathlib.Path("out/clip.mp4")}
    with pytest.raises(UserError, match=r"clip\.mp4: of a video only"):
        jobs.plan(["in/clip.mp4"], output="out", kinds=("attention",))


def test_what_is_no_photo_and_no_file_is_refused(folder):
    with pytest.raises(UserError, match=r"notes\.txt: its ending doesn't tell"):
        targets("in/notes.txt", output="out")
    assert targets("in/notes.txt", output="out", file_format="png") == [
        "out/notes.png"]
    os.mkfifo(folder / "pipe.jpg")
    with pytest.raises(UserError, match=r"pipe\.jpg: is no ordinary file"):
        targets("pipe.jpg", output="out")


def planned(*arguments, **options):
    """(the sources that are done, the lines on what is left out)."""
    done, left_out = jobs.plan(arguments, output="out", **options)
    return [str(job.source) for job in done], left_out


def test_links_in_circles_are_gone_through_once(folder):
    (folder / "in/self").symlink_to("self")
    (folder / "in/up").symlink_to("..")
    for name in ("one", "two"):  # 2^40 paths lead to each photo
        (folder / "in" / name).symlink_to(".")
    assert planned("in")[0] == ["in/a.jpg", "in/deep/b.TIF",
                                "in/deep/er/c.gif"]
    assert planned("in")[1] == []
    assert planned("in/**/*.jpg") == (["in/a.jpg"], [])


def test_what_of_a_folder_cannot_be_read_is_named(folder):
    (folder / "in/gone.jpg").symlink_to("nowhere.jpg")
    os.mkfifo(folder / "in/pipe.png")
    (folder / "far").mkdir()
    (folder / "in/far").symlink_to("../far")
    for pattern in ("in", "in/**/*.*[gfF]"):
        done, left_out = planned(pattern)
        assert done == ["in/a.jpg", "in/deep/b.TIF", "in/deep/er/c.gif"]
        assert left_out == [
            "in/far: is a link to a folder and not followed; name it too to "
            "have it done",
            "in/gone.jpg: is a link that leads nowhere",
            "in/pipe.png: is no ordinary file; give - to read standard input"]
    assert planned("in/a.jpg", "in/gone.jpg")[0] == ["in/a.jpg"]
    with pytest.raises(UserError, match=r"^in/gone.jpg: is a link that leads"):
        targets("in/gone.jpg", output="out")
    with pytest.raises(UserError, match="File name too long"):
        targets("n" * 300 + ".jpg", output="out")


def test_what_one_may_not_read_is_named(folder, monkeypatch):
    """Root may read everything, so the system's answers are made up."""
    scandir, access = os.scandir, os.access

    def shut(path):
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", shut)
    monkeypatch.setattr(os, "access", lambda path, mode: access(path, mode)
                        and not str(path).endswith("x.jpg"))
    for pattern in ("in", "in/**/*.*g*"):
        assert planned(pattern, "x.jpg") == (["in/a.jpg"], [
            "in/deep: can't be read (Permission denied)",
            "x.jpg: can't be read (Permission denied)"])


def test_of_a_folder_only_those_that_clash_are_left_out(folder):
    (folder / "in/a.png").touch()
    assert planned("in", file_format="jpg") == (
        ["in/deep/b.TIF", "in/deep/er/c.gif"],
        ["in/a.jpg and in/a.png would both become out/a.jpg; deblur them into "
         "different folders"])
    (folder / "out/deep").mkdir(parents=True)
    (folder / "out/deep/b.TIF").symlink_to(folder / "in/deep/b.TIF")
    done, left_out = planned("in")
    assert done == ["in/a.jpg", "in/a.png", "in/deep/er/c.gif"]
    assert left_out == ["out/deep/b.TIF is an input and is never overwritten; "
                        "choose another --output or --suffix"]
    (folder / "in/er").mkdir()
    (folder / "in/er/d.png").touch()
    (folder / "out/er").touch()
    assert planned("in/er", "in") == (
        ["in/er/d.png", "in/a.jpg", "in/a.png", "in/deep/er/c.gif"], left_out)
    done, (_, line) = planned("in")
    assert done == ["in/a.jpg", "in/a.png", "in/deep/er/c.gif"]
    assert line == ("in/er/d.png: out/er can't be written to (is no folder); "
                    "choose another --output")
    with pytest.raises(UserError, match="would both become"):  # named: a slip
        targets("in/a.jpg", "in/a.png", "x.jpg", output="out",
                file_format="jpg")


def test_an_output_that_cannot_be_written_is_told_at_once(folder):
    (folder / "self").symlink_to("self")
    for output in ("x.jpg", "x.jpg/deep", "self"):
        with pytest.raises(UserError, match=rf"^--output={output}: can't be "
                           r"written to \((.*x.jpg: )?is no folder\)"):
            targets("in", output=output)
    assert targets("in", output="new/deep")
    assert not (folder / "new").exists()


@pytest.mark.parametrize("name", [
    "caf\udce9.jpg", "a\nb.jpg", "-x.jpg", " two  words .jpg", "\U0001f600.JPG",
    "n" * 251 + ".jpg", "12:30.jpg"])
def test_any_name_is_planned(folder, name):
    (folder / "odd").mkdir()
    (folder / "odd" / name).touch()
    assert targets("odd", output="out") == [f"out/{name}"]
    assert targets("odd/*", output="out") == [f"out/{name}"]
    if len(name) < 250:
        assert targets(f"odd/{name}") == [
            f"odd/{name[:-4]}-sharp{name[-4:]}"]


def test_a_folder_of_videos_alone_says_so(folder):
    (folder / "films/deep").mkdir(parents=True)
    (folder / "films/deep/a.MTS").touch()
    with pytest.raises(UserError, match=r"no photos in films, but videos, .* "
                       r"deblur films/deep/a\.MTS"):
        jobs.plan(["films"], output="out")


def test_what_programs_hide_in_folders_is_passed_over(folder):
    for name in ("in/.thumbnails", "in/deep/@eaDir", "in/__MACOSX"):
        (folder / name).mkdir()
        (folder / name / "t.jpg").touch()
    assert len(targets("in", output="out")) == 3
    assert targets("in/.thumbnails", output="out") == ["out/t.jpg"]


def test_a_result_s_name_may_be_too_long(folder):
    (folder / f"in/{'n' * 250}.jpg").touch()
    assert len(targets("in", output="out")) == 4
    planned, left_out = jobs.plan(["in"], output="out", suffix="-better")
    assert len(planned) == 3 and len(left_out) == 1
    assert "would be too long a name; rename the photo" in left_out[0]
