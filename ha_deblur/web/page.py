"""The page: its components and event handlers."""

import contextlib
import html

import gradio as gr

from ha_deblur.commandline import UserError
from ha_deblur.files import photo
from ha_deblur.web import box_drawing, look, sharpening
from ha_deblur.web.sessions import KEPT_AT_MOST, SessionOver

TITLE = "Sharpen blurry photos of people"
_QUEUE = 20  # visitors who may wait


def build(deblurrer, sessions, max_pixels):
    """The page, a gr.Blocks.

    Args:
      deblurrer: the Deblurrer, which handles one photo at a time.
      sessions: the Sessions; Gradio may serve the files in their folder.
      max_pixels: the most pixels that a photo may have.
    """
    attention = deblurrer.model.preset.attention

    # Gradio itself deletes what was uploaded and never opened.
    with gr.Blocks(title=TITLE, analytics_enabled=False,
                   delete_cache=(3600, KEPT_AT_MOST)) as page:
        gr.HTML(f"<h1>{TITLE}</h1><p>Drop a photo and get it back sharper. "
                "It is deleted here when you close the page.</p>",
                elem_classes="title")
        upload = gr.File(
            label="Photo", height=150, elem_id="upload",
            file_types=["image", *photo.EXTENSIONS])
        with gr.Column(visible=False) as work:
            note = gr.HTML(visible=False, elem_id="note")
            drawing = box_drawing.box_drawing(
                drawable=attention, elem_id="drawing")
            gr.HTML("Drag a box around each person to sharpen, or tap two "
                    "corners. Without boxes, people are found automatically.",
                    elem_classes="hint", visible=attention)
            people_only = gr.Checkbox(
                label="Leave the background as it is", visible=attention)
            start = gr.Button("Sharpen", variant="primary", size="lg")
        with gr.Column(visible=False) as results:
            warning = gr.HTML(visible=False, elem_id="warning")
            comparison = gr.ImageSlider(
                label="Before and after", interactive=False, elem_id="slider",
                max_height=700, buttons=["fullscreen"])
            download = gr.DownloadButton(
                "Download", variant="primary", size="lg", elem_id="download")
            with gr.Accordion("Where people were found", open=False,
                              visible=attention, elem_id="people"):
                people = gr.Image(
                    show_label=False, interactive=False, container=False,
                    buttons=["fullscreen"])

        def opened(path, request: gr.Request):
            session = sessions.begin(request.session_hash, path)
            try:
                with _told_to_visitor(" Drop another photo, please."):
                    jpeg, about = sharpening.look_at(session.photo, max_pixels)
            except gr.Error:
                sessions.end(request.session_hash)
                raise
            return {work: gr.Column(visible=True), note: _note(about),
                    drawing: box_drawing.shown(jpeg),
                    results: gr.Column(visible=False)}

        def put_away(request: gr.Request):
            sessions.end(request.session_hash)
            return {upload: None, work: gr.Column(visible=False),
                    results: gr.Column(visible=False)}

        def sharpened(boxes, only, request: gr.Request,
                      progress=gr.Progress()):  # noqa: B008, Gradio's way
            progress(0, desc="Sharpening")
            session = sessions.of(request.session_hash)
            if session is None:
                raise _error("This photo is gone; drop it again.")
            with _told_to_visitor():
                made = sharpening.sharpen(
                    deblurrer, session, boxes, only, max_pixels,
                    lambda done, total: progress(
                        done / total, desc="Sharpening"))
            return {results: gr.Column(visible=True),
                    comparison: (made.before, made.after),
                    download: gr.DownloadButton(value=made.download),
                    people: made.people, warning: _note(made.note)}

        hidden = {"api_visibility": "private", "show_progress": "minimal"}
        shown = [upload, work, note, drawing, results]
        upload.upload(opened, upload, shown, **hidden).failure(
            put_away, None, shown, **hidden)
        upload.clear(put_away, None, shown, **hidden)
        start.click(
            sharpened, [drawing, people_only],
            [results, comparison, download, people, warning],
            concurrency_limit=1, show_progress_on=drawing,
            api_visibility="private").success(None, js=look.SCROLL_TO_RESULTS)

        def left(request: gr.Request):
            sessions.end(request.session_hash)

        page.unload(left)
    page.queue(max_size=_QUEUE, api_open=False)
    return page


@contextlib.contextmanager
def _told_to_visitor(remedy=""):
    """Turns errors into messages in the browser."""
    try:
        yield
    except UserError as error:
        raise _error(f"{error}.{remedy}") from error
    except SessionOver as error:  # the visitor knows
        raise _error("", visible=False) from error


def _error(message, **options):
    return gr.Error(html.escape(message), duration=20, print_exception=False,
                    **options)


def _note(text):
    """The update that shows a sentence in a component, or hides it for None."""
    return gr.HTML(
        f'<p class="note" role="status">{html.escape(text or "")}</p>',
        visible=bool(text))
