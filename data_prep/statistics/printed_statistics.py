"""Table 2 beside the paper's numbers, and sizes of boxes, in a terminal."""

from data_prep.statistics import image_statistics


def print_table(source, images, table, crowded, long_shot):
    """Prints Table 2 of a data set, with the paper's rows below.

    Args:
      source: its folder.
      images: a list of `image_statistics.Described`.
      table: `image_statistics.table` of them.
      crowded, long_shot: as that was told.
    """
    count, people, annotated = table["all"]
    print(f"{source}: {count:,} images, {annotated:,} of them annotated, with "
          f"{people:,} people")
    print(f"crowded: more than {crowded} people")
    listed = sum(bool(image.listed) for image in images)
    print(f"long-shot: {listed:,} images by lists or folders; of the others, "
          f"tallest person lower than {long_shot} of the height")
    print()
    print(" " * 18 + "".join(f"{group:>11}" for group in table))
    paper = {group: (*image_statistics.PAPER[group],
                     image_statistics.PAPER[group][0]) for group in table}
    for prefix, rows in (("", table), ("paper: ", paper)):
        _print_row(f"{prefix}images", [f"{r[0]:,}" for r in rows.values()])
        _print_row(f"{prefix}people", [
            f"{r[1]:,}" if r[2] else "-" for r in rows.values()])
        _print_row(f"{prefix}a picture", [
            f"{r[1] / r[2]:.1f}" if r[2] else "-" for r in rows.values()])


def print_distributions(distributions):
    """Prints `image_statistics.distributions`, nothing if it is empty."""
    if not distributions:
        return
    print()
    _print_row("percentile", image_statistics.PERCENTILES)
    for what, values in distributions.items():
        as_share = what != "people a picture"
        _print_row(what, [f"{value:.1%}" if as_share else f"{value:.1f}"
                          for value in values.values()])


def _print_row(title, cells):
    print(f"{title:18}" + "".join(f"{cell:>11}" for cell in cells))
