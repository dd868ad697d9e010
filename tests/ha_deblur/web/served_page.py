"""Runs `ha-deblur web`, and visits its page as a browser would, over HTTP."""

import contextlib
import json
import os
import pathlib
import re
import secrets
import socket
import subprocess
import sys

from tests.conftest import ROOT


def free_port():
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(directory, *flags):
    """Gives (url, process) of the page; its temporary files are in `directory`.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "ha_deblur.commands", "web",
         f"--port={free_port()}", *flags], cwd=ROOT, text=True,
        env={**os.environ, "TMPDIR": str(directory)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said = ""
        for line in process.stdout:
            said += line
            if found := re.match("ready: (http://.*?) ", line):
                yield found[1], process
                return
        raise AssertionError(said)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def kept(directory):
    """What is in files of the server's temporary folder: their names."""
    found = []
    for session in pathlib.Path(directory).glob("ha-deblur-web-*"):
        # The server may be removing folders and files meanwhile.
        for folder, _, names in os.walk(session):
            for name in names:
                with contextlib.suppress(FileNotFoundError):
                    if pathlib.Path(folder, name).stat().st_size:
                        found.append(name)
    return sorted(found)


class Visitor:
    """One open page."""

    def __init__(self, url):
        import httpx
        self.key = secrets.token_hex(5)
        self.http = httpx.Client(base_url=f"{url}gradio_api", timeout=120,
                                 trust_env=False)
        config = self.http.get(f"{url}config").json()
        self._names = {part["id"]: part["props"].get("elem_id")
                       or part["props"].get("value")
                       for part in config["components"]}
        self._events = config["dependencies"]

    @contextlib.contextmanager
    def staying(self):
        """Keeps the page open, which ends the session when it is closed."""
        with self.http.stream("GET", f"/heartbeat/{self.key}") as beat:
            lines = beat.iter_lines()  # gone, it would end the answer
            next(lines)
            yield

    def upload(self, path):
        """The server's answer to a file."""
        return self.http.post("/upload", files={"files": (
            path.name, path.read_bytes(), "application/octet-stream")})

    def drop(self, path):
        """Uploads a photo and opens it."""
        answer = self.upload(path)
        answer.raise_for_status()
        return self.event("upload", "upload", [{
            "path": answer.json()[0], "orig_name": path.name,
            "meta": {"_type": "gradio.FileData"}}])

    def sharpen(self, boxes=(), people_only=False):
        """Presses the button."""
        return self.event("Sharpen", "click", [list(boxes), people_only])

    def event(self, name, kind, values):
        """{component: value} that an event gives; raises what it says."""
        number, event = next(
            (number, event) for number, event in enumerate(self._events)
            if any(kind == of_kind and self._names.get(part) == name
                   for part, of_kind in event["targets"]))
        self.http.post("/queue/join", json={
            "data": values, "fn_index": event.get("id", number),
            "session_hash": self.key}).raise_for_status()
        with self.http.stream("GET", "/queue/data", params={
                "session_hash": self.key}) as answer:
            for line in answer.iter_lines():
                message = json.loads(line[5:]) if line else {}
                if message.get("msg") == "process_completed":
                    break
        if not message["success"]:
            raise RuntimeError(message["output"]["error"])
        return {self._names.get(part): value for part, value in zip(
            event["outputs"], message["output"]["data"])}

    def fetch(self, value):
        """The bytes of a file that an event gave."""
        answer = self.http.get(f"/file={value['path']}")
        answer.raise_for_status()
        return answer.content
