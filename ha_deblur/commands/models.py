"""Lists the trained models that `--model` and `ha_deblur.load` know by name.

    ha-deblur models

PSNR is that of real blurred pictures of GoPro that the model never saw, and
what it gained; time is for a picture of 1280x720 on two processor cores.
"""

import json

from absl import flags

from ha_deblur import commandline, shipped

_JSON = flags.DEFINE_bool("json", False, "Print all that is known, as JSON.")


def main(arguments):
    """Runs the command; returns its exit code."""
    if arguments:
        raise commandline.UserError("models takes no arguments")
    known = {name: shipped.about(name) for name in shipped.names()}
    if _JSON.value:
        print(json.dumps(known, indent=1))
        return
    print(f"{'name':<12}{'parameters':>12}{'on disk':>10}{'time':>8}"
          f"{'PSNR':>10}{'gain':>9}")
    for name, about in known.items():
        score = about.get("score", {})
        print(f"{name:<12}{about['parameters']:>12,}"
              f"{_or_dash(about.get('megabytes'), '.1f', ' MB'):>10}"
              f"{_or_dash(about.get('seconds'), '.1f', ' s'):>8}"
              f"{_or_dash(score.get('psnr'), '.2f', ' dB'):>10}"
              f"{_or_dash(score.get('gain'), '+.2f', ' dB'):>9}")
    print(f"\nThe model cards are in {shipped.DIRECTORY}")


def _or_dash(value, form, unit):
    return "-" if value is None else f"{value:{form}}{unit}"


if __name__ == "__main__":
    commandline.run(main)
