"""Workers forked from a process that has loaded Django: a new one costs milliseconds.

A forked worker does what a worker tree does, in one process and in turns: it ends frozen
sessions, gives expired leases back, hurries what waits and runs what is due.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import InterfaceError, InternalError, OperationalError, connection, connections

from integrations.engine import faults, frozen, lease, recovery, runner, signs

LANE = "orders"
TURN_S = 0.02
# The last is what the end of a session that was frozen inside a transaction is raised as.
DATABASE_ERRORS = (OperationalError, InterfaceError, InternalError)
_PR_SET_PDEATHSIG = 1


class Fork:
    """A process of ours; `rounds` is where a worker says that it finished a round."""

    def __init__(self, body: Callable[[int], None], log: Path) -> None:
        self._rounds, told = os.pipe()
        connections.close_all()  # two processes cannot share a connection
        self.pid = os.fork()
        if self.pid == 0:
            _run(body, told, log)
        os.close(told)
        self.status: int | None = None  # once it has ended
        self.was_hit = False

    def is_hit(self) -> bool:
        """Whether a signal has killed or stopped it; RuntimeError if it ended otherwise."""
        pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        if pid == 0:
            return False
        if not os.WIFSTOPPED(status):
            self.status = status
            if not os.WIFSIGNALED(status):
                raise RuntimeError(f"A worker ended by itself with {os.WEXITSTATUS(status)}.")
        self.was_hit = True
        return True

    def go_on(self, *, timeout_s: float) -> bool:
        """Ends its stop and waits until it has finished the round in which it was stopped."""
        while select.select([self._rounds], [], [], 0)[0]:
            os.read(self._rounds, 4096)
        os.kill(self.pid, signal.SIGCONT)
        return bool(select.select([self._rounds], [], [], timeout_s)[0])

    def wait(self) -> int:
        """Waits until it has ended; its exit code, below zero the signal that killed it."""
        if self.status is None:
            _, self.status = os.waitpid(self.pid, 0)
        self.end()
        return os.waitstatus_to_exitcode(self.status)

    def end(self) -> None:
        """Kills it, if it lives. Repeating it does nothing."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            _, self.status = os.waitpid(self.pid, 0)
        if self._rounds >= 0:
            os.close(self._rounds)
            self._rounds = -1


def die_with_parent() -> None:
    """Has Linux kill this process, stopped or not, when the one that forked it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _run(body: Callable[[int], None], told: int, log: Path) -> None:
    code = 1
    try:
        die_with_parent()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        os.set_blocking(told, False)
        body(told)
        code = 0
    except BaseException:  # this process must end here, whatever happened
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def starter(log: Path, start: Callable[[], None], *, fault: str) -> Fork:
    """A process that asks for jobs, armed with a fault."""

    def ask(told: int) -> None:
        faults.arm(fault)
        start()

    return Fork(ask, log)


def worker(log: Path, *, fault: str = "", tree: Path | None = None) -> Fork:
    """A worker, armed with a fault or not; `tree` is the folder of signs it obeys."""

    def work(told: int) -> None:
        faults.arm(fault)
        if tree is not None:
            os.environ[signs.TREE] = str(tree)
        while True:
            try:
                frozen.end_sessions()
                lease.sweep()
                recovery.hurry()
                runner.drain(LANE)
            except DATABASE_ERRORS as exc:
                print(f"round ended by {type(exc).__name__}: {exc}", file=sys.stderr)  # noqa: T201
                connection.close()
            with contextlib.suppress(BlockingIOError):
                os.write(told, b".")
            time.sleep(TURN_S)

    return Fork(work, log)
