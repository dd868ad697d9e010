"""DeblurGAN: its layers, its losses by hand, and who learns in which step."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from experiments.baselines import critic as wgan
from experiments.baselines import systems
from experiments.baselines.adversarial_step import (
    Adversary,
    adversarial_step,
    optimizer_like,
)
from experiments.baselines.perceptual_loss import (
    content_loss,
    pixels,
    vgg_features,
)
from ha_deblur.commandline import UserError
from ha_deblur.training.checkpoints import Checkpoints


def tiny():
    tf.keras.utils.set_random_seed(0)
    return systems.PRESETS["kupyn2018_tiny"].make()


def batch(seed=0):
    generator = np.random.default_rng(seed)
    blurred, sharp = (tf.constant(generator.uniform(size=[2, 16, 16, 3]),
                                  tf.float32) for _ in range(2))
    return blurred, sharp, tf.zeros([2, 16, 16, 1]), tf.zeros([2])


def optimizer_of(model, learning_rate=1e-3):
    optimizer = tf.keras.optimizers.Adam(
        learning_rate, beta_1=0.5, jit_compile=False)
    optimizer.build(model.trainable_variables)
    return optimizer


def values(variables):
    return [variable.numpy() for variable in variables]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second))


@pytest.fixture(scope="module")
def trained():
    """A model, its optimizer, and its step of pixels' MSE."""
    model = tiny()
    optimizer = optimizer_of(model)
    return model, optimizer, model.step(optimizer, perceptual="none")


def test_the_generator_has_the_published_11_4_million_parameters():
    model = systems.PRESETS["kupyn2018"].make()
    count = model.count_params()
    # 7x7 in and out, 3x3 down and up between 64, 128 and 256, 18 of 256 to 256
    assert count == 9472 + 9411 + 2 * 9 * (64 * 128 + 128 * 256) + (
        128 + 256 + 128 + 64) + 18 * (9 * 256**2 + 256)
    assert abs(count - 11.4e6) < 0.03 * 11.4e6


def test_a_correction_of_zero_leaves_the_picture():
    model = tiny()
    blurred = batch()[0]
    assert not np.allclose(model.restore(blurred)[0]["primary"], blurred)
    for variable in model.last.variables:
        variable.assign(tf.zeros_like(variable))
    assert np.array_equal(model.restore(blurred)[0]["primary"], blurred)


def test_a_correction_is_at_most_the_whole_range():
    model = tiny()
    model.last.bias.assign([100.0, 100.0, 100.0])  # tanh is 1
    blurred = batch()[0]
    np.testing.assert_allclose(  # 1 of [-1, 1] is 0.5 of [0, 1]
        model.restore(blurred)[0]["primary"], blurred + 0.5, atol=1e-6)


def test_dropout_is_for_training_and_follows_from_its_seed():
    model = tiny()
    blurred = batch()[0]
    first, again, other = (
        model.generate(blurred, tf.constant(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    assert np.array_equal(*(model(blurred)[0]["primary"] for _ in range(2)))


def test_pictures_of_other_sizes_are_taken():
    model = tiny()
    assert model(tf.zeros([1, 8, 24, 3]))[0]["primary"].shape == [1, 8, 24, 3]


def test_a_score_of_the_critic_sees_70_pixels():
    critic = wgan.patch_critic(4)
    assert critic(tf.zeros([1, 256, 256, 3])).shape == [1, 32, 32, 1]
    seen = 1
    for layer in reversed(critic.layers):
        if isinstance(layer, tf.keras.layers.Conv2D):
            seen = (seen - 1) * layer.strides[0] + layer.kernel_size[0]
    assert seen == 70


def test_the_critic_has_patchgan_s_weights():
    # 4x4: 3 to 64, 128, 256, 512, 1; each with its biases
    assert wgan.patch_critic().count_params() == 16 * (
        3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512) + (
        64 + 128 + 256 + 512 + 1)


def linear(images):
    """2 r, summed over the pixels: of slope (2, 0, 0) everywhere."""
    return 2 * tf.reduce_sum(images[..., :1], axis=[1, 2], keepdims=True)


def test_the_gradient_penalty_of_a_linear_critic_is_as_by_hand():
    real, fake = tf.zeros([2, 3, 3, 3]), tf.ones([2, 3, 3, 3])
    seed = tf.constant(7)
    # 9 slopes of 2: |grad| = sqrt(9 * 4) = 6
    assert float(wgan.gradient_penalty(linear, real, fake, seed)) == (
        pytest.approx(25.0))
    # D(fake) - D(real) = 18 - 0
    assert float(wgan.critic_loss(linear, real, fake, seed)) == (
        pytest.approx(18 + 250.0))
    assert float(wgan.adversarial_loss(linear, fake)) == -18.0


def test_the_gradient_penalty_is_taken_between_real_and_fake():
    def square(images):  # of slope x for one pixel of one channel
        return images[..., :1]**2 / 2

    real, fake = tf.fill([64, 1, 1, 3], 3.0), tf.fill([64, 1, 1, 3], 5.0)
    slopes = 4 + np.array([-1, 1])  # the penalty is between 2^2 and 4^2
    found = float(wgan.gradient_penalty(square, real, fake, tf.constant(1)))
    assert (slopes[0] - 1)**2 < found < (slopes[1] - 1)**2
    assert found == pytest.approx(9 + 1 / 3, abs=1)  # mean of (x - 1)^2


def test_a_critic_without_slope_has_a_finite_gradient():
    weight = tf.Variable(0.0)
    images = tf.ones([1, 2, 2, 3])
    with tf.GradientTape() as tape:
        loss = wgan.gradient_penalty(
            lambda x: weight * x[..., :1], images, images, tf.constant(0))
    assert float(loss) == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(tape.gradient(loss, weight))


def test_the_content_loss_is_the_mean_squared_distance_of_features():
    def sums(images):  # [b, h, w, 1]
        return tf.reduce_sum(images, axis=-1, keepdims=True)

    sharp = tf.zeros([2, 2, 2, 3])
    restored = tf.stack([tf.zeros([2, 2, 3]), tf.ones([2, 2, 3]) / 2])
    assert content_loss(sums, sharp, restored).numpy().tolist() == [0, 2.25]
    # of pixels in [-1, 1], which are twice as far apart
    assert content_loss(pixels, sharp, restored).numpy().tolist() == [0, 1.0]


def test_the_critic_learns_five_times_a_step_and_the_generator_once(trained):
    model, optimizer, step = trained
    critic = model.adversary.optimizer
    before = int(optimizer.iterations), int(critic.iterations)
    losses = step(*batch())
    assert int(optimizer.iterations) - before[0] == 1
    assert int(critic.iterations) - before[1] == 5
    assert sorted(losses) == ["adversarial", "content", "critic", "total"]
    assert float(losses["total"]) == pytest.approx(
        float(losses["content"] + losses["adversarial"]))
    assert all(np.isfinite(list(map(float, losses.values()))))
    assert float(critic.learning_rate) == pytest.approx(1e-3)
    assert critic.beta_1 == 0.5


def test_the_content_loss_has_a_weight_of_100_and_sees_dropout(trained):
    model, optimizer, step = trained
    blurred, sharp, *others = batch()
    restored = model.generate(blurred, tf.cast(optimizer.iterations, tf.int32))
    expected = 100 * np.mean((2 * (restored - sharp))**2)
    assert float(step(blurred, sharp, *others)["content"]) == (
        pytest.approx(expected, rel=1e-4))


def test_a_step_of_the_critic_leaves_the_generator(trained):
    model, _, _ = trained
    critic = model.adversary.critic.trainable_variables
    generator, before = values(model.variables), values(critic)
    model.adversary.train(*map(pixels, batch()[:2]))
    assert same(generator, values(model.variables))
    assert not any(same([a], [b]) for a, b in zip(before, values(critic))
                   if a.ndim == 4)  # the kernels


def test_a_step_of_the_generator_pleases_the_critic_and_leaves_it():
    model = tiny()
    optimizer = optimizer_of(model)
    critic = wgan.patch_critic(2)
    before = values(critic.variables)
    asked = []

    def critic_loss(critic, real, fake, seed):
        asked.append((real, fake))
        return 0 * tf.reduce_sum(critic(fake))

    adversary = Adversary(
        critic, optimizer_like(optimizer, critic.trainable_variables),
        critic_loss, wgan.adversarial_loss)
    step = adversarial_step(
        lambda blurred, sharp, seed: (
            sharp, model.generate(blurred), {}),
        model.trainable_variables, optimizer, adversary)
    losses = [float(step(*batch())["adversarial"]) for _ in range(5)]
    assert len(asked) == 1  # a step of the critic, traced once
    assert same(before, values(critic.variables))
    assert losses[-1] < losses[0]


def test_the_critic_is_no_part_of_the_saved_model(trained, tmp_path):
    model, _, _ = trained
    assert len(model.variables) == len(tiny().variables)
    model.save_weights(tmp_path / "model.weights.h5")
    other = tiny()
    other.load_weights(tmp_path / "model.weights.h5")
    blurred = batch()[0]
    assert np.array_equal(model(blurred)[0]["primary"],
                          other(blurred)[0]["primary"])


def test_a_run_that_goes_on_has_its_critic_back(trained, tmp_path):
    model, optimizer, step = trained
    critic = model.adversary.critic
    state = [*model.variables, *optimizer.variables, *critic.variables,
             *model.adversary.optimizer.variables]
    saver = Checkpoints(tmp_path, 1000, 1000, model=model, optimizer=optimizer,
                        **model.training_state())
    saver.save(1)
    step(*batch(1))
    unbroken = values(state)
    for variable in critic.variables:
        variable.assign(tf.ones_like(variable))
    assert saver.restore() == 1
    step(*batch(1))
    assert same(unbroken, values(state))


def test_vgg_that_can_t_be_had_is_told_in_one_line(tmp_path, monkeypatch):
    def offline(**_):
        raise Exception("URL fetch failure on https://...: None -- no network")

    with pytest.raises(UserError, match=r"absent\.h5: there is no such file"):
        vgg_features(str(tmp_path / "absent.h5"))
    (tmp_path / "broken.h5").write_bytes(b"nothing")
    with pytest.raises(UserError, match=r"broken\.h5 does not hold VGG19"):
        vgg_features(str(tmp_path / "broken.h5"))
    monkeypatch.setattr(tf.keras.applications, "VGG19", offline)
    with pytest.raises(UserError, match="URL fetch failure") as error:
        vgg_features()
    assert "\n" not in str(error.value)
    assert "--vgg_weights=FILE" in str(error.value)
    assert "--perceptual=none" in str(error.value)


def test_vgg_s_features_are_those_of_conv3_3(tmp_path):
    network = tf.keras.applications.VGG19(include_top=False, weights=None)
    network.save_weights(tmp_path / "vgg.h5")
    features = vgg_features(str(tmp_path / "vgg.h5"))
    # The grey that ImageNet's means are, of red, green and blue
    mean = tf.constant([123.68, 116.779, 103.939]) / 255
    found = features(tf.broadcast_to(mean, [1, 16, 16, 3]))
    assert found.shape == [1, 4, 4, 256]
    assert np.abs(found).max() < 1e-5  # all biases are 0
    found = features(tf.ones([1, 16, 16, 3]))
    bgr = 255 - np.array([103.939, 116.779, 123.68], np.float32)
    layer = tf.keras.Model(
        network.input, network.get_layer("block3_conv3").output)
    np.testing.assert_allclose(
        found, layer(np.broadcast_to(bgr, [1, 16, 16, 3])) / 127.5, rtol=1e-4)


def test_half_precision_is_refused_in_a_line():
    model = tiny()
    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        with pytest.raises(UserError, match="--precision=float32"):
            model.step(optimizer_of(model), perceptual="none")
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")


def test_presets_are_read_without_tensorflow():
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from experiments.baselines import "
         "systems; print('tensorflow' in sys.modules)"],
        check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("flags, told", [
    (["--preset=tiny", "--perceptual=none"], "not for 'tiny'"),
    (["--preset=kupyn2018", "--perceptual=none", "--vgg_weights=x.h5"],
     "leave one out")])
def test_flags_given_in_vain_are_refused_in_a_line(
        command, tmp_path, flags, told):
    done = command("experiments.train", f"--records={tmp_path}",
                   f"--run={tmp_path}/run", *flags)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert told in done.stderr


@pytest.mark.slow
def test_the_command_trains_it_goes_on_and_names_missing_weights(
        command, records_of, tmp_path):
    run, records = tmp_path / "run", records_of()

    def train(*flags):
        return command(
            "experiments.train", f"--records={records}", f"--run={run}",
            "--preset=kupyn2018_tiny", "--batch_size=2", "--crop_size=32",
            *flags)

    absent = train("--steps=2", f"--vgg_weights={tmp_path}/absent.h5")
    assert absent.returncode == 2
    assert absent.stderr.splitlines()[-1].endswith(
        "absent.h5: there is no such file")
    for steps in (2, 4):
        done = train(f"--steps={steps}", "--perceptual=none")
        assert done.returncode == 0, done.stderr
    assert "trained from step 2 to 4" in done.stdout
    names = [name for name, _ in tf.train.list_variables(
        str(run / "checkpoints" / "ckpt-4"))]
    assert any(name.startswith("critic/") for name in names)
    assert any(name.startswith("critic_optimizer/") for name in names)
    assert (run / "model.weights.h5").stat().st_size < 1e6
