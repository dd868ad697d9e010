"""The photo on which boxes are drawn, by mouse, pen or finger.

Gradio has no such component. The value of this one is
[[x, y, width, height], ...] as fractions of the picture, in [0, 1]. A finger
that moves up or down scrolls the page, as elsewhere; therefore two taps make a
box, too.
"""

import base64

import gradio as gr

_HTML = """
<div class="stage"><img src="${src}" alt="Your photo" draggable="false"
><div class="box new" hidden></div>${(value || []).map(([x, y, w, h], i) =>
`<div class="box" style="left: ${x * 100}%; top: ${y * 100}%;
width: ${w * 100}%; height: ${h * 100}%"><button type="button" title="Remove"
aria-label="Remove this box" data-number="${i}">&times;</button></div>`
).join("")}</div>
"""

_CSS = """
.stage { position: relative; display: table; margin: auto; overflow: hidden;
  border-radius: var(--radius-lg); user-select: none;
  -webkit-user-select: none; }
&.drawable .stage { cursor: crosshair; touch-action: pan-y pinch-zoom; }
.stage img { display: block; max-width: 100%; max-height: 65vh; margin: 0; }
.box { position: absolute; box-sizing: border-box; border-radius: 3px;
  border: 2px solid #fff;
  box-shadow: 0 0 0 1.5px #0008, inset 0 0 0 1.5px #0008; }
.box.new { pointer-events: none; border-style: dashed; }
.box button { position: absolute; top: 4px; right: 4px; width: 26px;
  height: 26px; border-radius: 50%; background: #000b; color: #fff;
  font-size: 18px; line-height: 1; cursor: pointer; }
"""

_JAVASCRIPT = """
const TAP = 8;  // pixels that a tap may move
let start = null, corner = null;

const stage = () => element.querySelector('.stage');
const place = event => {
  const area = stage().getBoundingClientRect();
  const share = (at, from, size) =>
    Math.min(1, Math.max(0, (at - from) / size));
  return [share(event.clientX, area.left, area.width),
          share(event.clientY, area.top, area.height)];
};
const between = ([x, y], [u, v]) =>
  [Math.min(x, u), Math.min(y, v), Math.abs(x - u), Math.abs(y - v)];
const isTap = ([, , w, h]) => {
  const area = stage().getBoundingClientRect();
  return Math.max(w * area.width, h * area.height) < TAP;
};
const show = box => {
  const shown = element.querySelector('.new');
  shown.hidden = !box;
  ['left', 'top', 'width', 'height'].forEach((side, i) =>
    shown.style[side] = box ? `${box[i] * 100}%` : '0');
};

element.addEventListener('pointerdown', event => {
  if (event.button || !event.target.closest('.drawable .stage')
      || event.target.closest('button')) return;
  event.preventDefault();
  stage().setPointerCapture(event.pointerId);
  start = place(event);
});
element.addEventListener('pointermove', event => {
  if (start) show(between(start, place(event)));
});
element.addEventListener('pointercancel', () => {
  start = corner = null;
  show(null);
});
element.addEventListener('pointerup', event => {
  if (!start) return;
  let box = between(start, place(event));
  const opposite = corner;
  start = corner = null;
  if (isTap(box)) {
    if (!opposite) {
      corner = place(event);
      show([...corner, 0, 0]);
      return;
    }
    box = between(opposite, place(event));
  }
  show(null);
  if (!isTap(box)) props.value = [...(props.value || []), box];
});
element.addEventListener('click', event => {
  const button = event.target.closest('button');
  if (button) props.value = props.value.filter(
    (_, i) => i !== Number(button.dataset.number));
});
"""


def box_drawing(drawable, **options):
    """A Gradio component; `shown` gives it the photo.

    Args:
      drawable: whether boxes can be drawn, or the photo is only shown.
      **options: of every Gradio component, such as elem_id.
    """
    return gr.HTML(
        [], src="", elem_classes="drawable" if drawable else None,
        html_template=_HTML, css_template=_CSS, js_on_load=_JAVASCRIPT,
        apply_default_css=False, **options)


def shown(jpeg):
    """The update that shows a photo, the bytes of a JPEG, without boxes."""
    encoded = base64.b64encode(jpeg).decode()
    return gr.HTML([], src=f"data:image/jpeg;base64,{encoded}")
