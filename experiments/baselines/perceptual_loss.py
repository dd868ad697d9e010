"""The perceptual loss: distances between VGG19's features (Kupyn, sec. 3.1).

Johnson et al., "Perceptual Losses for Real-Time Style Transfer", ECCV 2016.
"""

import pathlib

import tensorflow as tf

from ha_deblur.commandline import UserError

LAYER = "block3_conv3"  # VGG_3,3 of sec. 3.1, after its ReLU
FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
REMEDY = (f"give --vgg_weights=FILE ({FILE} from https://storage.googleapis."
          "com/tensorflow/keras-applications/vgg19/), or --perceptual=none to "
          "train without")


def vgg_features(weights=None):
    """VGG19, trained on ImageNet, up to its layer conv3_3.

    Args:
      weights: a file; None: the weights that Keras caches in ~/.keras and
        downloads if they are not there.

    Returns:
      A function from images [b, h, w, 3] in [0, 1] to features
      [b, h / 4, w / 4, 256].

    Raises:
      UserError: the weights are not available.
    """
    network = _vgg(weights)
    network = tf.keras.Model(network.input, network.get_layer(LAYER).output)
    network.trainable = False

    def features(images):
        pixels = tf.keras.applications.vgg19.preprocess_input(255 * images)
        # As if pixels were in [-1, 1], as in the authors' code, for which the
        # loss's weight was chosen: a scale factor passes through ReLUs.
        return network(pixels) / 127.5

    return features


def _vgg(weights):
    if weights and not pathlib.Path(weights).is_file():
        raise UserError(f"--vgg_weights={weights}: there is no such file")
    try:
        return tf.keras.applications.VGG19(
            include_top=False, weights=weights or "imagenet")
    # Keras reports a failed download as a plain Exception.
    except Exception as error:
        reason = str(error).splitlines()[0]
        if weights:
            raise UserError(
                f"--vgg_weights={weights} does not hold VGG19's weights "
                f"without the top layers ({reason}); {REMEDY}") from None
        raise UserError(
            "--perceptual=vgg: VGG19's weights can't be downloaded "
            f"({reason}); {REMEDY}") from None


def pixels(images):
    """Replaces `vgg_features` for the MSE of pixels: [0, 1] to [-1, 1]."""
    return 2 * images - 1


def content_loss(features, sharp, restored):
    """Mean squared difference of features, [b]; images [b, h, w, 3].

    Args:
      features: `vgg_features(...)`, `pixels`, or another such function.
      sharp: S, in [0, 1].
      restored: the generator's images.
    """
    difference = features(sharp) - features(restored)
    return tf.reduce_mean(difference**2, axis=[1, 2, 3])
