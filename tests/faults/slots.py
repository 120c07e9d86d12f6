"""Runs cells side by side: each slot is a process with a database of its own."""

import multiprocessing
import os
import signal
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from django.conf import settings
from django.db import connections

from tests.faults import play, real
from tests.faults.cells import Cell
from tests.faults.forks import die_with_parent
from tests.faults.play import Outcome
from tests.faults.stage import end_all_of
from tests.support import postgres

TRIES = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait for one thing, and how often to try for a fault that did not happen."""

    patience_s: float
    tries: int


_fork = multiprocessing.get_context("fork")


def run(
    cells: Sequence[Cell], *, slots: int, template: str, patience_s: float, tries: int = TRIES
) -> Iterator[Outcome]:
    """The outcome of each cell, as they end. One slot alone runs cells with real processes.

    A cell whose fault did not happen is run again: on a busy machine an answer that should
    come late can come early. One that fails is not.

    `template` is a migrated database that nobody is connected to. A slot that dies takes
    its cell with it, which then counts as not run; the others go on.
    """
    heavy = [cell for cell in cells if cell.is_real]
    light = [cell for cell in cells if not cell.is_real]
    connections.close_all()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        opened = [
            _Slot(n, template=template, folder=Path(folder), limits=Limits(patience_s, tries))
            for n in range(min(slots, len(cells)))
        ]
        try:
            yield from _deal(opened, heavy, light)
        finally:
            for slot in opened:
                slot.close()
            end_all_of(Path(folder))


def _deal(slots: list["_Slot"], heavy: list[Cell], light: list[Cell]) -> Iterator[Outcome]:
    busy: dict[Connection, _Slot] = {}
    for n, slot in enumerate(slots):
        _give(slot, [heavy, light] if n == 0 else [light], busy)
    while busy:
        for pipe in wait(list(busy)):
            slot = busy.pop(pipe)  # type: ignore[index]
            yield slot.take()
            _give(slot, [heavy, light] if slot is slots[0] else [light], busy)
    for cell in [*heavy, *light]:
        yield Outcome(cell=cell, not_run="no slot was left to run it")


def _give(slot: "_Slot", queues: list[list[Cell]], busy: dict[Connection, "_Slot"]) -> None:
    queue = next((queue for queue in queues if queue), None)
    if queue is not None and slot.is_alive:
        slot.give(queue.pop(0))
        busy[slot.pipe] = slot


class _Slot:
    def __init__(self, n: int, *, template: str, folder: Path, limits: Limits) -> None:
        self.database = f"test_faults_{os.getpid()}_{n}"
        self.is_alive = True
        self._cell: Cell | None = None
        self.pipe, other = _fork.Pipe()
        own = folder / str(n)
        own.mkdir()
        arguments = (other, self.database, template, own, limits)
        self._process = _fork.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        other.close()

    def give(self, cell: Cell) -> None:
        self._cell = cell
        with suppress(BrokenPipeError):
            self.pipe.send(cell)

    def take(self) -> Outcome:
        """The outcome that was waited for."""
        cell, self._cell = self._cell, None
        if cell is None:
            raise RuntimeError("This slot was given nothing.")
        try:
            outcome: Outcome = self.pipe.recv()
        except (EOFError, ConnectionError):
            self.is_alive = False
            return Outcome(cell=cell, not_run="its process died")
        return outcome

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self.pipe.send(None)
        self.pipe.close()
        if self._cell is not None:  # we end in the middle of it
            self._process.kill()
        self._process.join()
        postgres.drop(self.database)


def _serve(pipe: Connection, database: str, template: str, folder: Path, limits: Limits) -> None:
    die_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    url = postgres.create(database, template=template)
    with postgres.as_default(url, options=settings.DATABASES["default"]["OPTIONS"]):
        while (cell := pipe.recv()) is not None:
            within = Path(tempfile.mkdtemp(dir=folder))
            pipe.send(_run(cell, within, limits))


def _run(cell: Cell, folder: Path, limits: Limits) -> Outcome:
    run_cell = real.play if cell.is_real else play.play
    try:
        for _ in range(limits.tries):
            outcome = run_cell(cell, folder, patience_s=limits.patience_s)
            if not outcome.not_run:
                break
    except Exception:  # a mistake of the suite's own must not end the slot
        logs = "".join(file.read_text(errors="replace") for file in folder.glob("*.log"))
        return Outcome(cell=cell, problems=[traceback.format_exc()], log=logs)
    return outcome
