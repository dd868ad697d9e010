"""How EXIF's orientations are brought upright."""

_TURNS = {
    1: lambda array: array,
    2: lambda array: array[:, ::-1],
    3: lambda array: array[::-1, ::-1],
    4: lambda array: array[::-1],
    5: lambda array: array.swapaxes(0, 1),
    6: lambda array: array[::-1].swapaxes(0, 1),
    7: lambda array: array[::-1, ::-1].swapaxes(0, 1),
    8: lambda array: array[:, ::-1].swapaxes(0, 1)}


def upright(array, orientation):
    """[h, w, ...] as it is meant to be seen.

    Args:
      array: the pixels as they are stored.
      orientation: 1 to 8; others are taken as 1.
    """
    return _TURNS.get(orientation, _TURNS[1])(array)
