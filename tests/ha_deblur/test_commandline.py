"""What every command shares: --help."""


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
