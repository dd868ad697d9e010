"""What every command shares: flags, help, one-line errors, exit codes.

Exit codes: 0 all done; 1 done, but some inputs were skipped and named; 2 the
user's input was wrong, reported in one line with the remedy.
"""

import contextlib
import errno
import os
import re
import sys
import textwrap
import warnings

from absl import app, flags, logging

from ha_deblur.without_stderr import quiet_import

FLAGS = flags.FLAGS

# The reader has gone, or the disk, the quota or the file size limit is reached.
OUTPUT_ENDED = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNREAD = 128 + 13  # a shell's exit code for SIGPIPE


class UserError(Exception):
    """The user's input is wrong: one line with the file and the remedy."""


def help_text(module_name):
    """A command's `--help`: its module's docstring, its own flags, defaults."""
    module = sys.modules[module_name]
    own_flags = FLAGS.get_key_flags_for_module(
        sys.argv[0] if module_name == "__main__" else module_name)
    lines = [module.__doc__.strip(), "", "Flags [defaults]:"]
    for flag in sorted(own_flags, key=lambda flag: flag.name):
        choices = getattr(flag.parser, "enum_values", None)
        kind = "|".join(choices) if choices else flag.flag_type()
        about = " ".join(flag.help.split())
        about = about.replace(f"<{kind}>: ", "")  # absl repeats the choices
        lines.append(f"  --{flag.name}=<{kind}> [{_default(flag)}]")
        lines.append(textwrap.indent(textwrap.fill(
            about, 72, break_on_hyphens=False), " " * 6))
    return "\n".join(lines)


def _default(flag):
    """A flag's default, in plain words."""
    if flag.default is not None:
        return flag.default_as_str.strip("'") or "empty"
    # absl has no other way to find out which flags are required.
    required = any("other than None" in validator.message
                   for validator in flag.validators)
    return "required" if required else "not given"


def run(main, module_name="__main__", argv=None):
    """Parses the flags, runs `main(arguments)` and exits with its code.

    Args:
      main: called with the positional arguments; returns an exit code or None.
      module_name: the module whose docstring and flags `--help` shows.
      argv: the command line, program name first; `sys.argv` if None.
    """
    with output():
        _run(main, module_name, list(sys.argv if argv is None else argv))


def _run(main, module_name, argv):
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "3":
        quiet_import("tensorflow")
    warnings.filterwarnings("ignore", module="tensorflow_addons")
    if any(a in ("--help", "-h", "-help", "--helpshort") for a in argv[1:]):
        print(help_text(module_name))
        sys.exit(0)

    def parse(argv):
        try:
            arguments = FLAGS(argv)
        except flags.Error as error:
            message = " ".join(str(error).split())
            _exit_with(f"{message} (--help lists the flags)")
        if FLAGS["verbosity"].using_default_value:
            # absl's own is INFO, to which TensorFlow tells how it saves
            FLAGS.verbosity = logging.WARNING
        return arguments

    def guarded(argv):
        try:
            return main(argv[1:])
        except UserError as error:
            _exit_with(str(error))
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            sys.exit(130)

    app.run(guarded, argv=argv, flags_parser=parse)


@contextlib.contextmanager
def output():
    """Makes a command's output behave as that of other programs.

    Characters that the terminal can't show are escaped. If the reader has gone
    (`| head`) the command ends silently with a shell's exit code for that, 141;
    if the disk is full, with one line.
    """
    streams = [stream for stream in (sys.stdout, sys.stderr) if stream]
    for stream in streams:
        if getattr(stream, "errors", None) == "strict":
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            yield
        finally:
            for stream in streams:
                stream.flush()
    except OSError as error:
        if error.filename or error.errno not in OUTPUT_ENDED:
            raise
        _drop_output()
        if error.errno == errno.EPIPE:
            sys.exit(_UNREAD)
        _exit_with(f"standard output can't be written ({error.strerror})")


def _drop_output():
    """Keeps Python from flushing standard output again, and complaining."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())


def in_one_line(text):
    """The text with control characters, as in file names, escaped."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]",
                  lambda found: repr(found[0])[1:-1], str(text))


def _exit_with(message):
    print(f"error: {in_one_line(message)}", file=sys.stderr)
    sys.exit(2)
