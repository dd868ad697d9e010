"""The whole system, small: from photographs to a deblurred picture.

    python -m experiments.demo --output=demo

In the first minute it blurs a photograph with synthetic camera shake and
deblurs it with the shipped model. Then it runs the project's own commands one
after another, on photographs that come with scikit-image: makes a data set in
HIDE's layout in which people and background move differently, packs records,
pretrains attention, trains the preset `tiny`, scores it on held-out pictures,
exports a SavedModel, and deblurs one of the pictures with that alone.

Training gets what is left of --minutes, and so takes fewer steps on slower
machines; all is done within six minutes on any two idle cores. Fails (exit
code 1) if the restored pictures don't score above the blurry ones.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
from absl import flags

from experiments.runs import timed_training
from ha_deblur import commandline, shipped
from ha_deblur.commandline import UserError
from ha_deblur.files import photo

MOST_ATTENTION_STEPS, MOST_STEPS = 300, 1500
# The attention network's share of the training time: it needs a fifth as many
# steps as the second phase, whose steps take five to six times as long, and the
# time to start the commands.
ATTENTION_SHARE = 0.15
# Time needed after training, per second spent before it (measured: 0.46 to
# 0.58).
AFTERWARDS = 0.6

_OUTPUT = flags.DEFINE_string(
    "output", "demo", "Folder for all results; an earlier demo in it is "
    "replaced.")
_MINUTES = flags.DEFINE_float(
    "minutes", 5.5, "For the whole demo. Each phase of training takes as many "
    f"steps as fit, at most {MOST_ATTENTION_STEPS} and {MOST_STEPS}, and at "
    f"least {timed_training.FIRST_STEPS}, even if they take longer.",
    lower_bound=0.0)

# Motion during the exposure: dx,dy in pixels, the same in all pictures.
PERSON_MOTION = "10,0"
BACKGROUND_MOTION = "0,8"
# For the first photograph: the longest path, in pixels, and its seed.
SHAKE, SHAKE_SEED = 16.0, (0, 3)
SHOWN = "cameraman"  # the held-out picture with a person
MARK = ".made-by-ha-deblur-demo"


def main(_):
    """Runs the command; returns its exit code."""
    started = time.monotonic()
    output = _empty_folder(pathlib.Path(_OUTPUT.value))
    photos, dataset = output / "photos", output / "dataset"
    records, attention = output / "records", output / "attention"
    model, exported = output / "model", output / "saved_model"
    scores = output / "scores.json"

    _say("1/8 a photograph, blurred by a shaking camera and deblurred with the "
         f"model '{shipped.DEFAULT}'")
    _deblur_with_shipped_model(output / "first")

    _say("2/8 photographs of scikit-image, with person masks")
    _run("data_prep.sample_photos", output=photos)

    _say("3/8 motion blur: people and background move differently")
    for split in ("train", "test"):
        _run("data_prep.move_people", images=photos / split / "images",
             masks=photos / split / "masks", output=dataset, split=split,
             person_motion=PERSON_MOTION, background_motion=BACKGROUND_MOTION,
             camera_shake=0)  # such simple blur is learned in minutes

    _say("4/8 records")
    for split in ("train", "test"):
        _run("data_prep.make_records", dataset="hide", source=dataset,
             boxes=dataset / f"boxes-{split}.json", split=split,
             output=records)

    before = time.monotonic() - started
    ends = started + 60 * _MINUTES.value - AFTERWARDS * before  # of training
    training = {
        "records": records / "hide-train.json", "preset": "tiny",
        "crop_size": 64, "batch_size": 8, "schedule": "cosine"}
    _say("5/8 first phase: the attention network alone")
    _train("experiments.pretrain_attention", attention, MOST_ATTENTION_STEPS,
           ATTENTION_SHARE * (ends - time.monotonic()),
           learning_rate=1e-3, **training)

    _say("6/8 second phase: the whole network")
    steps = _train("experiments.train", model, MOST_STEPS,
                   ends - time.monotonic(), attention=attention,
                   learning_rate=2e-3, **training)

    _say("7/8 evaluation on pictures that were held out")
    _run("experiments.evaluate", model=model, pairs=dataset, split="test",
         boxes=dataset / "boxes-test.json", json=scores)

    _say("8/8 SavedModel, and a picture deblurred with nothing else")
    _run("experiments.export", model=model, output=exported)
    comparison = output / "comparison.png"
    _deblur(exported, dataset / "test" / f"{SHOWN}.png", comparison,
            dataset / "GT" / f"{SHOWN}.png")

    mean = json.loads(scores.read_text())["mean"]["overall"]
    gain = mean["gain"]["psnr"]
    minutes = (time.monotonic() - started) / 60
    _say(f"held-out pictures: {mean['blurred']['psnr']:.2f} dB blurred, "
         f"{mean['restored']['psnr']:.2f} dB restored: {gain:+.2f} dB "
         f"after {steps:,} steps, in {minutes:.1f} minutes")
    print(f"look at {comparison}: blurred, restored, sharp")
    if gain <= 0:
        print("error: the restored pictures don't score above the blurry ones",
              file=sys.stderr)
        return 1
    return 0


def _empty_folder(output):
    """Creates the folder; clears it if it holds an earlier demo.

    Raises:
      UserError: it holds something else.
    """
    if output.exists() and any(output.iterdir()):
        if not (output / MARK).exists():
            raise UserError(
                f"{output} is not empty and no earlier demo; choose another "
                "--output")
        shutil.rmtree(output)
    output.mkdir(parents=True, exist_ok=True)
    (output / MARK).touch()
    return output


def _say(text):
    print(f"\n== {text}", flush=True)


def _run(module, arguments=(), seconds=None, **flag_values):
    """Runs a command of the project; stops the demo if it fails.

    After `seconds` the command is stopped by SIGTERM, which is not a failure.
    """
    command = [sys.executable, "-m", module, *map(str, arguments),
               *(f"--{name}={value}" for name, value in flag_values.items())]
    print("python", *command[1:], flush=True)
    with subprocess.Popen(command) as process:
        try:
            exit_code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()
            return
    if exit_code:
        sys.exit(exit_code)


def _train(module, run, most_steps, seconds, **flag_values):
    """Runs a training command for a time; prints and returns its steps."""
    def command(steps, seconds):
        _run(module, seconds=seconds, run=run, steps=steps, **flag_values)
    trained = timed_training.train_for(seconds, most_steps, run, command)
    print(f"{trained.steps:,} steps (at most {most_steps:,}), at last "
          f"{trained.steps_per_second:.2g} a second", flush=True)
    return trained.steps


def _deblur_with_shipped_model(folder):
    """Blurs and deblurs a photograph, saves the results, prints the gain."""
    from skimage import data
    from skimage.metrics import peak_signal_noise_ratio as psnr

    from ha_deblur.blur import camera_shake, motion
    sharp = data.astronaut()
    size = sharp.shape[0] // 32 * 32 - 64  # its surroundings move in
    path = motion.handheld_motion(SHAKE_SEED, longest=SHAKE)
    blurred = camera_shake.exposed(sharp, path, size)[0].numpy()
    source = folder.with_name("first-blurred") / "astronaut.png"
    photo.write(source, blurred)
    _run("ha_deblur.commands", ["deblur", source], output=folder,
         model=shipped.DEFAULT, save="sharp,comparison")
    edge = (sharp.shape[0] - size) // 2
    sharp = sharp[edge:-edge, edge:-edge]
    restored = photo.read(folder / "astronaut.png").pixels
    print(f"{psnr(sharp, blurred):.2f} dB blurred, "
          f"{psnr(sharp, restored):.2f} dB deblurred; look at "
          f"{folder / 'astronaut-comparison.png'}")


def _deblur(exported, blurred_path, comparison, sharp_path):
    import tensorflow as tf
    serve = tf.saved_model.load(str(exported)).signatures["serving_default"]
    blurred = photo.read(blurred_path).pixels  # [h, w, 3]
    sharp = serve(images=tf.constant(blurred[None]))["sharp"][0].numpy()
    photo.write(comparison, np.concatenate(
        [blurred, sharp, photo.read(sharp_path).pixels], axis=1))


if __name__ == "__main__":
    commandline.run(main)
