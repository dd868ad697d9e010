"""Contact sheets: many images with their boxes, a dozen on a page."""

import io
import pathlib

from PIL import Image, ImageDraw, ImageFont

from ha_deblur import whole_file

_COLUMNS, _ROWS = 4, 3
_CELL = (480, 320)  # width and height of an image with its caption
_CAPTION = 24
_GAP = 8
_FONT_SIZE = 16
_PAPER, _INK = (32, 32, 32), (240, 240, 240)
_KEPT, _DROPPED = (255, 220, 0), (90, 190, 255)


class ContactSheets:
    """Writes FOLDER/sheet-0000.jpg and so on as images are added.

    Args:
      folder: made if it is absent.
    """

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._cells = []
        self._count = 0

    def add(self, name, image, kept, dropped=()):
        """Adds an image, [h, w, 3] uint8, with boxes [x, y, width, height].

        Args:
          name: stands under the image.
          image: see above.
          kept: a list of (box, score), drawn in yellow.
          dropped: the same, drawn in blue.
        """
        self._cells.append(_cell(name, image, kept, dropped))
        if len(self._cells) == _COLUMNS * _ROWS:
            self.finish()

    def finish(self):
        """Writes the images of the last, unfilled sheet.

        Raises:
          UserError: it can't be written.
        """
        if not self._cells:
            return
        width, height = (side + _GAP for side in _CELL)
        rows = -(-len(self._cells) // _COLUMNS)
        columns = min(len(self._cells), _COLUMNS)
        sheet = Image.new(
            "RGB", (columns * width + _GAP, rows * height + _GAP), _PAPER)
        for index, cell in enumerate(self._cells):
            row, column = divmod(index, _COLUMNS)
            sheet.paste(cell, (_GAP + column * width, _GAP + row * height))
        encoded = io.BytesIO()  # Pillow misses the end of the disk in JPEG
        sheet.save(encoded, "JPEG", quality=95)
        path = self._folder / f"sheet-{self._count:04}.jpg"
        with whole_file.writing(path) as partial:
            partial.write_bytes(encoded.getvalue())
        self._cells = []
        self._count += 1


def _cell(name, image, kept, dropped):
    """An image with its boxes and its caption, of size _CELL."""
    cell = Image.new("RGB", _CELL, _PAPER)
    picture = Image.fromarray(image)
    scale = min(_CELL[0] / picture.width,
                (_CELL[1] - _CAPTION) / picture.height)
    picture = picture.resize(
        [max(round(side * scale), 1) for side in picture.size],
        Image.Resampling.BOX)
    _draw_boxes(picture, dropped, scale, _DROPPED)
    _draw_boxes(picture, kept, scale, _KEPT)
    cell.paste(picture, ((_CELL[0] - picture.width) // 2,
                         _CELL[1] - _CAPTION - picture.height))
    draw, font = ImageDraw.Draw(cell), ImageFont.load_default(_FONT_SIZE)
    caption = f"{name}   {len(kept)} kept"
    if dropped:
        caption += f", {len(dropped)} dropped"
    while draw.textlength(caption, font) > _CELL[0] and len(caption) > 1:
        caption = "\u2026" + caption[2:]  # the end tells more than the folders
    draw.text((_CELL[0] / 2, _CELL[1] - _CAPTION / 2), caption, _INK, font,
              anchor="mm")
    return cell


def _draw_boxes(picture, people, scale, color):
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(_FONT_SIZE)
    for (x, y, width, height), score in people:
        left, top = x * scale, y * scale
        # A dark line on either side shows the box on any ground.
        edges = [left, top, left + width * scale, top + height * scale]
        draw.rectangle([edges[0] - 1, edges[1] - 1, edges[2] + 1,
                        edges[3] + 1], outline="black", width=4)
        draw.rectangle(edges, outline=color, width=2)
        label = f"{score:.2f}"
        place = (min(max(left, 0), picture.width - 36),
                 max(top - _FONT_SIZE - 4, 0))
        draw.rectangle(draw.textbbox(place, label, font), fill="black")
        draw.text(place, label, color, font)
