"""Measures the cost of models and the speed of the data pipeline.

    python -m experiments.benchmark --what=model
    python -m experiments.benchmark --what=pipeline --records=records
    python -m experiments.benchmark --what=step --preset=small --batch_size=4
    python -m experiments.benchmark --what=deblur --preset=paper

`model` prints, for every preset of the library, its number of parameters, how
many of them deblurring needs, and the multiply-adds for one picture, as counted
by TensorFlow's profiler: for deblurring (the primary branch alone) and for the
forward pass in training (all three branches). `pipeline` prints the training
patches per second from records, on one core and on all, for several
--patches_per_picture, and in the same run those of a plain loader that decodes
the whole pair for every patch. `step` times the training step in turns with
products of large matrices, and names the operations that take most of its time;
it needs no data. `deblur` prints the time and peak memory of deblurring
pictures of increasing size, each in a process of its own, and the rate at
1280x720, in turns with products of large matrices.
"""

import os

from absl import flags

from experiments.benchmarks import (
    deblur_cost,
    model_cost,
    pipeline_speed,
    step_cost,
)
from experiments.flags import baseline_flags, compute_flags
from experiments.models import PRESETS
from ha_deblur import commandline, presets

flags.adopt_module_key_flags(baseline_flags)
flags.adopt_module_key_flags(compute_flags)

_WHAT = flags.DEFINE_enum(
    "what", "model", ["model", "pipeline", "step", "deblur"],
    "What to measure.")
_PRESET = flags.DEFINE_enum(
    "preset", "small", list(PRESETS),
    "The model of --what=step and deblur.")
_MEGAPIXELS = flags.DEFINE_list(
    "megapixels", [str(size) for size in deblur_cost.MEGAPIXELS],
    "Sizes of the pictures of --what=deblur.")
_RECORDS = flags.DEFINE_list(
    "records", None, "Records for --what=pipeline.")
_CROP_SIZE = flags.DEFINE_integer(
    "crop_size", 256, "Height and width of a patch, in pixels.", lower_bound=8)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 10, "Patches per batch.", lower_bound=1)
_SECONDS = flags.DEFINE_float(
    "seconds", 10, "How long to measure each loader, or the step.",
    lower_bound=0.1)
_SIZE = flags.DEFINE_integer(
    "size", 256, "Height and width of the picture, in pixels; rounded up to a "
    "size that the network takes.", lower_bound=1)


_REUSES = [1, 4, 8]  # patches cut from a picture each time it is decoded


def main(_):
    """Runs the command; returns its exit code."""
    if _WHAT.value == "pipeline":
        _print_pipeline()
    elif _WHAT.value == "step":
        _print_step()
    elif _WHAT.value == "deblur":
        _print_deblur()
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
    one = rates[1]
    read, decode = 1e3 / one["read"], 1e3 / one["decode"]
    print("\nwhere one core's time goes, in ms a patch\n")
    print(f"{'':>12} {'read':>8} {'decode':>8} {'cut, turn, batch':>18}")
    for reuse in _REUSES:
        rest = max(0.0, 1e3 / one[reuse] - decode / reuse)
        print(f"{f'{reuse} a picture':>12} {read / reuse:>8.1f} "
              f"{max(0.0, decode - read) / reuse:>8.1f} {rest:>18.1f}")
    print("\nwhat it costs\n")
    megabytes, pictures = pipeline_speed.size_on_disk(_RECORDS.value)
    print(f"disk: {megabytes:,.0f} MB, {megabytes / pictures:.2f} a picture")
    for reuse in _REUSES:
        print(f"randomness, {reuse} a picture: 1,000 patches in a row are of "
              f"{pipeline_speed.pictures_in_a_row(1000, reuse):,} records")


def _print_step():
    preset = PRESETS[_PRESET.value]
    if _CROP_SIZE.value % preset.size_multiple:
        raise commandline.UserError(
            f"--crop_size={_CROP_SIZE.value}: preset '{preset.name}' takes "
            f"multiples of {preset.size_multiple}")
    compute_flags.set_precision()
    compiled = compute_flags.jit_compile()
    cost = step_cost.measure(preset, _CROP_SIZE.value, _BATCH_SIZE.value,
                             compiled, _SECONDS.value,
                             baseline_flags.settings(preset))
    print(f"a training step of {_BATCH_SIZE.value} patches of "
          f"{_CROP_SIZE.value}x{_CROP_SIZE.value}, preset '{preset.name}'"
          f"{', compiled' if compiled else ''}\n")
    memory, matrix = cost["memory"], step_cost.MATRIX
    for name, value, about in (
            ("seconds", f"{cost['seconds']:.3f}", ""),
            ("GFLOP", f"{cost['operations'] / 1e9:.1f}", "2 a multiply-add; "
             "the backward pass counts as two forward passes"),
            ("GFLOP/s", f"{cost['rate'] / 1e9:.1f}", ""),
            ("matrix multiply", f"{cost['matmul_rate'] / 1e9:.1f}",
             f"GFLOP/s of {matrix}x{matrix} matrices, between the steps"),
            ("share", f"{cost['rate'] / cost['matmul_rate']:.0%}",
             "of the matrix multiply's rate"),
            ("memory", f"{(memory.variables + memory.values) / 1e9:.2f}",
             "GB, estimated")):
        print(f"{name:<16} {value:>9}  {about}".rstrip())
    times = cost["times"]
    print("\nthe costliest operations, of the time of all\n")
    for kind, spent in times.most_common(5):
        print(f"{spent / sum(times.values()):>6.1%}  {kind}")


def _print_deblur():
    try:
        sizes = [float(size) for size in _MEGAPIXELS.value]
    except ValueError:
        sizes = []
    if not sizes or min(sizes) <= 0:
        raise commandline.UserError(
            "--megapixels has to be a list of positive numbers")
    preset = PRESETS[_PRESET.value]
    rows = deblur_cost.measure(preset, sizes)
    print(f"pictures of a growing size, preset '{preset.name}'\n")
    print(f"{'megapixels':>10} {'seconds':>9} {'a megapixel':>11} "
          f"{'peak GiB':>8} {'tiles':>5}")
    for row in rows:
        megapixels = row["pixels"] / 1e6
        print(f"{megapixels:>10.2f} {row['seconds']:>9.2f} "
              f"{row['seconds'] / megapixels:>11.2f} "
              f"{row['peak'] / 2**30:>8.2f} {row['tiles']:>5}")
    if len(rows) > 1:
        print("\ntime grows as the pixels to the power of "
              f"{deblur_cost.exponent(rows):.3f}")
    share = deblur_cost.share_of_matrix_multiply(preset)
    height, width = deblur_cost.HD
    print(f"{width}x{height}: {share['seconds']:.2f} s, "
          f"{share['rate'] / 1e9:.1f} GFLOP/s (2 a multiply-add), "
          f"{share['rate'] / share['matmul_rate']:.0%} of a matrix multiply's "
          f"{share['matmul_rate'] / 1e9:.1f}; "
          f"{share['guard_seconds'] / share['seconds']:.1%} of the time for "
          "the guard")


def _print_models():
    print(f"one picture of {_SIZE.value}x{_SIZE.value}\n")
    print(f"{'preset':<24} {'parameters':>11} {'to deblur':>11} "
          f"{'GMACs to deblur':>16} {'all branches':>13}")
    for preset in presets.PRESETS.values():
        cost = model_cost.model_cost(preset, _SIZE.value)
        print(f"{preset.name:<24} {cost['parameters']:>11,} "
              f"{cost['parameters_to_deblur']:>11,} "
              f"{cost['macs_to_deblur'] / 1e9:>16.1f} "
              f"{cost['macs_all_branches'] / 1e9:>13.1f}")


if __name__ == "__main__":
    commandline.run(main)
