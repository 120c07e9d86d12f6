"""Runs the programs of Node and PostgreSQL, and says plainly which one failed and why."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from integrations.errors import PortalError

TAIL_LINES = 20
# What belongs to the portal itself must not reach the Medusa that is started beside it.
NOT_INHERITED = ("DATABASE_URL", "NODE_ENV", "NODE_OPTIONS", "REDIS_URL", "PORT", "HOST")


class CommandFailed(PortalError):
    """A program ended with an error; the message carries the last lines it wrote."""


def node_environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment for npm and Medusa: ours without what is not theirs, plus `more`."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in NOT_INHERITED and not name.startswith(("ERP_PORTAL_", "SANDBOX_"))
    }
    quiet = {"MEDUSA_DISABLE_TELEMETRY": "true", "NPM_CONFIG_UPDATE_NOTIFIER": "false", "CI": "1"}
    return {**inherited, **quiet, **more}


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 900,
    os_user: int | None = None,
) -> None:
    """Runs `command` to its end, output appended to `log`. Raises CommandFailed.

    `os_user` is the user id to run under (PostgreSQL refuses to run as root).
    """
    what = " ".join(str(word) for word in command[:4])
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        try:
            ended = subprocess.run(  # noqa: S603 (fixed programs, no shell)
                [str(word) for word in command],
                cwd=cwd,
                env=dict(env) if env is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=timeout_s,
                check=False,
                **as_user(os_user),
            )
        except subprocess.TimeoutExpired as exc:
            raise CommandFailed(f"`{what}` did not end within {timeout_s:.0f} s.") from exc
    if ended.returncode != 0:
        raise CommandFailed(
            f"`{what}` failed (code {ended.returncode}):\n{tail(log)}", hint=f"See {log}."
        )


def as_user(os_user: int | None) -> dict[str, Any]:
    """Arguments of `subprocess` that change the user, or none."""
    return {} if os_user is None else {"user": os_user, "extra_groups": []}


def tail(log: Path) -> str:
    """The last lines of a log file."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:])
