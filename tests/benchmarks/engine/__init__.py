"""Three-step jobs per second, and how soon one starts, against DBOS Transact in the same run.

Both do the same job (three steps, one POST each) with two worker processes, on the same
PostgreSQL server and against the same HTTP server. Ours is the shipped worker with exchanges,
fence checks and rate limit on. Each round gets a fresh database; the sides take turns.

    BENCH_JOBS, BENCH_SINGLES, BENCH_ROUNDS    how much is measured
    python -m tests.benchmarks.engine          one side alone, or a profile; see its --help
"""

import os
import statistics
import sys
from collections import defaultdict

from tests.benchmarks import Measurement
from tests.benchmarks.engine.remote import Remote, running_remote
from tests.benchmarks.engine.rounds import Round, play
from tests.benchmarks.engine.sides import DBOS_AS_ADVISED, DBOS_AS_SHIPPED, Portal, Side

JOBS = int(os.environ.get("BENCH_JOBS", "1500"))
SINGLES = int(os.environ.get("BENCH_SINGLES", "40"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))

NOTIFIED, WOKEN = Portal(notifies=True), Portal(notifies=False)
SIDES: list[Side] = [NOTIFIED, DBOS_AS_ADVISED, WOKEN, DBOS_AS_SHIPPED]
# Jobs per second, ours against theirs: this is required, twice is the aim.
GOAL, AIM = 1.5, 2.0
# Milliseconds until a job starts, promised whatever wakes the workers.
START_NOTIFIED_MS, START_WOKEN_MS = 10.0, 60.0


def measure() -> list[Measurement]:
    with running_remote() as remote:
        say(f"the HTTP server answers {remote.ceiling():.0f} POSTs per second at most")
        played = contest(SIDES, remote, jobs=JOBS, singles=SINGLES, rounds=ROUNDS)
    per_s = {
        name: statistics.median(r.jobs_per_s for r in rounds) for name, rounds in played.items()
    }
    starts = {name: statistics.median(r.p50_ms for r in rounds) for name, rounds in played.items()}
    rows = [
        _throughput(ours, theirs, per_s)
        for ours in (NOTIFIED, WOKEN)
        for theirs in (DBOS_AS_ADVISED, DBOS_AS_SHIPPED)
    ]
    return [
        *rows,
        _start(NOTIFIED.name, starts, "the stated limit", START_NOTIFIED_MS),
        _start(WOKEN.name, starts, "the stated limit", START_WOKEN_MS),
        _start(NOTIFIED.name, starts, DBOS_AS_ADVISED.name, starts[DBOS_AS_ADVISED.name]),
    ]


def contest(
    sides: list[Side], remote: Remote, *, jobs: int, singles: int, rounds: int
) -> dict[str, list[Round]]:
    """Plays all sides in turn, that often; each round by the name of its side."""
    played: dict[str, list[Round]] = defaultdict(list)
    try:
        for side in sides:
            side.prepare()
        for n in range(1, rounds + 1):
            for side in sides:
                found = play(side, remote, jobs=jobs, singles=singles)
                say(f"round {n}: {found}")
                played[side.name].append(found)
    finally:
        for side in sides:
            side.clean()
    return played


def say(line: str) -> None:
    sys.stdout.write(f"engine: {line}\n")
    sys.stdout.flush()


def _throughput(ours: Side, theirs: Side, per_s: dict[str, float]) -> Measurement:
    return Measurement(
        name=f"three-step jobs, {ours.name} (aim ≥ {AIM:.2f})",
        reference_name=theirs.name,
        reference=per_s[theirs.name],
        ours=per_s[ours.name],
        unit="jobs/s",
        goal=GOAL,
        is_cost=False,
    )


def _start(name: str, starts: dict[str, float], against: str, reference: float) -> Measurement:
    return Measurement(
        name=f"p50 from commit to first step, {name}",
        reference_name=against,
        reference=reference,
        ours=starts[name],
        unit="ms",
        goal=1.0,
    )
