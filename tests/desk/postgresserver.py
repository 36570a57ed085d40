"""A real PostgreSQL of the tests' own, which can be stopped and started as a machine may do it."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path


def server_programs() -> Path | None:
    """The folder of initdb and postgres, also where a distribution keeps it out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def plain_user() -> str | None:
    """PostgreSQL refuses to run as root: whom to be instead."""
    if os.getuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


def free_port() -> int:
    """A port below those that the system gives to callers, of whom one whose server is away may else reach itself."""
    chance = random.Random()
    while True:
        port = chance.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class PostgresServer:
    """A server without passwords, on this machine only, in a folder of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.port = programs, folder, free_port()
        self.data, user = folder / "data", plain_user()
        folder.chmod(0o755)
        self.data.mkdir()
        if user:
            shutil.chown(self.data, user)
            shutil.chown(folder, user)
        self.quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "user": user, "cwd": folder}
        made = [programs / "initdb", "-D", self.data, "-U", "luoshu", "-A", "trust", "-E", "UTF8", "--locale=C"]
        subprocess.run(made, check=True, **self.quiet)
        self.start()

    @property
    def address(self) -> str:
        return f"postgresql://luoshu@127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [self.programs / "postgres", "-D", self.data, "-p", str(self.port), "-k", self.folder]
        self.process = subprocess.Popen([*command, "-c", "listen_addresses=127.0.0.1"], **self.quiet)
        for _ in range(600):
            with socket.socket() as knock:
                if not knock.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL does not start")

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """At once, nothing written out (SIGQUIT, as after a crash), or in order (SIGINT)."""
        self.process.send_signal(how)
        self.process.wait(30)
