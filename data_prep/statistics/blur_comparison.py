"""How blurred several data sets are, side by side: in lines and in a plot."""

import sys
from pathlib import Path

from data_prep.statistics import blur_plots, blur_statistics
from ha_deblur.annotations import pairs
from ha_deblur.commandline import UserError

_SPLITS = ("train", "val", "test")  # names that say too little of a data set


def data_sets(source, found, others, problems):
    """{label: pairs} of a data set and of others.

    Args:
      source: its folder.
      found: its pairs.
      others: a list of FOLDER or LABEL=FOLDER.
      problems: gets a line for each image of the others without partner.

    Raises:
      UserError: one of the others has no folder, no pairs, or the label of
        another one.
    """
    sets = {_folder_label(source): found}
    for given in others:
        label, _, folder = given.rpartition("=")
        if given and Path(given).is_dir():  # its name may hold a "="
            label, folder = "", given
        if not folder:
            raise UserError(f"--compare: '{given}' names no folder; give "
                            "FOLDER or LABEL=FOLDER")
        label = label or _folder_label(folder)
        if label in sets:
            raise UserError(f"--compare: two data sets are called '{label}'; "
                            "give another LABEL=FOLDER")
        sets[label], more = pairs.find_pairs(folder)
        problems += more
        if not sets[label]:
            raise UserError(f"{folder}: holds no pair of images"
                            + (f"; {more[0]}" if more else ""))
    return sets


def check_apart(plot, sets):
    """Raises UserError if the plot would become, or replace, a picture."""
    folders = {path.parent for found in sets.values() for pair in found
               for path in (pair.blurred, pair.sharp)}
    if Path(plot).resolve().parent in {
            folder.resolve() for folder in folders}:
        raise UserError(f"--blur_plot={plot} lies among the pictures of a "
                        "data set; name another folder")


def measure(sets, most, plot, problems):
    """Measures the blur of data sets, prints it and plots it.

    Args:
      sets: what `data_sets` gave; nothing is printed if it is empty.
      most: how many pairs of each are measured at most.
      plot: a PNG file, or None.
      problems: gets a line for each pair that can't be measured.

    Returns:
      {label: `blur_statistics.Blur`}.
    """
    blurs = {}
    for label, found in sets.items():
        blurs[label], more = blur_statistics.measure(found, most, label)
        problems += more
    if not blurs:
        return blurs
    print()
    for label, blur in blurs.items():
        print(f"{label}: {len(blur.psnr):,} of {blur.pairs:,} pairs measured, "
              f"{len(blur.lengths):,} squares in them")
        if len(blur.psnr) and not len(blur.lengths):
            print(f"note: {label}: is too flat to tell motion by",
                  file=sys.stderr)
    for line in blur_statistics.table(blurs):
        print(line)
    if plot:
        measured = {label: blur for label, blur in blurs.items()
                    if len(blur.psnr)}
        if measured:
            blur_plots.write(plot, measured)
        else:
            problems.append(f"{plot}: is not drawn, no pair could be measured")
    return blurs


def _folder_label(folder):
    """The folder's name; "gopro/train" if the name is but a split's."""
    path = Path(folder).resolve()
    return f"{path.parent.name}/{path.name}" if path.name in _SPLITS else (
        path.name)
