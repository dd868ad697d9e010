"""The learning rate, step by step."""

import numpy as np
import pytest

from ha_deblur.commandline import UserError
from ha_deblur.training.schedule import schedule_of


def rates(*steps, **settings):
    schedule = schedule_of(**settings)
    return [float(schedule(step)) for step in steps]


@pytest.mark.parametrize("settings, expected", [
    ({"kind": "constant"}, {0: 1, 50: 1, 100: 1, 200: 1}),
    ({"kind": "constant", "warmup_steps": 20},
     {0: 0, 5: 0.25, 20: 1, 100: 1, 200: 1}),
    # 0.01 + 0.99 (1 + cos(pi t)) / 2
    ({"kind": "cosine"}, {0: 1, 25: 0.85502, 50: 0.505, 100: 0.01, 200: 0.01}),
    ({"kind": "cosine", "warmup_steps": 20},
     {0: 0, 5: 0.25, 20: 1, 60: 0.505, 100: 0.01, 200: 0.01}),
    ({"kind": "step", "decay_steps": 40, "decay_rate": 0.5},
     {0: 1, 39: 1, 40: 0.5, 79: 0.5, 80: 0.25, 120: 0.125}),
    ({"kind": "step", "decay_steps": 40, "decay_rate": 0.1,
      "warmup_steps": 20}, {0: 0, 10: 0.5, 20: 1, 40: 0.1, 80: 0.01}),
    # 0.01 + 0.99 (1 - t / 100)^0.3
    ({"kind": "power", "decay_power": 0.3},
     {0: 1, 50: 0.814130, 90: 0.506176, 100: 0.01, 200: 0.01}),
    ({"kind": "power", "warmup_steps": 20}, {0: 0, 10: 0.4505, 60: 0.406}),
    ({"kind": "half"}, {0: 1, 50: 1, 75: 0.5, 99: 0.02, 100: 0, 200: 0}),
])
def test_rates(settings, expected):
    found = rates(*expected, learning_rate=2e-4, steps=100, **settings)
    np.testing.assert_allclose(
        found, [2e-4 * value for value in expected.values()], rtol=1e-4,
        atol=1e-10)


def test_a_warm_up_as_long_as_the_training_is_refused():
    with pytest.raises(UserError, match="--warmup_steps=100"):
        schedule_of("constant", 1e-4, 100, warmup_steps=100)
