"""ha-deblur: sharpens blurry photos of people.

    ha-deblur deblur PHOTO... --output=DIR    photos, folders and clips
    ha-deblur web                             a page in the browser for photos
    ha-deblur models                          the trained models there are

`ha-deblur COMMAND --help` lists a command's flags.
"""

import importlib
import sys

from ha_deblur import commandline

COMMANDS = ("deblur", "web", "models")


def main():
    """The installed program: the first argument names the command."""
    command = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if command in ("--help", "-h", "help"):
        print(__doc__.strip())
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
