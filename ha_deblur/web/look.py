"""Colours, fonts and sizes of the page."""

import gradio as gr

# Local fonts only: nothing is loaded from the internet.
THEME = gr.themes.Default(
    primary_hue="indigo", neutral_hue="slate",
    font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
CSS = """
.gradio-container .fillable:not(.fill_width) { max-width: 860px !important; }
.title, .hint { text-align: center; }
.hint { color: var(--body-text-color-subdued); }
.note { padding: 10px 14px; border-radius: var(--radius-lg);
  background: #fef3c7; color: #78350f; }
#drawing, #note, #warning { .html-container { padding: 0; } }
/* Messages report the errors. */
#upload, #drawing { .wrap:has(.error) { display: none; } }
/* Progress, in the middle of the photo. */
#drawing .wrap.center { bottom: 0; }
#drawing .progress-bar-wrap { height: 10px; border-radius: 5px;
  overflow: hidden; }
#drawing .meta-text-center { inset: 60% 0 auto 0; transform: none; }
#drawing .progress-level-inner, #drawing .meta-text-center {
  font: 15px var(--font); }
"""
SCROLL_TO_RESULTS = """() => setTimeout(async () => {
  const slider = document.getElementById('slider');
  await Promise.allSettled(
    [...slider.querySelectorAll('img')].map(image => image.decode()));
  slider.scrollIntoView({behavior: 'smooth', block: 'center'});
}, 300)"""
