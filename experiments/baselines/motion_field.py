"""The smooth motion field, by a Markov random field (Sun et al. 2015, sec. 4).

    minimize over labels m: sum_p -log P(m_p)
                            + smoothness * sum_pq min(|m_p - m_q|, truncation)

over neighbours p, q, where m also stands for the motion's vector (u, v), and
|m_p - m_q| is the shorter of the distances from m_p to m_q and to -m_q, as both
cause the same blur. It is truncated, so that motions may change at an edge, and
not squared, so that it is a metric, which alpha-expansion (Boykov, Veksler and
Zabih, 2001; here by PyMaxflow) needs.
"""

import logging

import numpy as np

from ha_deblur.commandline import UserError

_LEAST = 1e-6  # probability
_CYCLES = 5  # at most, over all labels; the energy hardly falls after two


def max_flow_library():
    """PyMaxflow's module for energy minimization.

    Raises:
      UserError: it is not installed.
    """
    try:
        from maxflow import fastmin
    except ImportError as error:
        raise UserError("sun2015 needs PyMaxflow: pip install "
                        "'ha-deblur[baselines]'") from error
    # it logs every label in every cycle, which absl would print
    logging.getLogger(fastmin.__name__).setLevel(logging.WARNING)
    return fastmin


def most_probable_field(probabilities, vectors, smoothness, truncation):
    """The motions that minimize the energy above.

    Args:
      probabilities: [h, w, n] in [0, 1].
      vectors: [n, 2], the motions.
      smoothness, truncation: see the energy; truncation is in pixels.

    Returns:
      [h, w, 2] float32, a row of `vectors` for each position.

    Raises:
      UserError: PyMaxflow is not installed.
    """
    unary = -np.log(np.maximum(probabilities, _LEAST)).astype(np.float64)
    binary = smoothness * np.minimum(_distances(vectors), truncation)
    labels = max_flow_library().aexpansion_grid(unary, binary, _CYCLES)
    return np.float32(vectors)[labels]


def _distances(vectors):
    """[n, n]: the distances between motions, ignoring their sign."""
    one, other = vectors[:, None], vectors[None]
    return np.minimum(np.linalg.norm(one - other, axis=-1),
                      np.linalg.norm(one + other, axis=-1))
