"""Stages of crops: how they are written, counted and resumed."""

import itertools

import pytest

from ha_deblur.commandline import UserError
from ha_deblur.training import crop_stages
from ha_deblur.training.crop_stages import Stage

STAGES = [Stage(128, 16, 3), Stage(192, 8, 2), Stage(256, 4)]


def numbered(crop_size, batch_size, first_step):
    """Endless batches that tell what they are."""
    return ((crop_size, batch_size, n) for n in itertools.count(first_step))


def test_stages_are_written_crop_x_batch_colon_steps():
    assert crop_stages.parse(["128x16:3", " 192x8:2", "256x4"]) == STAGES


@pytest.mark.parametrize("texts, wrong", [
    (["128x16", "256x4"], "'128x16' is not written CROPxBATCH:STEPS"),
    (["128x16:3", "256x4:5"], "'256x4:5' is not written CROPxBATCH, as the"),
    (["128x0:3", "256x4"], "'128x0:3'"),
    (["128"], "'128'"),
])
def test_what_is_written_otherwise_is_named(texts, wrong):
    with pytest.raises(UserError, match=wrong):
        crop_stages.parse(texts)


def test_batches_of_all_stages_come_in_turn():
    found = crop_stages.batches(STAGES, numbered, 0)
    assert list(itertools.islice(found, 7)) == [
        (128, 16, 0), (128, 16, 1), (128, 16, 2), (192, 8, 3), (192, 8, 4),
        (256, 4, 5), (256, 4, 6)]


@pytest.mark.parametrize("first_step", range(8))
def test_what_comes_at_a_step_does_not_depend_on_where_training_began(
        first_step):
    unbroken = crop_stages.batches(STAGES, numbered, 0)
    resumed = crop_stages.batches(STAGES, numbered, first_step)
    assert list(itertools.islice(resumed, 9 - first_step)) == list(
        itertools.islice(unbroken, first_step, 9))


def test_the_last_stage_is_asked_for_before_the_first_begins():
    asked = []

    def ask(crop_size, batch_size, first_step):
        asked.append((crop_size, first_step))
        return numbered(crop_size, batch_size, first_step)

    crop_stages.batches(STAGES, ask, 1)
    assert asked == [(128, 1), (192, 3), (256, 5)]


@pytest.mark.parametrize("samples, steps", [
    (1, 1), (48, 3), (49, 4), (64, 5), (65, 6), (72, 7), (72.5, 8)])
def test_steps_to_show_so_many_samples(samples, steps):
    assert crop_stages.steps_of(STAGES, samples) == steps
