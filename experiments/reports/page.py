"""A run's report as one HTML page: nothing to load, no JavaScript.

Everything that a run tells goes through `escape`: names of files may hold
anything.
"""

import base64
import io
from html import escape

from PIL import Image

from experiments.reports import curves

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c1e21;
  --quiet: #5c6166; --line: #d5d8dc; --card: #f6f7f8; }
@media (prefers-color-scheme: dark) { :root { --paper: #14161a;
  --ink: #e6e8eb; --quiet: #a0a6ad; --line: #363b42; --card: #1c1f24; } }
body { background: var(--paper); color: var(--ink); margin: 0 auto;
  max-width: 1240px; padding: 1.5rem; line-height: 1.45;
  font-family: system-ui, "DejaVu Sans", sans-serif; }
h1 { margin: 0; font-size: 1.7rem; overflow-wrap: anywhere; }
h2 { margin: 2.2rem 0 .8rem; font-size: 1.25rem; }
h3 { margin: 1.2rem 0 .4rem; font-size: 1rem; }
.quiet { color: var(--quiet); margin: .3rem 0; }
.plots { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); }
figure { margin: 0; background: var(--card); border-radius: 8px;
  padding: .8rem; }
figcaption { font-weight: 600; margin-bottom: .4rem; }
figure svg { width: 100%; height: auto; display: block;
  font-family: system-ui, "DejaVu Sans", sans-serif; }
.scroll { overflow-x: auto; }
.panels { min-width: calc(var(--columns) * 105px);
  max-width: calc(var(--columns) * 207px); }
.columns { display: grid; grid-auto-columns: 1fr; grid-auto-flow: column;
  text-align: center; font-size: .85rem; color: var(--quiet); }
.panels p { margin: .5rem 0 .15rem; font-size: .85rem; color: var(--quiet); }
.panels img { width: 100%; height: auto; display: block; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1.2rem .25rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 400; color: var(--quiet); white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
"""

# The columns of a validation panel, by their number; see `training.validation`.
_COLUMNS = {
    6: ["blurred", "attention", "foreground", "background", "result", "sharp"],
    5: ["blurred", "foreground", "background", "result", "sharp"],
    3: ["blurred", "attention", "people's boxes"],
}
_JPEG_QUALITY = 92


def whole(title, facts, *sections):
    """The whole page.

    Args:
      title: plain text.
      facts: one line below it, plain text.
      *sections: (heading, HTML).
    """
    body = "\n".join(f"<section><h2>{escape(heading)}</h2>\n{html}\n</section>"
                     for heading, html in sections if html)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
img-src data:; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p class="quiet">{escape(facts)}</p>
{body}
</body>
</html>
"""


def side_by_side(plots):
    """The plots (`curves.Curves`), side by side where there is room."""
    figures = "\n".join(
        f'<figure role="img" aria-label="{escape(curves.in_words(plot))}'
        f'"><figcaption aria-hidden="true">{escape(plot.title)}</figcaption>'
        f'{curves.svg(plot, f"plot{i}")}</figure>'
        for i, plot in enumerate(plots))
    return f'<div class="plots">\n{figures}\n</div>'


def panels(by_step):
    """Validation panels: every patch at several steps, newest first.

    Args:
      by_step: {step: list of PNG files' bytes}.
    """
    count = max(map(len, by_step.values()), default=0)
    return "\n".join(_patch(
        i, {step: files[i] for step, files in sorted(by_step.items())[::-1]
            if i < len(files)}) for i in range(count))


def table(heading, rows):
    """A table; values that are no text are right-aligned numbers.

    Args:
      heading: the columns' names, or None; all but the first are of numbers.
      rows: lists of cells, the first of which names the row; numbers come as
        (number, format).
    """
    def cell(value):
        if isinstance(value, tuple):
            number, form = value
            return f'<td class="number">{number:{form}}</td>'
        return f"<td>{escape(str(value))}</td>"

    head = "" if heading is None else "<thead><tr>" + "".join(
        f'<th scope="col"{" class=number" * (i > 0)}>{escape(name)}</th>'
        for i, name in enumerate(heading)
    ) + "</tr></thead>"
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        f'{"".join(map(cell, row[1:]))}</tr>' for row in rows)
    return (f'<div class="scroll"><table>{head}<tbody>\n{body}\n'
            "</tbody></table></div>")


def _patch(index, files):
    columns, rows = [], []
    for step, png in files.items():
        image = Image.open(io.BytesIO(png)).convert("RGB")
        count = round(image.width / image.height)
        columns = _COLUMNS.get(count, [""] * count)
        alt = (f"Held-out patch {index + 1} at step {step:,}, left to right: "
               f"{', '.join(columns)}")
        rows.append(f"<p>step {step:,}</p>"
                    f'<img src="{_data_uri(image)}" alt="{escape(alt)}" '
                    f'width="{image.width}" height="{image.height}">')
    names = "".join(f"<span>{escape(name)}</span>" for name in columns)
    return (f"<h3>Held-out patch {index + 1}</h3>\n"
            '<div class="scroll"><div class="panels" '
            f'style="--columns: {len(columns)}">'
            f'<div class="columns" aria-hidden="true">{names}</div>\n'
            + "\n".join(rows) + "</div></div>")


def _data_uri(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(
        file.getvalue()).decode()
