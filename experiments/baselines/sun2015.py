"""Sun, Cao, Xu and Ponce, CVPR 2015: motion estimation, then deconvolution.

"Learning a Convolutional Neural Network for Non-uniform Motion Blur Removal".
Four parts, one after the other:

  1. A network predicts, for a patch of 30x30 pixels, a distribution over 73
     motion kernels (sec. 3.1): `MotionClassifier`, `motion_kernels`.
  2. Rotated patches extend the kernels to 361 (sec. 3.2), and overlapping
     patches are fused into a dense distribution: `motion_distribution`.
  3. A Markov random field chooses a smooth motion field (sec. 4):
     `motion_field`.
  4. Deconvolution with the motion of each pixel (sec. 5):
     `nonuniform_deconvolution`.

Only the first is trained, on synthetically blurred patches (sec. 3.1):
`motion_patches`. So `experiments.train` uses the sharp pictures of any records,
and ignores the blurred ones.

Differences from the paper: squares of 4x4 pixels share a motion, where the
paper estimates one for each pixel; the pairwise term is truncated
(`motion_field`); the prior of the deconvolution is a hyper-Laplacian and not
EPLL. Optimizer and learning rate are those of `experiments.train`; noise,
strides and weights of the energies are our choice (`systems.Sun2015`).
"""

import numpy as np
import tensorflow as tf

from experiments.baselines.motion_distribution import (
    PATCH,
    extended,
    fused,
    patch_centres,
    rotated_patches,
)
from experiments.baselines.motion_field import (
    max_flow_library,
    most_probable_field,
)
from experiments.baselines.motion_kernels import ROTATIONS, motions, vectors
from experiments.baselines.motion_patches import blurred_patches
from experiments.baselines.network import BaselineNetwork
from experiments.baselines.nonuniform_deconvolution import deconvolve


class MotionClassifier(tf.keras.Sequential):
    """Logits of 73 motions for patches: C1 M2 C3 M4 F5 S6.

    [n, 30, 30, 3] in [0, 1] -> [n, 73].

    Args:
      width: filters of C1 (7x7).
      features: filters of C3 (5x5).
      hidden: units of F5.
    """

    def __init__(self, width, features, hidden, **kwargs):
        layers = tf.keras.layers
        super().__init__([
            layers.Rescaling(1, offset=-0.5),
            layers.Conv2D(width, 7, activation="relu"),  # 24 x 24
            layers.MaxPool2D(),  # 12 x 12
            layers.Conv2D(features, 5, activation="relu"),  # 8 x 8
            layers.MaxPool2D(),  # 4 x 4
            layers.Flatten(),
            layers.Dense(hidden, activation="relu"),
            layers.Dense(len(motions()[0])),
        ], **kwargs)
        self.build([None, PATCH, PATCH, 3])


class MotionBlurRemoval(BaselineNetwork):
    """The system of Sun et al. as a single-scale network.

    Args:
      preset: a `systems.Sun2015`.

    Raises:
      UserError: PyMaxflow is not installed.
    """

    exportable = False  # max-flow runs in Python

    def __init__(self, preset):
        super().__init__(preset)
        max_flow_library()  # raises now if it is missing
        self.classifier = MotionClassifier(
            preset.width, preset.features, preset.hidden, name="classifier")
        self.make_weights()

    def make_weights(self):
        """The classifier has created them; nothing else has weights."""
        self.built = True

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        """Deblurs; see BaselineNetwork. Not differentiable."""
        motion = self.motion_field(blurred)
        return {"primary": deconvolve(
            blurred, motion, self.preset.prior_weight)}

    def motion_field(self, blurred):
        """The motion that blurred each pixel.

        Args:
          blurred: [b, h, w, 3] in [0, 1]; h and w multiples of 8.

        Returns:
          [b, h, w, 2], vectors (x, y) in pixels, see `motion_kernels.vectors`.
        """
        preset = self.preset
        size = tf.unstack(tf.shape(blurred)[1:3])
        probable = fused(self.patch_distributions(blurred), size,
                         preset.stride, preset.cell, preset.sigma)
        field = tf.numpy_function(
            self._fields, [probable], tf.float32, stateful=False)
        field.set_shape([None, None, None, 2])  # [b, h / cell, w / cell, 2]
        for axis in (1, 2):
            field = tf.repeat(field, preset.cell, axis)
        return field

    def patch_distributions(self, blurred):
        """The distributions over 361 motions of patches `stride` apart.

        Args:
          blurred: [b, h, w, 3] in [0, 1].

        Returns:
          [b, p, q, 361], for p rows and q columns of patches.
        """
        batch, height, width = tf.unstack(tf.shape(blurred)[:3])
        columns = patch_centres(width, self.preset.stride)

        def of_row(y):
            rows = tf.fill(tf.shape(columns), y)
            patches = tf.stack([
                rotated_patches(blurred, rows, columns, degrees)
                for degrees in ROTATIONS], axis=2)  # [b, q, 5, 30, 30, 3]
            scores = self.classifier(
                tf.reshape(patches, [-1, PATCH, PATCH, 3]))
            return extended(tf.reshape(
                tf.nn.softmax(scores),
                [batch, -1, len(ROTATIONS), scores.shape[-1]]))

        found = tf.map_fn(of_row, patch_centres(height, self.preset.stride),
                          parallel_iterations=1)  # [p, b, q, 361]
        return tf.transpose(found, [1, 0, 2, 3])

    def _fields(self, probable):
        return np.stack([
            most_probable_field(of_one, vectors(ROTATIONS[1]),
                                self.preset.smoothness, self.preset.truncation)
            for of_one in probable])

    def losses_of(self, batch):
        """Cross entropy of the motions of patches cut from the sharp pictures.

        Args:
          batch: a `Batch`, of which only `sharp` is used.

        Returns:
          {"motion": (loss [b], ones [b])}.
        """
        number = self.preset.patches
        patches, labels = blurred_patches(
            batch.sharp, number, self.preset.noise)
        scores = self.classifier(tf.reshape(patches, [-1, PATCH, PATCH, 3]))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            tf.reshape(labels, [-1]), scores)
        loss = tf.reduce_mean(tf.reshape(losses, [-1, number]), axis=1)
        return {"motion": (loss, tf.ones_like(batch.unlabelled))}
