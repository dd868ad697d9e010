"""DeblurGAN: Kupyn et al., CVPR 2018, arXiv:1711.07064.

The generator (sec. 3.2, Fig. 3) is Johnson's for style transfer: 7x7
convolution to w = 64 channels, two 3x3 convolutions of stride 2 to 4w, nine
residual blocks, two transposed convolutions back to w, 7x7 convolution and
tanh. Its output is a correction to the blurred image: I_S = I_B + I_R.
Reflected borders, initial weights from N(0, 0.02) and normalization without
weights follow the authors' code; the paper does not specify them.

L = L_GAN + 100 L_X (sec. 3.1): the WGAN-GP loss with a critic that does not see
the blurred image, and the distance between VGG19's features at conv3_3. With
--perceptual=none, which needs no VGG19 weights, L_X is the mean squared error
of pixels instead; the paper says that this "doesn't converge to meaningful
state" (sec. 3.1), so its scores are not DeblurGAN's.

    as published (sec. 5)        here: `published_flags` of the preset
    Adam, 1e-4; beta_1 of 0.5    the same
    in the authors' code
    150 epochs at 1e-4, then     the same
    150 linearly to 0
    batches of 1                 of 2, as half of each batch shows people
    GoPro at half size           at full size, as for all systems
    dropout at inference         none: a picture has one result
    5 steps of the critic        on one batch, as in the authors' code

Instance normalization takes its statistics over whole pictures; if these are
deblurred in tiles because memory is short, over each tile.
"""

import tensorflow as tf

from experiments.baselines import critic as wgan
from experiments.baselines.adversarial_step import (
    Adversary,
    adversarial_step,
    optimizer_like,
)
from experiments.baselines.instance_norm import instance_norm
from experiments.baselines.network import BaselineNetwork
from experiments.baselines.perceptual_loss import (
    content_loss,
    pixels,
    vgg_features,
)

CONTENT_WEIGHT = 100.0  # lambda of sec. 3.1
CRITIC_STEPS = 5  # sec. 5
DROPOUT = 0.5  # sec. 3.2


def _reflected(features, border):
    around = [border, border]
    return tf.pad(features, [[0, 0], around, around, [0, 0]], "REFLECT")


def _convolution(channels, size, stride=1, padding="valid",
                 kind=tf.keras.layers.Conv2D):
    return kind(
        channels, size, stride, padding=padding,
        kernel_initializer=tf.keras.initializers.RandomNormal(stddev=0.02))


def _normalized(convolution, *activation):
    return tf.keras.Sequential([convolution, instance_norm(), *activation])


class ResidualBlock(tf.keras.layers.Layer):
    """x + norm(conv3(dropout(relu(norm(conv3(x)))))) (sec. 3.2).

    Args:
      channels: of x.
    """

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.first = _normalized(
            _convolution(channels, 3), tf.keras.layers.ReLU())
        self.second = _normalized(_convolution(channels, 3))

    def call(self, features, seed=None):
        """[b, h, w, c] to the same; no dropout without a `seed`, [2]."""
        x = self.first(_reflected(features, 1))
        if seed is not None:
            x = tf.nn.experimental.stateless_dropout(x, DROPOUT, seed)
        return features + self.second(_reflected(x, 1))


class DeblurGan(BaselineNetwork):
    """DeblurGAN's generator; `step` creates its critic.

    Args:
      preset: a `systems.Kupyn2018`.
    """

    def __init__(self, preset):
        super().__init__(preset)
        width = preset.width
        relu = tf.keras.layers.ReLU()
        transposed = tf.keras.layers.Conv2DTranspose
        self.first = _normalized(_convolution(width, 7), relu)
        self.down = [
            _normalized(_convolution(channels, 3, 2, "same"), relu)
            for channels in (2 * width, 4 * width)]
        self.blocks = [ResidualBlock(4 * width) for _ in range(preset.blocks)]
        self.up = [
            _normalized(_convolution(channels, 3, 2, "same", transposed), relu)
            for channels in (2 * width, width)]
        self.last = _convolution(3, 7)
        self.adversary = None
        self.make_weights()

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        return {"primary": self.generate(blurred)}

    def generate(self, blurred, seed=None):
        """I_S = I_B + I_R (sec. 3.2).

        Args:
          blurred: [b, h, w, 3] in [0, 1].
          seed: an int32 tensor, the seed of dropout; None: no dropout.

        Returns:
          [b, h, w, 3], not clipped.
        """
        x = self.first(_reflected(pixels(blurred), 3))  # [b, h, w, w]
        for halving in self.down:
            x = halving(x)  # in the end [b, h/4, w/4, 4w]
        for number, block in enumerate(self.blocks, 1):
            x = block(x, None if seed is None else tf.stack([seed, number]))
        for doubling in self.up:
            x = doubling(x)  # in the end [b, h, w, w]
        correction = tf.tanh(self.last(_reflected(x, 3)))
        # Its range [-1, 1] is twice as wide as that of `blurred`, [0, 1].
        return blurred + correction / 2

    def step(self, optimizer, jit_compile=False, perceptual="vgg",
             vgg_weights=None):
        """One step of the generator after five of the critic (sec. 5).

        Args:
          optimizer: the generator's; the critic gets its own with the same
            settings.
          jit_compile: whether XLA compiles it.
          perceptual: "vgg", or "none" for the MSE of pixels.
          vgg_weights: a file, see `vgg_features`.

        Returns:
          See `adversarial_step`; the dict also has "content", 100 L_X.

        Raises:
          UserError: VGG19's weights are not available; see also
            `adversarial_step`.
        """
        features = vgg_features(vgg_weights) if perceptual == "vgg" else pixels
        critic = wgan.patch_critic(self.preset.width)
        self.adversary = Adversary(
            critic, optimizer_like(optimizer, critic.trainable_variables),
            wgan.critic_loss, wgan.adversarial_loss, CRITIC_STEPS)

        def restore(blurred, sharp, seed):
            restored = self.generate(blurred, seed)
            content = tf.reduce_mean(content_loss(features, sharp, restored))
            return (pixels(sharp), pixels(restored),
                    {"content": CONTENT_WEIGHT * content})

        return adversarial_step(restore, self.trainable_variables, optimizer,
                                self.adversary, jit_compile)

    def training_state(self):
        return self.adversary.training_state() if self.adversary else {}
