"""What cells with real processes share: jobs, workers, and when the fault happened."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psutil
from django.db import connection

from tests.faults import checker, forks
from tests.faults.cells import Cell
from tests.faults.play import NotReached
from tests.faults.scene import Scene
from tests.support import postgres
from tests.support.processes import Worker, running_worker, wait_for


class Stage:
    def __init__(
        self, cell: Cell, scene: Scene, *, folder: Path, stack: ExitStack, patience_s: float
    ) -> None:
        self.cell, self.scene, self.folder, self.patience_s = cell, scene, folder, patience_s
        self._stack = stack
        self._mark = folder / "hit"
        stack.callback(end_all_of, folder)

    @property
    def armed(self) -> dict[str, str]:
        """Arms all processes of a tree; one of them is hit."""
        return {"ENGINE_FAULT": self.cell.fault, "ENGINE_FAULT_MARK": str(self._mark)}

    @property
    def environment(self) -> dict[str, str]:
        name = connection.settings_dict["NAME"]
        return {"DATABASE_URL": postgres.url_of(name), "TMPDIR": str(self.folder)}

    def start_other_alone(self) -> None:
        """A job that gets done: the worker tree has come up and shown that it works."""
        self.scene.start_other()
        self.await_true(checker.is_at_rest, "the worker did not come up")

    def worker(self, **environment: str) -> Worker:
        """A worker tree, which ends with the cell."""
        return self._stack.enter_context(
            running_worker({**self.environment, **environment}, self.folder, "--lane", forks.LANE)
        )

    def await_hit(self) -> float:
        """When the fault happened, by the machine's clock."""
        try:
            self.await_true(self._mark.exists, f"{self.cell.point} was not reached")
        except AssertionError as exc:
            raise NotReached(str(exc)) from exc
        return self._mark.stat().st_mtime

    def await_rest(self, *, since: float) -> float:
        """How many seconds it took until nothing was left to do."""
        self.await_true(checker.is_at_rest, "not at rest")
        return time.time() - since

    def await_true(self, look: Callable[[], bool], message: str) -> None:
        wait_for(look, f"{message} after {self.patience_s:.0f} s", timeout_s=self.patience_s)

    def stopped(self) -> psutil.Process:
        """The process that a stop has hit."""
        found = [one for one in of(self.folder) if one.status() == psutil.STATUS_STOPPED]
        return found[0]


def of(folder: Path) -> list[psutil.Process]:
    """The processes that were given this folder or one in it, whoever their parents are now."""
    found = []
    for process in psutil.process_iter():
        try:
            given = process.environ().get("TMPDIR", "")
            if given and Path(given).is_relative_to(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def end_all_of(folder: Path) -> None:
    """A supervisor that dies may leave a cluster behind that no longer ends by itself."""
    for process in of(folder):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
