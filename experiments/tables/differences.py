"""What was done differently from the paper, in words."""

from experiments.tables import paper

# Flags of which something else is said, or that change no number.
_TOLD = {"records", "steps", "attention_steps", "batch_size", "crop_size",
         "seed", "published", "validation", "validation_crop_size",
         "validation_patches", "jit_compile", "skip_corrupt"}


def differences(table):
    """A list of sentences about a table of `result.gather`."""
    settings = table["settings"]
    return [line for line in (
        _size(table["size"]),
        _number("Steps of training", settings["steps"], paper.STEPS,
                f"{paper.EPOCHS} epochs of 8,500 pairs, "),
        _number("Steps of attention pretraining", settings["attention_steps"],
                paper.ATTENTION_STEPS) if _has_attention(table) else None,
        *_patches(settings),
        _records(table["records"]),
        *_test_sets(table["groups"]),
        _other_flags(settings),
        f"One training per row, with seed {settings['seed']}: how much these "
        "numbers vary from seed to seed was not measured.",
        _protocol(),
        *[f"{row['title']}: {row['note']}" for row in table["rows"]
          if row["note"]],
    ) if line]


def _has_attention(table):
    return any(training["what"] == "attention" for row in table["rows"]
               for training in row["training"])


def _size(size):
    if size == "paper":
        return None
    return (f"Networks of the size `{size}`, narrower or shallower than the "
            "published ones: see the presets.")


def _number(what, here, there, derived=""):
    if here == there:
        return None
    return f"{what}: {here:,} (the paper: {derived}{there:,})."


def _patches(settings):
    if settings.get("published"):
        return ["Every system was trained with its own published flags, among "
                "them patches and learning rate; see the commands. The paper "
                "does not tell those of its retrained systems."]
    if settings.get("crop_stages"):
        return [f"Patches that grow: {','.join(settings['crop_stages'])} (the "
                f"paper: {paper.BATCH_SIZE} of {paper.CROP_SIZE} pixels)."]
    return [_number("Patches a step", settings["batch_size"],
                    paper.BATCH_SIZE),
            _number("Height and width of a patch", settings["crop_size"],
                    paper.CROP_SIZE)]


def _records(records):
    pairs = {}
    for manifest in records:
        name = manifest["dataset"]
        pairs[name] = pairs.get(name, 0) + manifest["pairs"]
    if not pairs or pairs == paper.TRAINING_PAIRS:
        return None
    here, there = (
        ", ".join(f"{names.get(name, name)} {count:,}"
                  for name, count in counts.items())
        for names, counts in (({"hide": "HIDE's layout", "gopro": "GoPro"},
                               pairs),
                              ({"hide": "HIDE", "gopro": "GoPro"},
                               paper.TRAINING_PAIRS)))
    return f"Pairs to train on: {here} (the paper: {there})."


def _test_sets(groups):
    for group, title in paper.GROUPS.items():
        here, there = groups.get(group), paper.TEST_IMAGES[group]
        if here is None:
            yield f"{title} was not at hand (the paper: {there:,} pictures)."
        elif here != there:
            yield (f"{title}: {here:,} test "
                   f"picture{'s' if here > 1 else ''} (the paper: {there:,}).")


def _other_flags(settings):
    others = [
        f"--{name}="
        + (",".join(value) if isinstance(value, list) else str(value))
        for name, value in settings.items() if name not in _TOLD]
    if not others:
        return None
    return f"Other flags of training: {' '.join(others)}."


def _protocol():
    return ("The paper does not say how it computed SSIM; here it is MATLAB's,"
            " and scikit-image's is in the JSON file.")
