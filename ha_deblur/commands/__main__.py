"""ha-deblur: sharpens blurry photos of people.

    ha-deblur deblur PHOTO... --output=DIR    photos, folders and clips
    ha-deblur web                             a page in the browser for photos
    ha-deblur models                          the trained models there are

`ha-deblur COMMAND --help` lists a command's flags, and `ha-deblur --version`
prints the version.
"""

import importlib
import sys

import ha_deblur
from ha_deblur import commandline

COMMANDS = ("deblur", "web", "models")


def main():
    """The installed program: the first argument names the command."""
    command = sys.argv[1] if len(sys.argv) > 1 else "--help"
    told = {"--help": __doc__.strip(), "--version":
            f"ha-deblur {ha_deblur.__version__}"}
    told["-h"] = told["help"] = told["--help"]
    if command in told:
        with commandline.output():
            print(told[command])
        return
    if command not in COMMANDS:
        print(f"error: no command '{command}'; there are "
              f"{', '.join(COMMANDS)}", file=sys.stderr)
        sys.exit(2)
    name = f"ha_deblur.commands.{command}"
    module = importlib.import_module(name)
    commandline.run(module.main, name, [f"ha-deblur {command}", *sys.argv[2:]])


if __name__ == "__main__":
    main()
