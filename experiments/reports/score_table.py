"""Means of scores, and the lines that show them in a terminal.

A row is what `experiments.evaluate` knows of one image: "name", "dataset",
"subset", and a dict from `metrics.score` as "blurred" and, if there is a
model, as "restored".
"""

import math

from ha_deblur import metrics

# Metric: its heading, its decimals and the width of its column.
_COLUMNS = {
    "psnr": ("PSNR", 2, 13),
    "ssim_skimage": ("SSIM skimage", 4, 16),
    "ssim_matlab": ("SSIM matlab", 4, 16),
    "psnr_foreground": ("PSNR people", 2, 13),
    "psnr_background": ("PSNR rest", 2, 13),
}
# The paper's names for the two halves of HIDE's test set (Table 2).
_TITLES = {
    "hide/test-long-shot": "HIDE I (hide/test-long-shot)",
    "hide/test-close-ups": "HIDE II (hide/test-close-ups)",
}
_NAME_WIDTH = 29
_HEADINGS = [heading for heading, _, _ in _COLUMNS.values()]


def group(row):
    """Which mean an image counts in beside the overall one.

    GoPro is one group; HIDE is reported by subset, as the paper does.
    """
    if row["dataset"] == "gopro" or not row["subset"]:
        return row["dataset"]
    return f"{row['dataset']}/{row['subset']}"


def means(rows):
    """{"overall": mean, group: mean, ...} of at least one row.

    A mean holds "images", their number; "blurred", "restored" and "gain"
    (the latter two if there is a model), each a dict of all metrics, with
    None where no image has a finite number; and "counted", for each metric
    the number of images whose score is finite, for both blurred and restored.
    """
    groups = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    return {
        "overall": _mean(rows),
        **{name: _mean(groups[name]) for name in sorted(groups)}}


def header(row):
    """The headings above `line`."""
    what = "restored, gain" if "restored" in row else "blurred"
    return _aligned(f"image ({what})", _HEADINGS)


def line(row):
    """One image's scores: restored and the gain, or blurred alone."""
    cells = []
    for metric, (_, decimals, _) in _COLUMNS.items():
        before = row["blurred"][metric]
        after = row["restored"][metric] if "restored" in row else before
        cell = _number(after, decimals)
        if "restored" in row and _is_finite(before) and _is_finite(after):
            cell += f" {_number(after - before, decimals, '+')}"
        cells.append(cell)
    name = row["name"]
    if len(name) > _NAME_WIDTH:
        name = f"...{name[3 - _NAME_WIDTH:]}"
    return _aligned(name, cells)


def summary(all_means):
    """The means as a table, a block a group, the overall one last."""
    names = [name for name in all_means if name != "overall"]
    if len(names) > 1:
        names.append("overall")
    return "\n".join(_block(name, all_means[name]) for name in names)


def without_infinity(row):
    """A row as valid JSON: infinite numbers are None, listed as "infinite".

    "infinite" holds names such as "blurred.psnr".
    """
    kinds = [kind for kind in ("blurred", "restored") if kind in row]
    infinite = [
        f"{kind}.{metric}" for kind in kinds
        for metric, value in row[kind].items() if value == math.inf]
    finite = {
        kind: {metric: None if value == math.inf else value
               for metric, value in row[kind].items()}
        for kind in kinds}
    return {**row, **finite, "infinite": infinite}


def _mean(rows):
    kinds = [kind for kind in ("blurred", "restored") if kind in rows[0]]
    mean = {"images": len(rows), "counted": {}, **{kind: {} for kind in kinds}}
    for metric in metrics.PROTOCOLS:
        finite = [
            row for row in rows
            if all(_is_finite(row[kind][metric]) for kind in kinds)]
        mean["counted"][metric] = len(finite)
        for kind in kinds:
            mean[kind][metric] = (
                sum(row[kind][metric] for row in finite) / len(finite)
                if finite else None)
    if "restored" in kinds:
        mean["gain"] = {
            metric: after - mean["blurred"][metric]
            if after is not None else None
            for metric, after in mean["restored"].items()}
    return mean


def _block(name, mean):
    lines = [
        "",
        _aligned(_TITLES.get(name, name), _HEADINGS),
        _aligned("  images with a number", [
            str(mean["counted"][metric]) for metric in _COLUMNS])]
    for kind, sign in (("blurred", ""), ("restored", ""), ("gain", "+")):
        if kind in mean:
            lines.append(_aligned(f"  mean {kind}", [
                _number(mean[kind][metric], decimals, sign)
                for metric, (_, decimals, _) in _COLUMNS.items()]))
    return "\n".join(lines)


def _is_finite(value):
    return value is not None and math.isfinite(value)


def _number(value, decimals, sign=""):
    return "-" if value is None else f"{value:{sign}.{decimals}f}"


def _aligned(name, cells):
    widths = [width for _, _, width in _COLUMNS.values()]
    return f"{name:{_NAME_WIDTH}}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells, widths))
