"""Deep fusion: three branches side by side (Eqs. 7, 9 and 10)."""

import tensorflow as tf

BRANCHES = ("primary", "foreground", "background")
BLOCKS = 3  # L of Eq. 9


def fused(blocks, compress, features, heads=BRANCHES):
    """Decodes the three branches, the primary one with the others' features.

    Args:
      blocks: {branch: its L blocks}; a block takes D^{l-1}, the features to
        inject (None but in the primary branch) and the shortcut (None for the
        last block), and gives D^l.
      compress: L 1x1 convolutions, each from 2c channels to c.
      features: {branch: (H, shortcut, shortcut)}, whole in the primary branch
        and gated in the others (Eqs. 5 and 6).
      heads: which branches to bring to an image. The primary one needs the
        other two only up to block L - 1 (Eq. 9), so ("primary",) leaves out
        their last blocks.

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
    """S of Eqs. 7 and 10: each branch predicts what the blur took away.

    Args:
      blurred: [b, h, w, 3].
      named: of `fused`; its last blocks are residual images [b, h, w, 3].
      heads: the branches wanted.

    Returns:
      {branch: [b, h, w, 3] float32, not clipped}.
    """
    return {head: blurred + tf.cast(named[f"{head}_block{BLOCKS}"], tf.float32)
            for head in heads}
