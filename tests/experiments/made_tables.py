"""Tables as `experiments.tables.result` makes them, by hand."""

from experiments.tables import paper


def _mean(psnr, ssim, images):
    return {"images": images, "psnr": psnr, "ssim_skimage": ssim - 0.1,
            "ssim_matlab": ssim, "psnr_foreground": None,
            "psnr_background": None}


def _row(number, key, title, gopro, mine, ssim, **others):
    command = f"python -m experiments.train --preset={key}"
    return {
        "key": key, "title": title,
        "preset": None if key == "blurry" else f"{key}_small",
        "paper": paper.SCORES[number].get(key),
        "scores": gopro and {
            "gopro": _mean(gopro, ssim, 5), "mine": _mean(mine, ssim + .05, 2)},
        "failure": None, "note": None,
        "training": [] if key == "blurry" else [{
            "what": key, "command": command, "steps": 60, "hours": 2.5,
            "devices": ["Abacus, 2 cores"], "versions": {"python": "3.11"},
            "revision": "0123456789abcdef", "changed": False}],
        "evaluation": [f"python -m experiments.evaluate --model={key}"],
        **others}


def table_of(number):
    """Table 3 or 4 with two of the paper's rows and one that failed."""
    keys = {3: ("single_scale", "Single-scale", "foreground", "FG branch"),
            4: ("nah2017", "Nah et al.", "kupyn2018", "Kupyn et al.")}[number]
    return {
        "table": number, "size": "small",
        "settings": {"steps": 60, "attention_steps": 10, "batch_size": 4,
                     "crop_size": 256, "seed": 7, "records": ["r"],
                     "learning_rate": 0.001},
        "records": [{"dataset": "hide", "split": "train", "pairs": 100},
                    {"dataset": "hide", "split": "train", "pairs": 200}],
        "groups": {"mine": 2, "gopro": 5}, "skipped": [],
        "rows": [
            _row(number, "blurry", "Blurry", 20, 25, .7),
            _row(number, *keys[:2], 21, 26, .71),
            _row(number, *keys[2:], None, None, None,
                 failure="python ended with exit code 2",
                 note="without VGG"),
            _row(number, "full", "Ours", 20.5, 26.5, .72)]}
