"""How a picture has to be turned to be upright: EXIF's orientation.

A camera stores what its sensor saw, and says beside it what is up. All that
this project does with a picture, and every box on it, is of the upright one.
"""

import struct

from PIL import ExifTags, Image

# From stored to upright: whether rows become columns, and which of them are
# reversed then, (turned, columns, rows).
_TURNS = {
    1: (False, False, False), 2: (False, True, False),
    3: (False, True, True), 4: (False, False, True),
    5: (True, False, False), 6: (True, True, False),
    7: (True, True, True), 8: (True, False, True)}


def of(image):
    """What an opened Pillow image says, 1 to 8; 1 if it says nothing.

    Pillow turns TIFF itself when it is loaded, and then it is 1.
    """
    try:
        found = _exif(image).get(ExifTags.Base.Orientation, 1)
        return found if found in _TURNS else 1
    except Exception:  # damaged EXIF raises any; the picture may be whole
        return 1


def upright(pixels, orientation):
    """A view of stored pixels [h, w, ...] as the upright picture's.

    Args:
      pixels: of any type.
      orientation: 1 to 8; others are taken as 1.
    """
    turned, columns, rows = _TURNS.get(orientation, _TURNS[1])
    if turned:
        pixels = pixels.swapaxes(0, 1)
    return pixels[::-1 if rows else 1, ::-1 if columns else 1]


def turned_size(size, orientation):
    """From the stored (height, width) to the upright one, and back."""
    return tuple(size)[::-1] if _TURNS[orientation][0] else tuple(size)


def upright_box(box, size, orientation):
    """A box [x, y, width, height] on stored pixels, on the upright picture.

    Args:
      box: in pixels.
      size: (height, width) of the upright picture.
      orientation: 1 to 8.
    """
    x, y, width, height = box
    turned, columns, rows = _TURNS[orientation]
    if turned:
        x, y, width, height = y, x, height, width
    return [size[1] - x - width if columns else x,
            size[0] - y - height if rows else y, width, height]


def _exif(image):
    if image.format != "PNG":
        return image.getexif()
    # A PNG's own getexif would decode all pixels: EXIF may follow them.
    late = None if "exif" in image.info else _exif_after_pixels(image)
    exif = Image.Exif() if late else Image.Image.getexif(image)
    if late:
        exif.load(late)
    return exif


def _exif_after_pixels(image):
    """EXIF anywhere in the file of an opened PNG that is not loaded."""
    file = image.fp
    if file is None:  # loaded, and all is known
        return None
    place = file.tell()
    try:
        file.seek(8)  # past the signature
        while len(head := file.read(8)) == 8:
            length, name = struct.unpack(">I4s", head)
            if name == b"eXIf":
                return file.read(length)
            file.seek(length + 4, 1)  # and its checksum
    finally:
        file.seek(place)
    return None
