"""Sharpens photos on a page in the browser.

    ha-deblur web                     # then open the address that it prints
    ha-deblur web --open --port=8000
    ha-deblur web --share_on=192.168.1.20

Drop a photo, draw boxes around people if you like, compare and download. The
page works without internet and is for this machine alone, unless --share_on
gives it to others. Photos are removed when their visitor closes the page.
"""

from absl import flags

from ha_deblur import commandline, shipped
from ha_deblur.commandline import UserError
from ha_deblur.web import server

_MODEL = flags.DEFINE_string(
    "model", shipped.DEFAULT, "A name that `ha-deblur models` lists, or a "
    "model directory; a run of experiments.train is one.")
_PORT = flags.DEFINE_integer("port", 7860, "Of the page's address.", 1, 65535)
_SHARE_ON = flags.DEFINE_string(
    "share_on", None, "Address of this machine on which others may use the "
    "page too, 0.0.0.0 for all of its networks. There is no password: only "
    "for networks that you trust.")
_MAX_MEGABYTES = flags.DEFINE_integer(
    "max_megabytes", 50, "Refuse larger files.", 1)
_MAX_PIXELS = flags.DEFINE_integer(
    "max_pixels", 50_000_000, "Refuse larger photos before they are decoded, "
    "which a small file may claim to be.", 1)
_OPEN = flags.DEFINE_bool("open", False, "Open the page in the browser.")


def main(arguments):
    """Runs the command."""
    if arguments:
        raise UserError("web takes no arguments; drop photos on its page")
    address = _SHARE_ON.value or server.LOOPBACK
    server.check_address(address, _PORT.value)
    with server.private_folder() as folder:
        try:
            import gradio  # noqa: F401, to tell its absence before long work
        except ImportError as error:
            raise UserError(f"the page needs Gradio ({error}): pip install "
                            "'ha-deblur[web]'") from None
        from PIL import Image

        from ha_deblur.inference.deblurrer import load
        from ha_deblur.web import page
        from ha_deblur.web.sessions import Sessions
        Image.MAX_IMAGE_PIXELS = None  # --max_pixels stands in for it
        sessions = Sessions(folder / "results")
        try:
            server.serve(
                page.build(load(_MODEL.value), sessions, _MAX_PIXELS.value),
                folder / "results", address, _PORT.value, _MAX_MEGABYTES.value,
                _OPEN.value)
        except KeyboardInterrupt:
            print("ended; no photos are left behind")
        finally:
            sessions.end_all()  # breaks off what is being sharpened


if __name__ == "__main__":
    commandline.run(main)
