"""Runs one cell: its jobs, a worker that is hit, another one that finishes, the check."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from integrations.engine import signs
from integrations.engine.models import SyncJob
from tests.faults import checker, forks
from tests.faults.cells import Cell
from tests.faults.checker import Found
from tests.faults.forks import Fork
from tests.faults.remote import Remote
from tests.faults.scene import SECOND, Scene, wipe

POLL_S = 0.02
# A worker that was hit at these points dies once more while the lease is given back.
IN_THE_SWEEP = ("sweeping", "swept")


@dataclass(slots=True)
class Outcome:
    """How a cell ended. `not_run` says why its fault or its answer never happened."""

    cell: Cell
    lost: int = 0
    doubled: int = 0
    doubled_found: int = 0
    recovery_s: float | None = None
    not_run: str = ""
    problems: list[str] = field(default_factory=list)
    log: str = ""

    @property
    def is_failed(self) -> bool:
        return bool(self.problems)


class NotReached(Exception):  # noqa: N818 reads as what it says
    """The point was not reached, or the answer was not given."""


class TooLate(AssertionError):
    """Something did not happen in time."""


def play(cell: Cell, folder: Path, *, patience_s: float) -> Outcome:
    """Runs a cell of forked workers on this process's database, which it empties first."""
    log = folder / "worker.log"
    log.write_text("")
    outcome = Outcome(cell=cell)
    wipe()
    with ExitStack() as stack:
        remote = stack.enter_context(Remote(enforces_key=cell.remote == "keyed"))
        played = _Play(cell, remote, stack, log, patience_s)
        try:
            played.run()
            judge(outcome, checker.check(remote.log, played.scene.expected()))
        except NotReached as exc:
            outcome.not_run = str(exc)
        except TooLate as exc:
            outcome.problems.append(str(exc))
            judge(outcome, checker.check(remote.log, played.scene.expected()))
        outcome.recovery_s = played.recovery_s
    outcome.log = log.read_text(errors="replace")
    return outcome


def judge(outcome: Outcome, found: Found) -> None:
    """Adds what was found; a double where one is by design has a column of its own."""
    cell = outcome.cell
    outcome.lost = len(found.lost)
    if cell.may_double and len(found.doubled) <= 1:
        outcome.doubled_found = len(found.doubled)
    else:
        outcome.doubled = len(found.doubled)
        outcome.problems += found.doubled
    outcome.problems += found.lost + found.wrong


class _Play:
    def __init__(
        self, cell: Cell, remote: Remote, stack: ExitStack, log: Path, patience_s: float
    ) -> None:
        self.cell, self.scene = cell, Scene(cell, remote)
        self.recovery_s: float | None = None
        self._stack, self._log, self._patience_s = stack, log, patience_s

    def run(self) -> None:
        hit = self._hit_one()
        hit_at = time.monotonic()
        last = self._worker()
        self._await(checker.is_at_rest, "not at rest")
        self.recovery_s = time.monotonic() - hit_at
        if self.cell.action == "stop" and not hit.go_on(timeout_s=self._patience_s):
            raise TooLate("the stopped worker did not go on")
        try:
            self._await(self.scene.was_answered, "the answer was not given")
        except TooLate as exc:
            raise NotReached(str(exc)) from exc
        self._await(checker.is_at_rest, "not at rest again")
        last.end()

    def _hit_one(self) -> Fork:
        """Starts the jobs and a worker, and returns that worker once it is hit."""
        if self.cell.point == "started":
            starter = forks.starter(self._log, self.scene.start_first, fault=self.cell.fault)
            hit = self._hit(self._kept(starter))
            self.scene.start_rest()
            return hit
        self.scene.start_all()
        if self.cell.point in IN_THE_SWEEP:
            target = "undo_intent/create" if self.cell.step == "undo" else "intent"
            self._hit(self._worker(fault=f"{target}:kill"))
        for _ in range(self._victims() - 1):
            self._hit(self._worker(fault=self.cell.fault))
        return self._hit(self._worker(fault=self.cell.fault))

    def _victims(self) -> int:
        """How many workers are hit."""
        return int(settings.ENGINE["max_crashes"]) if self.cell.action == "kill_each" else 1

    def _worker(self, *, fault: str = "") -> Fork:
        # A worker gives its jobs back when its tree is told to stop.
        tree = self._told_to_stop() if fault and self.cell.point == "given_back" else None
        return self._kept(forks.worker(self._log, fault=fault, tree=tree))

    def _told_to_stop(self) -> Path:
        (self._log.parent / signs.STOP).touch()
        return self._log.parent

    def _kept(self, fork: Fork) -> Fork:
        self._stack.callback(fork.end)
        return fork

    def _hit(self, fork: Fork) -> Fork:
        self._await(lambda: fork.is_hit() or self._is_over(), "nothing was hit")
        if not fork.was_hit:
            raise NotReached(f"{self.cell.point} was not reached")
        if SyncJob.objects.filter(payload__reference=SECOND).exclude(started_at=None).exists():
            raise NotReached(f"{self.cell.point} was reached by the second job alone")
        return fork

    def _is_over(self) -> bool:
        return self.cell.point != "started" and checker.is_at_rest()

    def _await(self, look: Callable[[], bool], message: str) -> None:
        ends = time.monotonic() + self._patience_s
        while not look():
            if time.monotonic() > ends:
                raise TooLate(f"{message} after {self._patience_s:.0f} s")
            time.sleep(POLL_S)
