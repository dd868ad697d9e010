"""DeepDeblur: Nah, Kim and Lee, Deep Multi-scale Convolutional Neural Network
for Dynamic Scene Deblurring, CVPR 2017.

The paper, and this implementation:

    network     three scales; each 40 convolutions of 5x5 and 64 channels, in
                19 residual blocks without the ReLU after the sum (sec. 3.1,
                Fig. 3), with weights of its own (sec. 3.2, Fig. 4)
    upwards     "upconvolution" of the coarser result, beside the blurred
                picture: a 5x5 convolution and pixels out of channels, as in
                the authors' code
    pyramid     Gaussian; the filter, which the paper leaves open, is the one
                of scikit-image's `pyramid_gaussian`, as in the authors' code
    values      centred, by subtracting 0.5 (sec. 3.3)
    loss        Eq. 5, of every scale; with the preset nah2017_adversarial
                Eq. 7, whose discriminator is in nah2017_discriminator.py
    training    Adam at 5e-5, a tenth every 300,000 of 900,000 steps, 2 patches
                of 256x256 (sec. 3.3): `published_flags` of the preset.
                Channels permuted and saturation changed as there by --recolour,
                which changes exposure, white balance and gamma too; the noise
                added there is not here

About 11.7 million parameters.
"""

import functools

import numpy as np
import tensorflow as tf

from experiments.baselines import nah2017_discriminator as gan
from experiments.baselines.adversarial_step import (
    Adversary,
    adversarial_step,
    optimizer_like,
)
from experiments.baselines.network import BaselineNetwork

SIGMA = 2 / 3  # of the pyramid's Gaussian, in pixels


class DeepDeblur(BaselineNetwork):
    """The network of Fig. 4.

    Args:
      preset: a `systems.Nah2017`.
    """

    def __init__(self, preset):
        super().__init__(preset)
        # full size first; a network per scale, and one between each two
        self.scales = [_one_scale(preset, name=f"scale{k}")
                       for k in range(1, preset.scales + 1)]
        self.ups = [_conv(4 * 3, name=f"up{k}")
                    for k in range(1, preset.scales)]
        self.adversary = None
        self.make_weights()

    def at_scale(self, k):
        return functools.partial(self.restore_scale, k=k)

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",), k=0):
        pictures = blurred - 0.5  # [b, h, w, 3]
        if coarser is not None:
            up = tf.nn.depth_to_space(  # [b, h/2, w/2, 12] -> [b, h, w, 3]
                self.ups[k](coarser["primary"] - 0.5), 2)
            pictures = tf.concat(
                [pictures, tf.cast(up, pictures.dtype)], axis=-1)
        latent = self.scales[k](pictures)  # [b, h, w, 3]
        return {"primary": tf.cast(latent, tf.float32) + 0.5}

    def halved(self, images):
        return gaussian_halved(images)

    def losses_of(self, batch):
        loss = self.content_loss(batch.sharp, self.restore(batch.blurred))
        return {"content": (loss, tf.ones_like(batch.unlabelled))}

    def content_loss(self, sharp, results):
        """L_cont, Eq. 5: half the mean over scales of the squared error.

        Args:
          sharp: S, [b, h, w, 3].
          results: as `restore` returns them.

        Returns:
          [b].
        """
        errors = [
            tf.reduce_mean(tf.square(level - result["primary"]), [1, 2, 3])
            for level, result in zip(self.levels_of(sharp), results)]
        return tf.add_n(errors) / (2 * len(errors))

    def step(self, optimizer, jit_compile=False):
        weight = self.preset.adversarial_weight
        if not weight:
            return super().step(optimizer, jit_compile)
        critic = gan.discriminator(self.preset.width)
        self.adversary = Adversary(
            critic, optimizer_like(optimizer, critic.trainable_variables),
            gan.discriminator_loss,
            functools.partial(gan.adversarial_loss, weight=weight))

        def restore(blurred, sharp, seed):
            results = self.restore(blurred)
            content = tf.reduce_mean(self.content_loss(sharp, results))
            return sharp, results[0]["primary"], {"content": content}

        return adversarial_step(restore, self.trainable_variables, optimizer,
                                self.adversary, jit_compile)

    def training_state(self):
        return self.adversary.training_state() if self.adversary else {}


class ResidualBlock(tf.keras.layers.Layer):
    """x + conv(relu(conv(x))): no ReLU after the sum (Fig. 3b).

    Args:
      width: channels of x.
      initializer: of the kernels; None: that of DeepDeblur.
    """

    def __init__(self, width, initializer=None, **kwargs):
        super().__init__(**kwargs)
        kernel = {"kernel_initializer": initializer} if initializer else {}
        self.conv1 = _conv(width, activation="relu", **kernel)
        self.conv2 = _conv(width, **kernel)

    def call(self, features):
        return features + self.conv2(self.conv1(features))


def gaussian_halved(images):
    """One level down a Gaussian pyramid: a Gaussian, then 2x2 mean pooling.

    Args:
      images: [b, h, w, c], h and w even; reflected at the edges.

    Returns:
      [b, h/2, w/2, c].
    """
    x = np.arange(-3, 4)
    gaussian = np.exp(-0.5 * (x / SIGMA)**2)
    line = np.convolve(gaussian / gaussian.sum(), [0.5, 0.5])  # 8 pixels
    channels = images.shape[-1]
    kernel = np.zeros([8, 8, channels, 1], np.float32)
    kernel[...] = np.outer(line, line)[:, :, None, None]
    around = tf.pad(images, [[0, 0], [3, 3], [3, 3], [0, 0]], "SYMMETRIC")
    return tf.nn.depthwise_conv2d(
        around, tf.cast(kernel, images.dtype), [1, 2, 2, 1], "VALID")


def _one_scale(preset, name):
    """40 layers if the preset has 19 blocks: [b, h, w, c] -> [b, h, w, 3]."""
    return tf.keras.Sequential(
        [_conv(preset.width),
         *(ResidualBlock(preset.width) for _ in range(preset.blocks)),
         _conv(3)], name=name)


def _conv(channels, **kwargs):
    # Torch's default initialization, as in the authors' code; the paper does
    # not specify it. With that of Keras each of the 19 blocks doubles the
    # variance of its input.
    kwargs.setdefault("kernel_initializer", tf.keras.initializers.
                      VarianceScaling(1 / 3, "fan_in", "uniform"))
    return tf.keras.layers.Conv2D(channels, 5, padding="same", **kwargs)
