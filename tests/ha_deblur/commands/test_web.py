"""`ha-deblur web` where it can't run."""

import socket

from tests.finished_commands import refusal


def test_without_gradio_a_line_tells_what_to_install(
        command, monkeypatch, tmp_path):
    (tmp_path / "gradio.py").write_text(
        "raise ImportError(\"No module named 'gradio'\")")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    done = command("ha_deblur.commands", "web", f"--port={port}")
    assert "pip install 'ha-deblur[web]'" in refusal(done)


def test_a_port_that_is_taken_is_named(command):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = command("ha_deblur.commands", "web", f"--port={port}")
    assert f"port {port}" in refusal(done) and "--port" in done.stderr


def test_only_addresses_of_this_machine_are_shared_on(command):
    # 192.0.2.0/24 is for documentation: nobody has it.
    done = command("ha_deblur.commands", "web", "--share_on=192.0.2.1")
    assert "192.0.2.1" in refusal(done)
    done = command("ha_deblur.commands", "web", "--share_on=no.such.invalid")
    assert "--share_on=no.such.invalid: there is no such" in refusal(done)
