"""The motions of Sun et al. and their kernels."""

import numpy as np
import pytest

from experiments.baselines import motion_kernels


def _number(length, orientation, step=30):
    lengths, orientations = motion_kernels.motions(step)
    (found,) = np.flatnonzero(
        (lengths == length) & (orientations == orientation))
    return found


def test_there_are_73_motions_and_361_with_rotations():
    for step, number in ((30, 73), (6, 361)):
        lengths, orientations = motion_kernels.motions(step)
        assert len(lengths) == len(orientations) == number
        assert len(set(zip(lengths, orientations))) == number
    assert set(lengths) == set(range(1, 26, 2))
    assert orientations.max() == 174


def test_kernels_sum_to_1():
    for step in (30, 6):
        kernels = motion_kernels.kernels(step)
        np.testing.assert_allclose(kernels.sum((1, 2)), 1, rtol=1e-6)
        assert kernels.min() >= 0


def test_kernels_have_their_length_and_direction():
    kernels = motion_kernels.kernels()
    expected = np.zeros([25, 25])
    expected[12, 12] = 1
    np.testing.assert_array_equal(kernels[0], expected)  # no motion
    expected[:] = 0
    expected[12, 10:15] = 0.2
    np.testing.assert_allclose(kernels[_number(5, 0)], expected, atol=1e-7)
    np.testing.assert_allclose(kernels[_number(5, 90)], expected.T, atol=1e-7)
    # length 3 at 30 degrees: points at (cos 30, sin 30) = (0.866, 0.5), the
    # middle and (-0.866, -0.5), a third each, shared among four pixels
    part = np.array([[0.067, 0.433], [0.067, 0.433]]) / 3
    kernel = kernels[_number(3, 30)]
    np.testing.assert_allclose(kernel[12:14, 12:14],
                               part + [[1.067 / 3, 0], [0, 0]], atol=1e-4)
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-7)


@pytest.mark.parametrize("step", [30, 6])
def test_the_spread_of_a_kernel_lies_along_its_motion(step):
    ys, xs = np.mgrid[-12:13, -12:13]
    lengths, orientations = motion_kernels.motions(step)
    for kernel, length, orientation in zip(
            motion_kernels.kernels(step), lengths, orientations):
        angle = np.radians(orientation)
        along = np.cos(angle) * xs + np.sin(angle) * ys
        # the variance of l points one apart; bilinear shares add at most 1/4
        # in each direction
        variance = (length**2 - 1) / 12
        found = (kernel * along**2).sum()
        assert variance - 1e-5 <= found <= variance + 0.5


def test_vectors_span_the_kernels():
    vectors = motion_kernels.vectors()
    np.testing.assert_array_equal(vectors[0], [0, 0])
    np.testing.assert_allclose(vectors[_number(5, 0)], [4, 0], atol=1e-12)
    np.testing.assert_allclose(vectors[_number(25, 90)], [0, 24], atol=1e-12)
