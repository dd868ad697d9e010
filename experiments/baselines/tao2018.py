"""SRN-DeblurNet: Tao, Gao, Shen, Wang and Jia, Scale-recurrent Network for
Deep Image Deblurring, CVPR 2018.

The paper, and this implementation:

    network     an encoder-decoder with residual blocks (sec. 3.2, Fig. 4):
                InBlock, two EBlocks, ConvLSTM, two DBlocks, OutBlock of 32,
                64, 128, 128, 64, 32 channels; three residual blocks in each,
                those of Nah et al. 2017; the encoder's features are added to
                the decoder's of the same size
    kernels     5x5. 4x4 in the DBlocks' transposed convolutions and 3x3 in the
                ConvLSTM, as in the authors' code
    recurrence  three scales with one set of weights; a scale takes the blurred
                picture, the coarser scale's result and its ConvLSTM's state,
                both upsampled by bilinear interpolation (sec. 3.1, Eq. 1).
                The coarsest takes the blurred picture twice, and a state of
                zeros. As in the authors' code, the state is both h and c, and
                the result passes no gradient back: the state does
    pyramid     2x2 average pooling: bilinear interpolation to half the size
    loss        Eq. 5, Euclidean, of every scale with weight 1 (sec. 3.3)
    training    Adam from 1e-4 to 1e-6 in 2,000 epochs, 16 patches of 256x256,
                Xavier's initialization (sec. 4): `published_flags` of the
                preset. The learning rate falls as (1 - t/T)^0.3. The paper
                clips the ConvLSTM's gradients to a norm of 3; this code does
                not, nor does the authors'

8.06 million parameters, as in the authors' code with colour and ConvLSTM.
"""

import tensorflow as tf

from experiments.baselines.nah2017 import ResidualBlock
from experiments.baselines.network import BaselineNetwork
from ha_deblur.training.losses import primary_loss


class ScaleRecurrent(BaselineNetwork):
    """The network of Fig. 4.

    Args:
      preset: a `systems.Tao2018`.
    """

    def __init__(self, preset):
        super().__init__(preset)
        width = preset.width

        def blocks(channels):
            return [ResidualBlock(channels, "glorot_uniform")
                    for _ in range(preset.blocks)]

        stage = tf.keras.Sequential
        self.in_block = stage([_conv(width), *blocks(width)])
        self.encoder1 = stage([_conv(2 * width, 2), *blocks(2 * width)])
        self.encoder2 = stage([_conv(4 * width, 2), *blocks(4 * width)])
        # Only the cell of the Keras layer: the layer needs a sequence of one
        # size, and here the steps are scales of different sizes.
        self.lstm = tf.keras.layers.ConvLSTM2D(
            4 * width, 3, padding="same", recurrent_activation="sigmoid",
            recurrent_initializer="glorot_uniform").cell
        self.decoder1 = stage([*blocks(4 * width), _up(2 * width)])
        self.decoder2 = stage([*blocks(2 * width), _up(width)])
        self.out_block = stage(
            [*blocks(width), tf.keras.layers.Conv2D(3, 5, padding="same")])
        self.doubled = tf.keras.layers.UpSampling2D(interpolation="bilinear")
        self.make_weights()

    @property
    def carried(self):
        """The ConvLSTM's state, h and c, at a quarter of a scale's size."""
        return {"hidden": 4 * self.preset.width, "cell": 4 * self.preset.width}

    def restore_scale(self, blurred, mask=None, coarser=None,
                      heads=("primary",)):
        previous = blurred
        if coarser is not None:
            previous = self.doubled(tf.stop_gradient(coarser["primary"]))
        pictures = tf.concat(  # [b, h, w, 6]
            [blurred, tf.cast(previous, blurred.dtype)], axis=-1)
        full = self.in_block(pictures)  # [b, h, w, c]
        half = self.encoder1(full)  # [b, h/2, w/2, 2c]
        quarter = self.encoder2(half)  # [b, h/4, w/4, 4c]

        if coarser is None:
            state = [tf.zeros_like(quarter)] * 2
        else:
            state = [tf.cast(self.doubled(coarser[name]), quarter.dtype)
                     for name in ("hidden", "cell")]
        decoded, (hidden, cell) = self.lstm(quarter, state)

        decoded = half + self.decoder1(decoded)  # [b, h/2, w/2, 2c]
        decoded = full + self.decoder2(decoded)  # [b, h, w, c]
        return {"primary": tf.cast(self.out_block(decoded), tf.float32),
                "hidden": hidden, "cell": cell}

    def losses_of(self, batch):
        """Eq. 5: the mean squared errors of all scales, summed."""
        loss = tf.add_n([
            primary_loss(level, result["primary"]) for level, result in zip(
                self.levels_of(batch.sharp), self.restore(batch.blurred))
        ])  # [b]
        return {"euclidean": (loss, tf.ones_like(batch.unlabelled))}


def _conv(channels, strides=1):
    return tf.keras.layers.Conv2D(
        channels, 5, strides, padding="same", activation="relu")


def _up(channels):
    return tf.keras.layers.Conv2DTranspose(
        channels, 4, 2, padding="same", activation="relu")
