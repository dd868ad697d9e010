"""What `experiments.evaluate --stress=FOLDER` does."""

import dataclasses
import pathlib

from experiments.stress import all_views, measure, photos, table, trial
from experiments.stress.failing_pictures import FailingPictures
from ha_deblur import model_directory, shipped, whole_file
from ha_deblur.commandline import UserError


def run(model, folder, limit=None, json_path=None, save=None):
    """Tests a model and prints the table.

    Args:
      model: a model's name or folder.
      folder: of sharp photos.
      limit: how many of them; some if None.
      json_path: file for all that was found, or None.
      save: folder for views that failed, or None.

    Returns:
      The exit code: 1 if a view failed or a photo was skipped.

    Raises:
      UserError: a file can't be read or written, or --save would lie among the
        photos.
    """
    if save:
        _keep_apart(folder, save)
    paths = photos.found(folder, limit)  # before the model, which takes time
    import ha_deblur

    deblurrer = ha_deblur.load(model)
    pictures = FailingPictures(save) if save else None
    tested = all_views.run(deblurrer.deblur_batch, folder, paths,
                           pictures.keep if pictures else None)
    rows = table.rows(tested.outcomes)
    print(table.text(rows))
    if pictures and pictures.written:
        print(f"{save}: {pictures.written} of {len(tested.failures)} views "
              "that failed, beside their results")
    if json_path:
        whole_file.write_json(
            json_path, _report(model, folder, limit, tested, rows))
    return 1 if tested.failures or tested.skipped else 0


def _keep_apart(folder, save):
    """Refuses to put pictures where the next test would take them for photos.
    """
    folder, save = (pathlib.Path(path).resolve() for path in (folder, save))
    if folder in (save, *save.parents):
        raise UserError(f"--save={save} lies in the folder of --stress; give "
                        "another place")


def _report(model, folder, limit, tested, rows):
    *kinds, total = rows
    weights = shipped.directory_of(model) / model_directory.WEIGHTS
    return {
        "model": str(model), "sha256": model_directory.sha256(weights),
        "source": str(folder), "limit": limit, "photos": tested.photos,
        "area_pixels": measure.AREA, "most_levels": trial.MOST,
        "total": total, "kinds": kinds,
        "failures": [dataclasses.asdict(one) for one in tested.failures],
        "views": [dataclasses.asdict(one) for one in tested.outcomes],
        "skipped": tested.skipped}
