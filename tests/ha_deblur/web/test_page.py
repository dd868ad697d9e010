"""The page's parts."""

import types

import pytest

pytest.importorskip("gradio", reason="Gradio is not installed: "
                    "pip install 'ha-deblur[web]'")


@pytest.mark.parametrize("attention", [True, False])
def test_only_a_model_with_attention_offers_boxes_and_people(
        attention, tmp_path):
    from ha_deblur.web import page
    from ha_deblur.web.sessions import Sessions
    deblurrer = types.SimpleNamespace(model=types.SimpleNamespace(
        preset=types.SimpleNamespace(attention=attention)))
    built = page.build(deblurrer, Sessions(tmp_path), 1)
    parts = {part["props"].get("elem_id") or part["props"].get("label"):
             part["props"] for part in built.get_config_file()["components"]}
    assert ("drawable" in parts["drawing"]["elem_classes"]) is attention
    assert parts["people"]["visible"] is attention
    assert parts["Leave the background as it is"]["visible"] is attention
