"""Real browsers for the tests of the desk: what they need, and a server that they reach."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
import time

import pytest

from luoshu.show.publish import STATIC

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDS = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not (STATIC / "luoshu-desk.js").is_file(), reason="the browser side is not built"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
"""The marks of a module whose tests use the fixture `browser`."""


@contextlib.contextmanager
def served(app):
    """The address at which an app answers on this machine."""
    import uvicorn

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        )  # screens that listen are not waited for
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
