"""The rows of both tables, and the models that they score."""

import typing

SIZES = ("paper", "small", "tiny")


class Model(typing.NamedTuple):
    """A model to train.

    Attributes:
      presets: {size: the name of its preset}.
      attention: whether its attention network is pretrained.
    """

    presets: dict
    attention: bool = False


class Row(typing.NamedTuple):
    """A line of a table.

    Attributes:
      key: its name in --rows and in files.
      title: its name in the table, the paper's.
      model: which of MODELS it scores; None scores the blurry pictures.
      branch: which output of the model.
    """

    key: str
    title: str
    model: typing.Optional[str] = None
    branch: str = "primary"


def _siblings(name):
    return {"paper": name, "small": f"{name}_small", "tiny": f"{name}_tiny"}


MODELS = {
    "full": Model({size: size for size in SIZES}, attention=True),
    "without_attention": Model(_siblings("without_attention")),
    "single_scale": Model(_siblings("single_scale"), attention=True),
    "sun2015": Model(_siblings("sun2015")),
    "nah2017": Model(_siblings("nah2017")),
    "tao2018": Model(_siblings("tao2018")),
    "kupyn2018": Model(_siblings("kupyn2018")),
}

_BLURRY = Row("blurry", "Blurry")
_FULL = Row("full", "Ours", "full")

# {table: its rows, in the paper's order; it has none for the blurry pictures}
TABLES = {
    3: (
        _BLURRY,
        _FULL,
        Row("without_attention", "w/o attention", "without_attention"),
        Row("foreground", "FG branch", "full", "foreground"),
        Row("background", "BG branch", "full", "background"),
        Row("single_scale", "Single-scale", "single_scale"),
    ),
    4: (
        _BLURRY,
        Row("sun2015", "Sun et al.", "sun2015"),
        Row("nah2017", "Nah et al.", "nah2017"),
        Row("tao2018", "Tao et al.", "tao2018"),
        Row("kupyn2018", "Kupyn et al.", "kupyn2018"),
        _FULL,
    ),
}
