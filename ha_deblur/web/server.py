"""Serves the page, by default to this machine only."""

import contextlib
import logging
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import threading

from ha_deblur.commandline import UserError

LOOPBACK = "127.0.0.1"


def check_address(address, port):
    """Raises UserError if the page can't be served there."""
    try:
        family, _, _, _, place = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError:
        raise UserError(f"--share_on={address}: there is no such address; "
                        "give this machine's, or 0.0.0.0 for all of its "
                        "networks") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # as servers do, to restart without waiting
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError as error:
            raise UserError(f"{address}, port {port}: can't serve there "
                            f"({error.strerror}); give another --port, or an "
                            "address of this machine") from None


@contextlib.contextmanager
def private_folder():
    """Yields a folder for the files of all visitors, and removes it at the end.

    It has to be entered before Gradio is imported; it also turns off Gradio's
    usage statistics and the use of proxies. SIGTERM and a closed terminal
    become SystemExit, so that the folder is removed then, too.
    """
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: sys.exit(0))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="ha-deblur-web-")).resolve()
    try:
        os.environ.update(
            GRADIO_TEMP_DIR=str(folder / "uploads"),
            GRADIO_ANALYTICS_ENABLED="False", NO_PROXY="*", no_proxy="*")
        (folder / "results").mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve(page, folder, address, port, max_megabytes, open_browser):
    """Serves until the process is asked to end.

    Args:
      page: the gr.Blocks.
      folder: any visitor who knows a file's name in it may fetch that file.
      address: the address of this machine to listen on.
      port: the port to listen on.
      max_megabytes: the largest upload.
      open_browser: whether to open the page in a browser on this machine.

    Raises:
      UserError: the port has been taken in the meantime.
    """
    import gradio as gr

    from ha_deblur.web import look
    logging.getLogger("httpx").setLevel(logging.WARNING)
    gr.set_static_paths([folder])
    try:
        _, url, _ = page.launch(
            server_name=f"[{address}]" if ":" in address else address,
            server_port=port, share=False,
            max_file_size=max_megabytes * 2**20, theme=look.THEME,
            css=look.CSS, footer_links=[], run_history=False,
            enable_monitoring=False, ssr_mode=False, mcp_server=False,
            pwa=False, inbrowser=open_browser, quiet=True,
            prevent_thread_lock=True)
    except OSError as error:
        raise UserError(f"{address}, port {port}: can't serve there; give "
                        "another --port") from error
    if address != LOOPBACK:
        print("anyone who reaches this address can use the page: there is no "
              "password, and nothing is encrypted", file=sys.stderr)
    if address == "0.0.0.0":
        url = f"http://{socket.gethostname()}:{port}/"
    print(f"ready: {url} (Ctrl-C ends it)", flush=True)
    try:
        threading.Event().wait()
    finally:
        page.close(verbose=False)
