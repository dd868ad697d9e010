"""Deep fusion of the three branches (Eqs. 7, 9 and 10)."""

import tensorflow as tf

BRANCHES = ("primary", "foreground", "background")
BLOCKS = 3  # L of Eq. 9


def fused(blocks, compress, features, heads=BRANCHES):
    """Decodes the three branches, the primary one with the others' features.

    Args:
      blocks: {branch: its L blocks}; a block takes D^{l-1}, the features to
        inject (None except in the primary branch) and the shortcut (None for
        the last block), and returns D^l.
      compress: L 1x1 convolutions, each from 2c channels to c.
      features: {branch: (H, shortcut, shortcut)}, ungated in the primary
        branch and gated in the others (Eqs. 5 and 6).
      heads: which branches to decode to an image. The primary one needs the
        other two only up to block L - 1 (Eq. 9), so ("primary",) skips their
        last blocks.

    Returns:
      D^l of Eq. 9 by name: "primary_block1" ... "background_block3".
    """
    decoded = {branch: features[branch][0] for branch in BRANCHES}  # D^0
    named = {}
    for i in range(BLOCKS):
        before, decoded = decoded, {}  # D^{l-1}, D^l
        last = i == BLOCKS - 1
        for branch in heads if last else BRANCHES:
            injected = None
            if branch == "primary":  # Eq. 9
                injected = compress[i](tf.concat(
                    [before["foreground"], before["background"]], axis=-1))
            shortcut = None if last else features[branch][i + 1]
            decoded[branch] = blocks[branch][i](
                before[branch], injected, shortcut)
            named[f"{branch}_block{i + 1}"] = decoded[branch]
    return named


def images(blurred, named, heads):
    """S of Eqs. 7 and 10: each branch predicts the residual S - B.

    Args:
      blurred: B, [b, h, w, 3].
      named: features as `fused` returns them; those of the last blocks are
        residual images [b, h, w, 3].
      heads: which branches' images to return.

    Returns:
      {branch: [b, h, w, 3] float32, not clipped}.
    """
    return {head: blurred + tf.cast(named[f"{head}_block{BLOCKS}"], tf.float32)
            for head in heads}
