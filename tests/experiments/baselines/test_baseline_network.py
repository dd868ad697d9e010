"""What every baseline takes from BaselineNetwork."""

import dataclasses
import typing

import numpy as np
import pytest
import tensorflow as tf

from experiments.baselines.network import BaselineNetwork
from experiments.baselines.systems import PRESETS, Baseline
from ha_deblur import Deblurrer, model_directory
from ha_deblur.commandline import UserError
from ha_deblur.export.one_graph import restore_uint8
from ha_deblur.inference.scale_by_scale import _in_bands


@dataclasses.dataclass(frozen=True)
class Counting(Baseline):
    width: int = 1
    scales: int = 3


class CountsScales(BaselineNetwork):
    """Adds 0.1 for every scale that handed something on."""

    carried: typing.ClassVar[dict] = {"count": 2}

    def __init__(self):
        super().__init__(Counting("counting"))
        self.factor = tf.Variable(1.0)
        self.make_weights()

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        count = tf.zeros_like(blurred[:, ::4, ::4, :2])  # at 1/4 of the size
        if coarser is not None:
            count = 1 + tf.repeat(tf.repeat(coarser["count"], 2, 1), 2, 2)
        seen = tf.repeat(tf.repeat(count[..., :1], 4, 1), 4, 2)
        return {"primary": self.factor * blurred + 0.1 * seen, "count": count}

    def losses_of(self, batch):
        error = self.factor * batch.blurred - batch.sharp
        return {"error": (tf.reduce_mean(error**2, [1, 2, 3]),
                          tf.ones_like(batch.unlabelled))}


@pytest.fixture(scope="module")
def tiny():
    tf.keras.utils.set_random_seed(0)
    return PRESETS["nah2017_tiny"].make()


def test_scales_come_full_size_first_each_from_the_coarser_one():
    results = CountsScales().restore(tf.fill([1, 32, 64, 3], 0.5))
    assert [result["primary"].shape[1] for result in results] == [32, 16, 8]
    for result, value in zip(results, (0.7, 0.6, 0.5)):
        np.testing.assert_allclose(result["primary"], value, rtol=1e-6)


@pytest.mark.usefixtures("unguarded")
def test_what_a_scale_carries_reaches_the_next_in_tiles_too():
    gray = np.full([300, 420, 3], 51, np.uint8)
    for tile in (0, 192):
        result = Deblurrer(CountsScales()).deblur(gray, tile=tile)
        assert (result.sharp == 102).all()  # 0.2 + 2 * 0.1
        assert result.foreground is result.attention is None


@pytest.mark.usefixtures("unguarded")
def test_one_tile_gives_what_restore_gives(tiny, photos):
    image = photos(70, 101)  # no multiples of 32
    whole = restore_uint8(tiny, image[None])["primary"][0].numpy().astype(int)
    assert np.abs(whole - image).max() > 20
    tile = Deblurrer(tiny).deblur(image, tile=0).sharp
    assert np.abs(whole - tile).max() <= 1


def test_tiles_are_exact_where_the_network_sees_less_than_the_overlap(tiny):
    # two blocks, two more layers: 12 pixels, and 4 of the coarser scale's
    image = np.random.default_rng(0).integers(0, 256, (300, 420, 3), np.uint8)
    whole, tiles = (Deblurrer(tiny).deblur(image, tile=tile).sharp.astype(int)
                    for tile in (0, 192))
    assert np.abs(whole - tiles).max() <= 1


def test_halving_in_bands_is_halving_the_whole(tiny):
    image = np.random.default_rng(0).integers(0, 256, (2, 1096, 16, 3),
                                              np.uint8)
    np.testing.assert_allclose(
        _in_bands(tiny.halved, image), tiny.halved(np.float32(image)),
        atol=1e-3)


def test_the_step_goes_down_the_gradient_of_the_mean():
    model = CountsScales()
    sgd = tf.keras.optimizers.SGD(0.1, jit_compile=False)
    sgd.build(model.trainable_variables)
    blurred, sharp = tf.fill([2, 32, 32, 3], 0.5), tf.ones([2, 32, 32, 3])
    losses = model.step(sgd)(
        blurred, sharp, tf.zeros([2, 32, 32, 1]), tf.constant([0.0, 1.0]))
    assert float(losses["total"]) == float(losses["error"]) == 0.25
    # d/df (f/2 - 1)^2 = f/2 - 1 = -0.5
    assert float(model.factor) == pytest.approx(1.05)


def test_it_takes_no_mask(tiny):
    with pytest.raises(ValueError, match="has no attention"):
        tiny.restore(tf.zeros([1, 32, 32, 3]), tf.ones([1, 32, 32, 1]))


def test_a_model_directory_gives_the_model_back(tiny, tmp_path):
    model_directory.save(tiny, tiny.preset, tmp_path)
    loaded = model_directory.load(tmp_path)
    assert loaded.preset == tiny.preset
    for weight, other in zip(tiny.weights, loaded.weights):
        np.testing.assert_array_equal(weight, other)


def test_a_network_that_is_not_installed_is_named(tiny, tmp_path):
    model_directory.save(tiny, tiny.preset, tmp_path)
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace('"nah2017"', '"other2020"'))
    with pytest.raises(UserError, match=r"network 'other2020'.*make install"):
        model_directory.load(tmp_path)
