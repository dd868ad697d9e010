"""What every command shares: --help, and what becomes of its output."""

import os
import subprocess
import sys

from tests.conftest import ROOT

# Prints a name as Linux allows it, so many times.
COMMAND = (sys.executable, "-c", """
import sys
from ha_deblur import commandline

def main(arguments):
    for _ in range(int(arguments[0])):
        print("caf\\udce9 \\U0001f600")
    if len(arguments) > 1:
        raise commandline.UserError(arguments[1])
    return 1

commandline.run(main)
""")


def run(*arguments, stdout=subprocess.PIPE, **environment):
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, stdout=stdout, text=True,
        stderr=subprocess.PIPE, env={**os.environ, **environment})


def test_a_name_that_cannot_be_shown_is_escaped():
    done = run("1", PYTHONIOENCODING="utf-8:strict")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "caf\\udce9 \U0001f600\n"
    done = run("1", PYTHONIOENCODING="ascii:strict")
    assert done.stdout == "caf\\udce9 \\U0001f600\n"
    done = run("0", "a\nb\x1b[31m.jpg: no")
    assert (done.returncode, done.stderr) == (
        2, "error: a\\nb\\x1b[31m.jpg: no\n")


def test_libraries_tell_only_of_what_is_wrong_unless_more_is_asked_for():
    code = ("from absl import logging; from ha_deblur import commandline\n"
            "def main(_): logging.info('a'); logging.warning('b')\n"
            "commandline.run(main)")
    for arguments, told in (((), ["b"]), (("--verbosity=0",), ["a", "b"])):
        done = subprocess.run([sys.executable, "-c", code, *arguments],
                              cwd=ROOT, text=True, stderr=subprocess.PIPE)
        assert [line.split()[-1] for line in done.stderr.splitlines()] == told


def test_output_that_nobody_reads_or_that_is_full_ends_a_command():
    for lines, unbuffered in (("1", ""), ("1", "1"), ("9999", "")):
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "w") as pipe:  # noqa: PTH123 (a number)
            done = run(lines, stdout=pipe, PYTHONUNBUFFERED=unbuffered)
        assert (done.returncode, done.stderr) == (141, "")
        with open("/dev/full", "w") as full:  # noqa: PTH123
            done = run(lines, stdout=full, PYTHONUNBUFFERED=unbuffered)
        assert (done.returncode, done.stderr) == (
            2, "error: standard output can't be written (No space left on "
            "device)\n")


def test_help_tells_the_default_of_every_flag(command):
    done = command("experiments.train", "--help")
    assert done.returncode == 0
    flags = [line for line in done.stdout.splitlines()
             if line.startswith("  --")]
    assert all(line.endswith("]") for line in flags)
    for line in ("  --run=<string> [required]", "  --batch_size=<int> [10]",
                 "  --steps=<int> [not given]", "  --resume=<bool> [true]",
                 "  --loss=<mse|charbonnier> [mse]"):
        assert line in flags
