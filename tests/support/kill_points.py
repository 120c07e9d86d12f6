"""Kills a process of ours with SIGKILL at its n-th effect, whichever that is.

An effect is a call that the shop has worked on, before its answer is out, or what the process
is about to write of the portal's own tables, a transaction as a whole. Between two of them a flow
does nothing that outlives it: a story that was killed at each of them was killed everywhere. (The
engine's tables have a matrix of their own, tests/faults.)
"""

import os
import re
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.standin import Request, Response

_WRITES = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(integrations_\w+)"')
_ASIDE = "integrations_exchange"  # calls as they are kept, which no flow reads
NEVER = 10**9


class Trap:
    """Counts effects from 1 and kills at number `at`; `pid` 0 is the process that notes them."""

    def __init__(self, at: int = NEVER, *, pid: int | None = 0) -> None:
        self.at, self.count = at, 0
        self._pid, self._is_set = pid, threading.Event()
        if pid is not None:
            self._is_set.set()

    def kills(self, pid: int) -> None:
        """Whom it kills, where that was not known before."""
        self._pid = pid
        self._is_set.set()

    def note(self) -> None:
        self._is_set.wait(timeout=30)
        self.count += 1
        if self.count == self.at:
            os.kill(self._pid or os.getpid(), signal.SIGKILL)


class WatchedShop(MedusaStandIn):
    """Notes each call of the Admin API when its work is done and its answer is not out yet."""

    trap: Trap | None = None

    def answer(self, request: Request) -> tuple[Response | None, str]:
        answer = super().answer(request)
        if self.trap is not None and request.path.startswith("/admin/"):
            self.trap.note()
        return answer


def watch_writes(trap: Trap, *, only: str = "") -> None:
    """From now on what this thread writes to the database, or to this table of it, is noted
    before it is written."""
    begun: list[object] = [None]

    def look(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = _WRITES.match(sql)
        if found and (found[1] == only if only else found[1] != _ASIDE):
            outermost = connection.atomic_blocks[0] if connection.in_atomic_block else None
            if outermost is None or outermost is not begun[0]:  # what follows is undone with it
                trap.note()
            begun[0] = outermost
        return execute(sql, *rest)

    connection.execute_wrappers.append(look)
