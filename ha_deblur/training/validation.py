"""Validation on held-out patches: PSNR, attention IoU, panels."""

import tensorflow as tf

from ha_deblur.quantize import quantized
from ha_deblur.training.losses import attention_loss

PANELS = 4
_SHOWN = ("blurred", "foreground", "background", "primary")


def intersection_over_union(mask, attention, unlabelled):
    """IoU of G and A > 0.5 over a whole batch; NaN if both are empty.

    Unlabelled patches don't count: they may show people that G lacks.
    """
    known = unlabelled[:, None, None, None] < 0.5
    mask, found = known & (mask > 0.5), known & (attention > 0.5)
    both = tf.reduce_sum(tf.cast(mask & found, tf.float32))
    either = tf.reduce_sum(tf.cast(mask | found, tf.float32))
    return both / either


class JointValidation:
    """Scores a model on the same held-out patches each time.

    Args:
      model: a MultiScaleDeblur or a baseline.
      batches: a finite tf.data.Dataset, see `pipeline.validation_batches`.
    """

    def __init__(self, model, batches):
        self.batches = batches
        self.branches = model.branches
        self.restore = tf.function(
            lambda blurred: model.restore(blurred, heads=model.branches)[0])

    def __call__(self):
        """Returns a dict of floats, and one of panels [n, h, k * w, 3] uint8.

        A panel shows, from left to right, blurred, A, FG, BG, result and
        sharp, without those that the model does not make.
        """
        psnr, maps, panels = {}, [], []
        for batch in self.batches:
            result = self.restore(batch.blurred)
            pictures = {"blurred": batch.blurred,
                        **{name: result[name] for name in self.branches}}
            for name, images in pictures.items():
                psnr.setdefault(name, []).append(tf.image.psnr(
                    quantized(images), quantized(batch.sharp), 255))
            row = [*(pictures[name] for name in _SHOWN if name in pictures),
                   batch.sharp]
            if "attention" in result:
                maps.append((batch.mask, result["attention"], batch.unlabelled))
                row.insert(1, tf.image.grayscale_to_rgb(result["attention"]))
            panels.append(quantized(tf.concat(row, axis=2)))
        scores = {f"psnr/{name}": float(tf.reduce_mean(tf.concat(values, 0)))
                  for name, values in psnr.items()}
        scores["psnr/gain"] = scores["psnr/primary"] - scores["psnr/blurred"]
        if maps:
            scores["attention_iou"] = float(intersection_over_union(
                *(tf.concat(parts, 0) for parts in zip(*maps))))
        return scores, {"panels": _some(tf.concat(panels, 0))}


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
        maps, panels = [], []
        for batch in self.batches:
            attention = self.attention(batch.blurred)
            maps.append((batch.mask, attention, batch.unlabelled))
            panels.append(quantized(tf.concat(
                [batch.blurred, tf.image.grayscale_to_rgb(attention),
                 tf.image.grayscale_to_rgb(batch.mask)], axis=2)))
        mask, attention, unlabelled = (
            tf.concat(parts, 0) for parts in zip(*maps))
        scores = {
            "attention_iou": float(intersection_over_union(
                mask, attention, unlabelled)),
            "attention_loss": float(tf.reduce_mean(tf.boolean_mask(
                attention_loss(mask, attention), unlabelled < 0.5)))}
        return scores, {"panels": _some(tf.concat(panels, 0))}


def _some(panels):
    """At most PANELS of them, evenly spaced."""
    return panels[::-(-len(panels) // PANELS)]
