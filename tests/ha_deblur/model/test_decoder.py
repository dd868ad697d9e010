"""MultiHeadDecoder: three branches, deep fusion (Eqs. 7, 9, 10)."""

import numpy as np
import pytest
import tensorflow as tf

from ha_deblur import MultiHeadDecoder
from ha_deblur.model.fusion import BLOCKS, BRANCHES

WIDTH = 2


def features(seed):
    """H and the two shortcuts of a 16x24 picture."""
    return tuple(
        tf.random.stateless_normal([1, 16 // f, 24 // f, WIDTH * f], [seed, f])
        for f in (4, 2, 1))


@pytest.fixture
def decoder():
    made = MultiHeadDecoder(WIDTH, units_per_block=1)
    made(features(0), features(1), features(2))
    generator = np.random.default_rng(0)
    for weight in made.weights:  # some start at zero
        weight.assign(generator.normal(0, 0.2, weight.shape))
    return made


def test_every_intermediate_feature_has_a_name_and_shape(decoder):
    named = decoder(features(0), features(1), features(2))
    assert set(named) == {f"{branch}_block{block + 1}" for branch in BRANCHES
                          for block in range(BLOCKS)}
    for branch in BRANCHES:
        assert named[f"{branch}_block1"].shape == [1, 8, 12, 2 * WIDTH]
        assert named[f"{branch}_block2"].shape == [1, 16, 24, WIDTH]
        assert named[f"{branch}_block3"].shape == [1, 16, 24, 3]


def test_primary_alone_leaves_out_the_other_heads_last_blocks(decoder):
    whole = decoder(features(0), features(1), features(2))
    primary = decoder(features(0), features(1), features(2),
                      heads=("primary",))
    assert set(whole) - set(primary) == {
        "foreground_block3", "background_block3"}
    np.testing.assert_array_equal(
        primary["primary_block3"], whole["primary_block3"])


def test_primary_takes_the_others_features_and_not_the_reverse(decoder):
    before = decoder(features(0), features(1), features(2))
    after = decoder(features(0), features(9), features(2))  # other foreground
    for block in range(1, BLOCKS + 1):
        for branch, changes in (("primary", True), ("foreground", True),
                                ("background", False)):
            name = f"{branch}_block{block}"
            assert np.any(before[name] != after[name]) == changes, name


def test_primary_block_l_takes_block_l_minus_1_of_the_others(decoder):
    """Eq. 9: D_Pri^1 sees D_FG^0 = H_FG and not yet D_FG^1."""
    before = decoder(features(0), features(1), features(2))
    for weight in decoder.foreground[0].trainable_weights:
        weight.assign(weight + 0.3)
    after = decoder(features(0), features(1), features(2))
    np.testing.assert_array_equal(
        before["primary_block1"], after["primary_block1"])
    assert np.any(before["primary_block2"] != after["primary_block2"])


def test_branches_share_no_weights(decoder):
    of_branch = [{w.ref() for block in getattr(decoder, branch)
                  for w in block.weights} for branch in BRANCHES]
    assert all(of_branch)
    assert not of_branch[0] & of_branch[1]
    assert not of_branch[1] & of_branch[2]
    assert not of_branch[0] & of_branch[2]


def test_residual_images_start_at_zero():
    named = MultiHeadDecoder(WIDTH, units_per_block=1)(
        features(0), features(1), features(2))
    for branch in BRANCHES:
        assert not np.any(named[f"{branch}_block3"])


def test_config_makes_the_same_layer(decoder):
    again = MultiHeadDecoder.from_config(decoder.get_config())
    assert again.get_config() == decoder.get_config()
