"""From what, and how, the patches of a training are drawn (sec. 4.3)."""

import dataclasses
import typing

from ha_deblur.blur.exposure import Exposure


@dataclasses.dataclass(frozen=True)
class Sampling:
    """All that decides a training's batches; the defaults are the paper's.

    Shares are of a batch, or of the patches that are named, from 0 to 1.

    Attributes:
      sources: manifests, folders or globs of records (`records.find`).
      crop_size: c, height and width of a patch, in pixels.
      batch_size: b; b // 2 patches are cropped around a random person's box,
        the others show background. Where no record has people (or none lacks
        them), all b are of one kind.
      seed: of order, crops and turns.
      patches_per_picture: patches cut from a picture whenever it is decoded.
        More than the paper's 1 are faster, but training stays longer with the
        same `record_patches.IN_TURN` pictures.
      upright: whether patches are mirrored only, and not turned: what is up
        helps to recognize people. Patches in which nobody has looked for
        people are turned all the same.
      recolour: whether colours change too (`colour`); not in the paper.
      exposure: how fresh blur, photos and clips are blurred, and what the
        blurred pictures of all patches suffer besides; not in the paper.
      fresh_blur: the share of the patches, GoPro's aside, that are blurred
        afresh from their sharp picture (`camera_shake`); not in the paper.
      detail_share: the share of the background's patches that are cut where
        there is most to sharpen (`patches.background`); not in the paper.
      gopro_share: the share of GoPro's records, in place of other background
        first; None: they come up as often as others.
      photos: a folder of sharp photos and masks of people (`photo_patches`)
        for some of the patches with people, or None; not in the paper.
      photos_share: their share.
      clips: a folder of clips that `data_prep.pack_clips` packed, for some of
        the other patches (`clip_patches`), or None; not in the paper.
      clips_share: their share.
    """

    sources: typing.Sequence
    crop_size: int = 256
    batch_size: int = 10
    seed: int = 0
    patches_per_picture: int = 1
    upright: bool = False
    recolour: bool = False
    exposure: Exposure = dataclasses.field(default_factory=Exposure)
    fresh_blur: float = 0.0
    detail_share: float = 0.0
    gopro_share: typing.Optional[float] = None
    photos: typing.Optional[str] = None
    photos_share: float = 0.25
    clips: typing.Optional[str] = None
    clips_share: float = 0.25
