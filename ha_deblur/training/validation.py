"""What training watches on held-out patches: PSNR, attention IoU, panels."""

import tensorflow as tf

from ha_deblur.inference.quantize import quantized
from ha_deblur.model.decoder import BRANCHES

PANELS = 4


def intersection_over_union(mask, attention):
    """IoU of G and of A > 0.5, over a whole batch; nan if both are empty."""
    mask, found = mask > 0.5, attention > 0.5
    both = tf.reduce_sum(tf.cast(mask & found, tf.float32))
    either = tf.reduce_sum(tf.cast(mask | found, tf.float32))
    return both / either


class JointValidation:
    """Scores a MultiScaleDeblur on the same held-out patches each time.

    Args:
      model: the MultiScaleDeblur.
      batches: a finite tf.data.Dataset, see `pipeline.validation_batches`.
    """

    def __init__(self, model, batches):
        self.batches = batches
        self.preset = model.preset
        self.restore = tf.function(
            lambda blurred: model.restore(blurred, heads=BRANCHES)[0])

    def __call__(self):
        """Returns a dict of floats, and one of panels [n, h, k * w, 3] uint8.

        A panel shows, from left to right: blurred, A, FG, BG, result, sharp.
        """
        psnr, masks, maps, panels = {}, [], [], []
        for blurred, sharp, mask, _ in self.batches:
            result = self.restore(blurred)
            for name, images in {
                    "blurred": blurred,
                    **{branch: result[branch] for branch in BRANCHES}}.items():
                psnr.setdefault(name, []).append(tf.image.psnr(
                    quantized(images), quantized(sharp), 255))
            row = [blurred, result["foreground"], result["background"],
                   result["primary"], sharp]
            if self.preset.attention:
                masks.append(mask)
                maps.append(result["attention"])
                row.insert(1, tf.image.grayscale_to_rgb(result["attention"]))
            panels.append(quantized(tf.concat(row, axis=2)))
        scores = {f"psnr/{name}": float(tf.reduce_mean(tf.concat(values, 0)))
                  for name, values in psnr.items()}
        scores["psnr/gain"] = scores["psnr/primary"] - scores["psnr/blurred"]
        if masks:
            scores["attention_iou"] = float(intersection_over_union(
                tf.concat(masks, 0), tf.concat(maps, 0)))
        return scores, {"panels": tf.concat(panels, 0)[:PANELS]}


class AttentionValidation:
    """Scores a HumanAttention on the same held-out patches each time.

    Args:
      attention: the HumanAttention.
      batches: a finite tf.data.Dataset, see `pipeline.validation_batches`.
    """

    def __init__(self, attention, batches):
        self.batches = batches
        self.attention = tf.function(attention)

    def __call__(self):
        """Returns a dict of floats, and panels: blurred, A, G."""
        masks, maps, panels = [], [], []
        for blurred, _, mask, _ in self.batches:
            attention = self.attention(blurred)
            masks.append(mask)
            maps.append(attention)
            panels.append(quantized(tf.concat(
                [blurred, tf.image.grayscale_to_rgb(attention),
                 tf.image.grayscale_to_rgb(mask)], axis=2)))
        masks, maps = tf.concat(masks, 0), tf.concat(maps, 0)
        scores = {
            "attention_iou": float(intersection_over_union(masks, maps)),
            "attention_loss": float(tf.reduce_mean(tf.square(masks - maps)))}
        return scores, {"panels": tf.concat(panels, 0)[:PANELS]}
