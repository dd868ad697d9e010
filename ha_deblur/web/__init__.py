"""The page of `ha-deblur web`; only `page` and `server` need Gradio."""
