"""What must be on the machine before a real Medusa can be started, and where it is."""

import re
import shutil
import subprocess
from pathlib import Path

from integrations.errors import NeedsOperator

NODE_WANTED = "Node 20.19 or newer (22.12 or newer of the 22 line)"


class MissingPrerequisite(NeedsOperator):
    """A program this machine lacks; the message names it, the hint says how to get it."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message, reason="missing_prerequisite", cause=message, hint=hint)


def require_node() -> None:
    """Raises MissingPrerequisite unless `node` and `npm` are there and new enough."""
    hint = "Install it from nodejs.org or your package manager, so that `node` is on the PATH."
    node = shutil.which("node")
    if node is None:
        raise MissingPrerequisite(f"{NODE_WANTED} is needed; there is no `node`.", hint=hint)
    answer = subprocess.run(  # noqa: S603 (the path comes from the PATH)
        [node, "--version"], capture_output=True, text=True, timeout=30, check=False
    )
    version = answer.stdout.strip()
    if not is_supported_node(version):
        raise MissingPrerequisite(f"{NODE_WANTED} is needed; this one is {version}.", hint=hint)
    if shutil.which("npm") is None:
        raise MissingPrerequisite(
            "npm is needed; there is no `npm`.",
            hint="It comes with Node; some systems pack it apart.",
        )


def is_supported_node(version: str) -> bool:
    """Whether Medusa 2.21 runs on this `node --version` (^20.19 or >=22.12)."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def require_postgres_binaries() -> Path:
    """The folder of `initdb` and `pg_ctl`; raises MissingPrerequisite when there is none."""
    for folder in _postgres_folders():
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise MissingPrerequisite(
        "PostgreSQL is needed; neither its server programs nor MEDUSA_DATABASE_URL was found.",
        hint="Install PostgreSQL 13 or newer, or set MEDUSA_DATABASE_URL to a server you have.",
    )


def _postgres_folders() -> list[Path]:
    found = [Path(path).resolve().parent for path in [shutil.which("pg_ctl")] if path]
    # Debian keeps the server programs off the PATH, one folder for each major version.
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    return found + sorted(debian, key=lambda path: _number(path.parent.name), reverse=True)


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0
