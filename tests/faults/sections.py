"""The sections of a run: each prints what it has to say and returns its exit code."""

import importlib
import importlib.util
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults import flow_level as flows
from tests.faults import mutations, report, rules, slots
from tests.faults.cells import Cell
from tests.faults.play import Outcome
from tests.support import postgres

FAILED, RAN_LESS = 2, 1
NEMESIS = "tests.faults.nemesis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    slots: int
    template: str
    patience_s: float

    def __call__(self, cells: Sequence[Cell]) -> int:
        """Runs these cells and prints the failing ones as they end, then the table."""
        started = time.monotonic()
        outcomes = []
        for outcome in self._run(cells):
            outcomes.append(outcome)
            if outcome.not_run or outcome.is_failed:
                say(*report.failure(outcome))
        say("", *report.table(outcomes), report.summary(cells, outcomes))
        say(f"took {time.monotonic() - started:.0f} s")
        if any(outcome.is_failed for outcome in outcomes):
            return FAILED
        return RAN_LESS if not cells or any(outcome.not_run for outcome in outcomes) else 0

    def try_rules(self) -> int:
        """Prints the rules and runs what they say cannot occur: no such cell is hit."""
        say(*(f"{count:5}  {reason}" for reason, count in rules.left_out().items()))
        cells = rules.said_to_be_impossible()
        hit = [outcome for outcome in self._run(cells, tries=1) if not outcome.not_run]
        say(*(f"IT CAN OCCUR: {outcome.cell.name}" for outcome in hit))
        say("", f"said to be impossible {len(cells)}, hit {len(hit)}")
        return FAILED if hit else 0

    def _run(self, cells: Sequence[Cell], *, tries: int = slots.TRIES) -> Iterator[Outcome]:
        return slots.run(
            cells,
            slots=self.slots,
            template=self.template,
            patience_s=self.patience_s,
            tries=tries,
        )


def mutation_proof(names: Sequence[str], *, template: str) -> int:
    """Removes one safeguard at a time and prints whether its cell went red."""
    say("", "mutations: each must turn its cell red")
    code = 0
    for verdict in mutations.prove(mutations.named(names), template=template):
        say(verdict.line)
        if verdict.problem:
            code = FAILED
            say(*(f"    | {line}" for line in verdict.output.splitlines()[-40:]))
    return code


def flow_level() -> int:
    failed, lines = flows.run()
    say("", "flow level: doubles are found, repaired and shown", *lines)
    return FAILED if failed else 0


def nemesis(*, seed: int, seconds: float) -> int:
    """Runs the nemesis where it is there."""
    say("", f"nemesis: seed {seed}, {seconds:.0f} s")
    if importlib.util.find_spec(NEMESIS) is None:
        say("not there")
        return 0
    found = importlib.import_module(NEMESIS).run(seed=seed, seconds=seconds)
    say(*found.lines())
    return FAILED if found.failed else 0


@contextmanager
def template(given: str) -> Iterator[str]:
    """A migrated database that slots are copied from: the given one, or one of our own."""
    if given:
        yield given
        return
    name = f"test_faults_template_{os.getpid()}"
    try:
        postgres.create_migrated(name)
        yield name
    finally:
        postgres.drop(name)


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
