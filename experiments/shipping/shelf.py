"""The folder of shipped models, and the test that a model must pass first.

The stress test is run on the very file that is then shipped, with its float16
weights, and not taken from an earlier report, which would have been about the
run's float32 weights.
"""

import dataclasses
import pathlib
import shutil
import tempfile

from experiments.stress import all_views, photos, table
from ha_deblur import model_directory, shipped, whole_file
from ha_deblur.commandline import UserError


def put(model, name, folder, limit=None, about=None, card=None):
    """Ships a model, if no view of the stress test fails.

    Args:
      model: a run or model directory, or a shipped model's name.
      name: the name of the shipped model.
      folder: the folder of sharp photos for the stress test.
      limit: how many of them to use; a default number if None.
      about: a dict of facts for config.json, or None.
      card: the model card, a Markdown file, or None.

    Returns:
      The `all_views.Tested`, and "about" as in the new config.json.

    Raises:
      UserError: something can't be read or written, float16 can't hold the
        weights, or a view fails; then nothing is shipped.
    """
    paths = photos.found(folder, limit)  # before loading, which takes time
    with tempfile.TemporaryDirectory() as directory:
        candidate = pathlib.Path(directory)
        config = _write_half_precision(model, candidate, about or {})
        tested = _stand(model, candidate, folder, paths)
        total = table.rows(tested.outcomes)[-1]
        config["about"]["stress"] = {
            "views": total["views"], "failures": total["failures"],
            "worst": round(total["worst_area"], 2), "photos": tested.photos}
        target = shipped.DIRECTORY / name
        _copy(candidate / model_directory.WEIGHTS,
              target / model_directory.WEIGHTS)
        _write_config(config, target)
        if card:
            _copy(card, target / "README.md")
    return tested, config["about"]


def _write_half_precision(model, directory, about):
    """Writes a model directory as it will be shipped; returns its config."""
    from experiments.shipping.half_precision import save_weights

    preset = model_directory.read_preset(model)
    network = model_directory.load(model)
    weights = directory / model_directory.WEIGHTS
    try:
        save_weights(network, weights)
    except ValueError as error:
        raise UserError(f"{model}: {error}; train it with less") from error
    config = {
        "kind": "model", "network": preset.network,
        "preset": dataclasses.asdict(preset),
        "sha256": model_directory.sha256(weights),
        "about": {"parameters": network.count_params(), **about,
                  "megabytes": round(weights.stat().st_size / 1e6, 2)}}
    _write_config(config, directory)
    return config


def _stand(model, candidate, folder, paths):
    """Tests the candidate; returns the `all_views.Tested` if nothing fails."""
    import ha_deblur

    deblurrer = ha_deblur.load(candidate)
    tested = all_views.run(deblurrer.deblur_batch, folder, paths)
    rows = table.rows(tested.outcomes)
    if tested.failures:
        print(table.text(rows))
        first = tested.failures[0]
        raise UserError(
            f"{model} fails {len(tested.failures)} of {len(tested.outcomes)} "
            f"views of the stress test, such as {first.kind}: {first.name} "
            f"({first.problem}); it is not shipped. Look at them with "
            f"experiments.evaluate --model={model} --stress={folder} "
            "--save=DIR")
    return tested


def _write_config(config, directory):
    whole_file.write_json(directory / model_directory.CONFIG, config)


def _copy(source, target):
    with whole_file.writing(target) as partial:
        shutil.copyfile(source, partial)
