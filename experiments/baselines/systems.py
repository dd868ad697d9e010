"""The presets of the compared systems, as frozen dataclasses.

They need no TensorFlow; only `make` imports a network's module. setup.py lists
each class as an entry point of the group "ha_deblur.networks", where
`ha_deblur.model_directory` finds it by its `network`.
"""

import dataclasses
import typing

from ha_deblur.presets import NetworkPreset


@dataclasses.dataclass(frozen=True)
class Baseline(NetworkPreset):
    """Everything that determines a compared system's layers and losses.

    Attributes:
      network: the system's name in config.json, which is that of its module.
      published_flags: {flag: value} of experiments.train, as published.
    """

    # see NetworkPreset; 3 to 5 were measured for all except sun2015
    features_at_once = 6
    published_flags: typing.ClassVar[dict] = {}


@dataclasses.dataclass(frozen=True)
class Nah2017(Baseline):
    """Nah, Kim and Lee, CVPR 2017 (DeepDeblur).

    Attributes:
      width: channels of all features (sec. 3.2: 64).
      blocks: residual blocks per scale (sec. 3.2: 19).
      scales: levels of the Gaussian pyramid (sec. 3.2: 3).
      adversarial_weight: lambda of Eq. 7, the weight of the adversarial loss
        (1e-4); 0: Eq. 5 alone.
    """

    width: int = 64
    blocks: int = 19
    scales: int = 3
    adversarial_weight: float = 0.0

    network = "nah2017"
    published_flags: typing.ClassVar[dict] = {  # sec. 3.3
        "optimizer": "adam", "learning_rate": 5e-5, "schedule": "step",
        "decay_steps": 300_000, "decay_rate": 0.1, "batch_size": 2,
        "crop_size": 256, "steps": 900_000, "recolour": True}

    def make(self):
        """The DeepDeblur of this preset."""
        from experiments.baselines.nah2017 import DeepDeblur
        return DeepDeblur(self)


@dataclasses.dataclass(frozen=True)
class Sun2015(Baseline):
    """Sun, Cao, Xu and Ponce, CVPR 2015.

    Attributes:
      width: filters of the first convolution (sec. 3.1: 96).
      features: filters of the second convolution (256).
      hidden: units of the fully connected layer (1024).
      stride: pixels between the classified patches.
      cell: side in pixels of the squares that share a motion; divides 8.
      sigma: standard deviation of the Gaussian that fuses patches, in pixels.
      smoothness, truncation: of the motion field; see `motion_field`.
      prior_weight: of the deconvolution; see `nonuniform_deconvolution`.
      patches: patches per sharp crop in a training step.
      noise: standard deviation of the noise on them.
    """

    width: int = 96
    features: int = 256
    hidden: int = 1024
    stride: int = 6
    cell: int = 4
    sigma: float = 10.0
    smoothness: float = 0.3
    truncation: float = 30.0
    prior_weight: float = 3e-3
    patches: int = 8
    noise: float = 0.01

    network = "sun2015"
    scales = 1

    def make(self):
        """The network of this preset."""
        from experiments.baselines.sun2015 import MotionBlurRemoval
        return MotionBlurRemoval(self)


@dataclasses.dataclass(frozen=True)
class Kupyn2018(Baseline):
    """Kupyn et al., CVPR 2018 (DeblurGAN).

    Attributes:
      width: channels at full size, of generator and critic (the authors' code:
        64).
      blocks: residual blocks (sec. 3.2: 9).
    """

    width: int = 64
    blocks: int = 9

    network = "kupyn2018"
    scales = 1
    published_flags: typing.ClassVar[dict] = {  # sec. 5
        "optimizer": "adam", "learning_rate": 1e-4, "beta_1": 0.5,
        "schedule": "half",
        # 1 in the paper; here half of a batch shows people
        "batch_size": 2, "crop_size": 256, "epochs": 300}

    def make(self):
        """The DeblurGan of this preset."""
        from experiments.baselines.kupyn2018 import DeblurGan
        return DeblurGan(self)


@dataclasses.dataclass(frozen=True)
class Tao2018(Baseline):
    """Tao et al., CVPR 2018 (SRN-DeblurNet).

    Attributes:
      width: channels at full size; 2 and 4 times as many at half and quarter
        size (sec. 3.2: 32).
      blocks: residual blocks between two changes of size (sec. 3.2: 3).
      scales: levels of the pyramid (sec. 3.1: 3).
    """

    width: int = 32
    blocks: int = 3
    scales: int = 3

    network = "tao2018"
    published_flags: typing.ClassVar[dict] = {  # sec. 4; 2,000 epochs of GoPro
        "optimizer": "adam", "learning_rate": 1e-4, "schedule": "power",
        "decay_power": 0.3, "batch_size": 16, "crop_size": 256,
        "steps": 262_000}

    def make(self):
        """The ScaleRecurrent of this preset."""
        from experiments.baselines.tao2018 import ScaleRecurrent
        return ScaleRecurrent(self)


# Of each: as published; `_small`, with about a quarter of the operations, for
# training on a CPU; `_tiny`, for tests.
PRESETS = {
    preset.name: preset
    for preset in (
        Nah2017("nah2017"),
        Nah2017("nah2017_small", width=32),
        Nah2017("nah2017_tiny", width=4, blocks=2),
        Nah2017("nah2017_adversarial", adversarial_weight=1e-4),
        Tao2018("tao2018"),
        Tao2018("tao2018_small", width=16),
        Tao2018("tao2018_tiny", width=4, blocks=1),
        Sun2015("sun2015"),
        Sun2015("sun2015_small", width=48, features=128, hidden=512, stride=8),
        Sun2015("sun2015_tiny", width=8, features=16, hidden=32, stride=16,
                cell=8),
        Kupyn2018("kupyn2018"),
        Kupyn2018("kupyn2018_small", width=32),
        Kupyn2018("kupyn2018_tiny", width=4, blocks=2),
    )
}
