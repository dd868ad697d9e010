"""The command that writes what a training would see."""

import numpy as np
from PIL import Image


def test_patches_are_pairs_that_describe_measures(
        command, hide_like, records_of, tmp_path):
    output = tmp_path / "patches"
    flags = [f"--records={records_of()}", "--crop_size=64", "--batch_size=4",
             "--count=6", f"--output={output}"]
    done = command("experiments.show_patches", *flags)
    assert done.returncode == 0, done.stderr
    names = [f"{number:06}.png" for number in range(6)]
    for kind in ("blur", "sharp", "mask"):
        assert sorted(p.name for p in (output / kind).iterdir()) == names
    pictures = {kind: np.stack([np.asarray(Image.open(
        output / kind / name)) for name in names])
        for kind in ("blur", "sharp", "mask")}
    assert pictures["blur"].shape == (6, 64, 64, 3)
    assert np.abs(pictures["blur"].astype(int) - pictures["sharp"]).max() > 4
    # Half of a batch of four shows people; nobody is drawn elsewhere.
    shown = pictures["mask"].any(axis=(1, 2))
    assert shown[[0, 1, 4, 5]].all()
    assert set(np.unique(pictures["mask"])) == {0, 255}
    described = command("data_prep.describe", f"--source={output}")
    assert "6 images" in described.stdout
    again = command("experiments.show_patches", *flags)
    assert again.returncode == 2 and "is there already" in again.stderr


def test_where_nobody_has_looked_the_mask_is_gray(command, photos, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(photos(96, 128)).save(folder / "a.png")
    for arguments in (
            ("data_prep.make_records", "--dataset=photos",
             f"--source={folder}", f"--output={tmp_path / 'records'}"),
            ("experiments.show_patches", f"--records={tmp_path / 'records'}",
             "--crop_size=64", "--batch_size=2", "--count=2",
             f"--output={tmp_path / 'out'}")):
        done = command(*arguments)
        assert done.returncode == 0, done.stderr
    for path in (tmp_path / "out/mask").iterdir():
        assert set(np.unique(Image.open(path))) == {128}
