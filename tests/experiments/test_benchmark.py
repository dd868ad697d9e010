"""The model's cost against a count by hand."""

import pytest

from experiments.benchmarks import deblur_cost, model_cost, step_cost
from ha_deblur.presets import PRESETS, Preset


def test_multiply_adds_are_those_of_a_count_by_hand():
    """One scale, width 1, one unit a stage, 32x32; biases make the rest."""
    full, half, quarter = 32 * 32, 16 * 16, 8 * 8
    unit = 2 * 25  # two 5x5 convolutions, times c^2
    encoder = (full * (25 * 6 + unit) + half * (25 * 2 + unit * 4)
               + quarter * (25 * 2 * 4 + unit * 16))
    attention = (full * 9 * 3 + half * 9 * 2 + quarter * 9 * 2 * 4  # convs
                 + 16 * 16 * 4 * 4  # up1 of 4 by 4, on 4x4 pixels
                 + quarter * 16 * 4 * 2 + half * 16 * 2 * 1 + full)
    # 4x4 transposed convolutions cost 16 a pixel of their input
    two_blocks = (quarter * (unit * 16 + 16 * 4 * 2)
                  + half * (unit * 4 + 16 * 2 * 1))
    last_block = full * (unit + 25 * 3)
    compress = quarter * 8 * 4 + half * 4 * 2 + full * 2
    injected = quarter * 25 * 16 + half * 25 * 4 + full * 25
    deblur = (encoder + attention + 3 * two_blocks + last_block + compress
              + injected)
    cost = model_cost.model_cost(
        Preset("one", width=1, units_per_block=1, scales=1), 30)
    assert deblur < cost["macs_to_deblur"] < 1.05 * deblur
    assert (deblur + 2 * last_block < cost["macs_all_branches"]
            < 1.05 * (deblur + 2 * last_block))


def test_all_presets_are_listed(command):
    done = command("experiments.benchmark", "--what=model", "--size=64")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines()[3:]}
    assert set(lines) == set(PRESETS)
    assert "15,063,453" in lines["paper"]


def test_pipeline_is_measured_beside_a_plain_loader(command, records_of):
    done = command(
        "experiments.benchmark", "--what=pipeline", "--crop_size=32",
        f"--records={records_of()}", "--seconds=0.5", "--batch_size=4")
    assert done.returncode == 0, done.stderr
    _, _, header, *rows = done.stdout.splitlines()
    rows, times, costs = (
        rows[:rows.index("")], rows[rows.index("") + 4:-7], rows[-4:])
    assert [line.split()[0] for line in times] == ["1", "4", "8"]
    assert all(float(time) >= 0 for line in times
               for time in line.split()[3:])
    assert [line.split()[-2] for line in costs[1:]] == ["1,000", "256", "128"]
    assert header.split()[:5] == ["cores", "plain", "1", "a", "picture"]
    assert rows[0].split()[0] == "1"
    for row in rows:
        _, plain, *rates = row.replace("(", "").replace("x)", "").split()
        for rate, ratio in zip(rates[::2], rates[1::2]):
            assert float(rate) > 0
            assert float(rate) / float(plain) == pytest.approx(
                float(ratio), abs=0.06, rel=0.1)
    done = command("experiments.benchmark", "--what=pipeline")
    assert done.returncode == 2
    assert "needs --records" in done.stderr


def test_a_step_s_rate_is_operations_a_second():
    micro = Preset("micro", width=2, units_per_block=1, scales=1)
    cost = step_cost.measure(micro, 32, 3, jit_compile=False, seconds=0.1)
    macs = model_cost.model_cost(micro, 32)["macs_all_branches"]
    assert cost["operations"] == 3 * 3 * 2 * macs  # patches, passes, 2 a MAC
    assert cost["rate"] == cost["operations"] / cost["seconds"]
    assert cost["matmul_rate"] > 1e9
    names = [name for name, _ in cost["times"].most_common()]
    assert any("Conv2DBackpropFilter" in name for name in names)
    assert "ReadVariableOp" in names


@pytest.mark.slow
def test_a_step_is_measured_beside_the_matrix_multiply(command):
    done = command("experiments.benchmark", "--what=step", "--preset=fast",
                   "--crop_size=32", "--batch_size=2", "--seconds=0.1")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    found = {row[0]: row for row in rows if row}
    rate, matrix = float(found["GFLOP/s"][1]), float(found["matrix"][2])
    assert rate == pytest.approx(
        float(found["GFLOP"][1]) / float(found["seconds"][1]), rel=0.1)
    assert float(found["share"][1].strip("%")) == pytest.approx(
        100 * rate / matrix, abs=1)
    assert len([row for row in rows if row and row[0].endswith("%")]) == 5


def test_a_step_of_a_size_that_the_preset_does_not_take(command):
    done = command("experiments.benchmark", "--what=step", "--crop_size=40")
    assert done.returncode == 2
    assert "--crop_size=40: preset 'small' takes multiples of 32" in done.stderr


def test_the_exponent_is_the_slope_of_the_logarithms():
    rows = [{"pixels": pixels, "seconds": 3 * pixels**1.5}
            for pixels in (1e5, 1e6, 4e6)]
    assert deblur_cost.exponent(rows) == pytest.approx(1.5)


def test_deblurring_is_timed_by_size(command):
    done = command("experiments.benchmark", "--what=deblur", "--preset=fast",
                   "--megapixels=0.0075")
    assert done.returncode == 0, done.stderr
    _, _, header, row, share = done.stdout.splitlines()
    assert header.split() == ["megapixels", "seconds", "a", "megapixel",
                              "peak", "GiB", "tiles"]
    megapixels, seconds, each, peak, tiles = map(float, row.split())
    assert megapixels == 0.01 and seconds > 0 and tiles == 1  # 75x100
    assert 0.2 < peak < 5
    assert "GFLOP/s" in share and "% of a matrix multiply's" in share
    done = command("experiments.benchmark", "--what=deblur", "--megapixels=x")
    assert done.returncode == 2 and "--megapixels" in done.stderr
