"""Table 2 of the paper (sec. 3) for any data set, and the sizes of boxes."""

import dataclasses

import numpy as np

GROUPS = ("scattered", "crowded", "long-shot", "close-up", "train", "test")
# Table 2: {group: (images, people)}.
PAPER = {
    "all": (8422, 65784),
    "scattered": (4202, 23474), "crowded": (4220, 42310),
    "long-shot": (1304, 14169), "close-up": (7118, 51615),
    "train": (6397, 44318), "test": (2025, 21466),
}
PERCENTILES = (5, 25, 50, 75, 95)


@dataclasses.dataclass(frozen=True)
class Described:
    """What Table 2 asks of an image.

    Attributes:
      name: as in `Pair`.
      split: "train", "val", "test", or "" if nothing says.
      people: float array [n, 4] of boxes, normalized [ymin, xmin, ymax,
        xmax]; None if nobody looked for people.
      listed: "long-shot" or "close-up" if a list or folder says so, else "".
    """

    name: str
    split: str
    people: np.ndarray
    listed: str = ""

    @property
    def heights(self):
        """The heights of the people, [n], as fractions of the image's."""
        return self.people[:, 2] - self.people[:, 0]

    @property
    def areas(self):
        """The areas of the boxes, [n], as fractions of the image's."""
        return self.heights * (self.people[:, 3] - self.people[:, 1])

    def quantity(self, crowded):
        """ "scattered" or "crowded" (more people than that), "" if neither.

        An image without people is neither.
        """
        if self.people is None or not len(self.people):
            return ""
        return "crowded" if len(self.people) > crowded else "scattered"

    def depth(self, long_shot):
        """ "long-shot" or "close-up", "" if nobody can tell.

        Args:
          long_shot: where no list tells, an image is a long shot if its
            tallest person is lower than this fraction of its height.
        """
        if self.listed or self.people is None or not len(self.people):
            return self.listed
        return "long-shot" if self.heights.max() < long_shot else "close-up"


def table(images, crowded, long_shot):
    """{group: (images, people, images annotated)}, "all" first.

    Args:
      images: a list of `Described`.
      crowded: more people than this are a crowd.
      long_shot: see `Described.depth`.
    """
    rows = {name: [0, 0, 0] for name in ("all", *GROUPS)}
    for image in images:
        groups = {"all", image.quantity(crowded), image.depth(long_shot),
                  image.split}
        for group in groups & rows.keys():
            rows[group][0] += 1
            if image.people is not None:
                rows[group][1] += len(image.people)
                rows[group][2] += 1
    return {name: tuple(row) for name, row in rows.items()}


def distributions(images):
    """{what: {percentile: value}}, empty if there are no people.

    People a picture over the annotated images; heights and areas of boxes,
    as fractions of the image's, over all boxes; and the height of the
    tallest person over the images with people.
    """
    annotated = [image for image in images if image.people is not None]
    peopled = [image for image in annotated if len(image.people)]
    if not peopled:
        return {}
    values = {
        "people a picture": [len(image.people) for image in annotated],
        "box height": np.concatenate([i.heights for i in peopled]),
        "box area": np.concatenate([i.areas for i in peopled]),
        "tallest person": [image.heights.max() for image in peopled],
    }
    return {
        what: {p: float(np.percentile(each, p)) for p in PERCENTILES}
        for what, each in values.items()}
