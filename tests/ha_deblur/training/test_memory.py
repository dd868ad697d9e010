"""What a step will need of memory: by hand, and against what it takes."""

import json
import os

import pytest
import tensorflow as tf

from ha_deblur import HumanAttention
from ha_deblur.training import memory, step

KB = 1024


def peak_of(function):
    spec = tf.TensorSpec([256])  # 1 KB in float32
    return memory.peak_bytes(
        tf.function(function).get_concrete_function(spec).graph)


def test_a_value_lives_from_its_making_to_its_last_use():
    assert peak_of(lambda x: tf.exp(tf.sin(x))) == 1 * KB  # all in x's place
    assert peak_of(lambda x: tf.exp(tf.sin(x)) + x) == 2 * KB

    def three(x):  # x, its sine and its cosine, then the sum in place of one
        return tf.sin(x) * tf.cos(x) + x

    assert peak_of(three) == 3 * KB
    view = peak_of(lambda x: tf.reshape(tf.identity(x), [16, 16]))
    assert view == 1 * KB + 8  # two numbers of the shape


def test_a_convolution_is_not_in_place_of_its_input():
    image = tf.TensorSpec([1, 16, 16, 1])
    kernel = tf.TensorSpec([1, 1, 1, 1])
    traced = tf.function(lambda x, k: tf.nn.conv2d(x, k, 1, "SAME"))
    graph = traced.get_concrete_function(image, kernel).graph
    assert memory.peak_bytes(graph) == 2 * KB + 4


def test_the_inside_of_a_called_function_counts():
    inner = tf.function(lambda x: tf.sin(x) * tf.cos(x) + x)
    assert peak_of(lambda x: inner(x) + 1) >= 3 * KB


def test_variables_are_weights_slots_and_what_else_is_there():
    attention = HumanAttention(2)
    attention(tf.zeros([1, 32, 32, 3]))
    weights = 4 * attention.count_params()
    optimizer = tf.keras.optimizers.Adam(jit_compile=False)
    optimizer.build(attention.trainable_variables)
    attention_step = step.attention_step(attention, 1, optimizer)
    found = memory.estimate(attention_step, 32, 2)
    # Adam's slots; its count of steps; a learning rate may be a variable too
    assert 3 * weights + 8 <= found.variables <= 3 * weights + 16
    more = memory.estimate(
        attention_step, 32, 2, beside=[tf.Variable(tf.zeros([10]))])
    assert more.variables == found.variables + 40
    twice = memory.estimate(attention_step, 32, 4)
    assert twice.values == pytest.approx(2 * found.values, rel=0.1)


def test_what_will_not_fit_is_said_in_one_line(monkeypatch, tmp_path):
    needed = memory.Estimate(variables=2 * 10**9, values=7 * 10**9)
    told = tmp_path / "nvidia-smi"
    told.write_text("#!/bin/sh\necho 12288\necho 8192\n")
    told.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["x"])
    line = memory.shortage(needed)
    assert "about 9.0 GB" in line and "the GPU has only 8.6" in line
    assert "--gradient_checkpointing" in line
    assert "\n" not in line
    assert memory.shortage(memory.Estimate(10**9, 7 * 10**9)) is None
    told.write_text("#!/bin/sh\nexit 9\n")
    assert memory.shortage(needed) is None  # nobody knows

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert "this machine has free only" in memory.shortage(
        memory.Estimate(10**15, 0))
    assert memory.shortage(memory.Estimate(1000, 1000)) is None
    monkeypatch.setattr(memory, "free_memory", lambda: 3 * 10**9)  # a group's
    assert "this machine has free only 3.0;" in memory.shortage(needed)


@pytest.mark.slow
def test_estimates_are_near_what_a_step_takes(python_command):
    taken = {}
    for checkpointed in (False, True):
        done = python_command(
            "tests.ha_deblur.training.peak_memory", checkpointed)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert 0.7 * found["estimated"] < found["taken"]
        # what convolutions need inside, on CPUs without AVX512 up to 1 GB
        assert found["taken"] < found["estimated"] + 1.3e9
        taken[checkpointed] = found["taken"]
    assert taken[True] < 0.75 * taken[False]
