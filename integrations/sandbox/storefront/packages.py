"""The installed and built Medusa with the packed plugin in it, shared by all runs.

Everything lies in one cache folder (about 0.8 GB) and is done once: each stage keeps a
stamp of what it was made from and is skipped while that has not changed. A file lock lets
several processes ask at the same time.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from integrations.sandbox.storefront.commands import node_environment, run
from integrations.sandbox.storefront.prerequisites import require_node

MEDUSA_VERSION = "2.21.2"
PLUGIN_NAME = "erp-portal-medusa"
TEMPLATE = Path(__file__).parent / "app"
PLUGIN = Path(__file__).parents[2] / "adapters" / "medusa" / "plugin"
NOT_SOURCE = {"node_modules", ".medusa"}


def default_home() -> Path:
    """MEDUSA_HOME, else a folder in the user's cache."""
    if os.environ.get("MEDUSA_HOME"):
        return Path(os.environ["MEDUSA_HOME"]).expanduser().resolve()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "erp-portal" / f"medusa-{MEDUSA_VERSION}"


class Packages:
    """Installs and builds, each stage idempotent. `say` gets one line for each stage."""

    def __init__(self, home: Path, *, with_admin: bool, say: Callable[[str], None]) -> None:
        self.home = home
        self.app = home / "app"
        self.logs = home / "logs"
        self._with_admin = with_admin
        self._say = say

    @property
    def cli(self) -> list[str]:
        """The command line of Medusa's own tool."""
        return ["node", str(self.app / "node_modules" / "@medusajs" / "cli" / "cli.js")]

    @property
    def stamp(self) -> str:
        """Changes whenever what is installed or built changes."""
        return self._read("built")

    def install(self) -> None:
        """npm install of Medusa, about a minute and a half on two cores."""
        require_node()
        wanted = _digest([TEMPLATE / "package.json"], TEMPLATE)
        with self._stage(
            "installed", wanted, f"Installing Medusa {MEDUSA_VERSION} (0.8 GB)"
        ) as due:
            if due:
                self.app.mkdir(parents=True, exist_ok=True)
                shutil.copy(TEMPLATE / "package.json", self.app)
                self._npm("install", log="npm-install.log")

    def build_plugin(self) -> None:
        """Builds and packs the plugin, and installs the tarball into the app."""
        digest = _digest(_sources(PLUGIN), PLUGIN)
        wanted = f"{self._read('installed')}-{digest}"
        with self._stage("plugin", wanted, "Building and installing the plugin") as due:
            if due:
                self._pack_plugin(self.home / f"{PLUGIN_NAME}-{digest}.tgz")

    def build(self) -> None:
        """`medusa build` of the app; with Medusa's own admin it takes a minute more."""
        sources = _digest(_sources(TEMPLATE), TEMPLATE)
        flavour = "admin" if self._with_admin else "plain"
        wanted = f"{self._read('plugin')}-{sources}-{flavour}"
        if self.stamp == f"{wanted.removesuffix('plain')}admin":
            return  # a build with the admin serves runs without it too
        with self._stage("built", wanted, "Building Medusa") as due:
            if due:
                shutil.copytree(TEMPLATE, self.app, dirs_exist_ok=True)
                env = node_environment({"SANDBOX_ADMIN": "1" if self._with_admin else "0"})
                run([*self.cli, "build"], cwd=self.app, env=env, log=self.logs / "build.log")

    def _pack_plugin(self, tarball: Path) -> None:
        work = self.home / "plugin"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(PLUGIN, work, ignore=shutil.ignore_patterns(*NOT_SOURCE, "*.tgz"))
        # The app's packages serve as the plugin's: no second install.
        (work / "node_modules").symlink_to(self.app / "node_modules")
        build_log = self.logs / "plugin-build.log"
        run([*self.cli, "plugin:build"], cwd=work, env=node_environment({}), log=build_log)
        run(["npm", "pack", "--silent"], cwd=work, env=node_environment({}), log=build_log)
        for old in self.home.glob(f"{PLUGIN_NAME}-*.tgz"):
            old.unlink()
        # The digest is in the name because npm takes a tarball of the same name for installed.
        next(work.glob("*.tgz")).rename(tarball)
        self._npm("install", "--no-save", str(tarball), log="npm-plugin.log")

    def _npm(self, *words: str, log: str) -> None:
        command = ["npm", *words, "--no-audit", "--no-fund"]
        run(command, cwd=self.app, env=node_environment({}), log=self.logs / log)

    def _read(self, stage: str) -> str:
        stamp = self.home / f".{stage}"
        return stamp.read_text() if stamp.exists() else ""

    @contextmanager
    def _stage(self, stage: str, wanted: str, line: str) -> Iterator[bool]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._read(stage) == wanted:
                yield False
                return
            self._say(f"{line} …")
            began = time.monotonic()
            yield True
            (self.home / f".{stage}").write_text(wanted)
            self._say(f"{line}: {time.monotonic() - began:.0f} s")


def _sources(folder: Path) -> Iterable[Path]:
    for path in sorted(folder.rglob("*")):
        parts = set(path.relative_to(folder).parts)
        if path.is_file() and not parts & NOT_SOURCE and path.suffix != ".tgz":
            yield path


def _digest(files: Iterable[Path], base: Path) -> str:
    total = hashlib.sha256()
    for path in files:
        total.update(str(path.relative_to(base)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:16]
