"""Measures what models cost and how fast data comes.

    python -m experiments.benchmark --what=model
    python -m experiments.benchmark --what=pipeline --records=records

`model` prints, for every preset, its parameters, what of them deblurring a
picture needs, and the multiply-adds for one picture, as TensorFlow's profiler
counts them: for deblurring (the primary branch alone) and for training's
forward pass (all three branches). `pipeline` prints the training patches a
second from records, on one core and on all, for several
--patches_per_picture, beside a plain loader that decodes the whole pair for
every patch, in the same run.
"""

import os

from absl import flags

from experiments import model_cost, pipeline_speed
from ha_deblur import commandline, presets

_WHAT = flags.DEFINE_enum(
    "what", "model", ["model", "pipeline"], "What to measure.")
_RECORDS = flags.DEFINE_list(
    "records", None, "Records for --what=pipeline.")
_CROP_SIZE = flags.DEFINE_integer(
    "crop_size", 256, "Height and width of a patch.", lower_bound=8)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 10, "Patches a batch.", lower_bound=1)
_SECONDS = flags.DEFINE_float(
    "seconds", 10, "How long to measure each loader.", lower_bound=0.1)
_SIZE = flags.DEFINE_integer(
    "size", 256, "Height and width of the picture; rounded up to what the "
    "network takes.", lower_bound=1)


_REUSES = [1, 4, 8]  # patches that are cut from a picture once it is decoded


def main(_):
    """Runs the command; returns its exit code."""
    if _WHAT.value == "pipeline":
        _print_pipeline()
    else:
        _print_models()


def _print_pipeline():
    if not _RECORDS.value:
        raise commandline.UserError("--what=pipeline needs --records")
    cores = sorted(os.sched_getaffinity(0))
    rates = {number: pipeline_speed.measure(
        _RECORDS.value, cores[:number], _CROP_SIZE.value, _BATCH_SIZE.value,
        _SECONDS.value, _REUSES) for number in sorted({1, len(cores)})}
    print(f"{_CROP_SIZE.value}x{_CROP_SIZE.value} patches a second, and how "
          "many times the plain loader's\n")
    print(f"{'cores':>5} {'plain':>8} "
          + " ".join(f"{f'{reuse} a picture':>20}" for reuse in _REUSES))
    for number, here in rates.items():
        plain = here["plain"]
        print(f"{number:>5} {plain:>8.1f} " + " ".join(
            f"{here[reuse]:>11.1f} {f'({here[reuse] / plain:.1f}x)':>8}"
            for reuse in _REUSES))


def _print_models():
    print(f"one picture of {_SIZE.value}x{_SIZE.value}\n")
    print(f"{'preset':<18} {'parameters':>11} {'to deblur':>11} "
          f"{'GMACs to deblur':>16} {'all branches':>13}")
    for preset in presets.PRESETS.values():
        cost = model_cost.model_cost(preset, _SIZE.value)
        print(f"{preset.name:<18} {cost['parameters']:>11,} "
              f"{cost['parameters_to_deblur']:>11,} "
              f"{cost['macs_to_deblur'] / 1e9:>16.1f} "
              f"{cost['macs_all_branches'] / 1e9:>13.1f}")


if __name__ == "__main__":
    commandline.run(main)
