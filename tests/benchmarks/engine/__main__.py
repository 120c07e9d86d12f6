"""Parts of the benchmark, for whoever tunes the engine.

    python -m tests.benchmarks.engine notified woken advised shipped    rounds of these sides
    python -m tests.benchmarks.engine --profile                 statements per job, in order

BENCH_JOBS, BENCH_SINGLES and BENCH_ROUNDS as in the benchmark; BENCH_RATE=0 leaves the rate
limit out, BENCH_SLOTS says how many jobs may run at once. For a profile of the processor
run `py-spy record --subprocesses -- …` around the first form (py-spy is not installed here).
"""

import argparse
import sys

from tests.benchmarks import engine
from tests.benchmarks.engine.remote import running_remote
from tests.benchmarks.engine.sides import DBOS_AS_ADVISED, DBOS_AS_SHIPPED, Side

SIDES: dict[str, Side] = {
    "notified": engine.NOTIFIED,
    "woken": engine.WOKEN,
    "advised": DBOS_AS_ADVISED,
    "shipped": DBOS_AS_SHIPPED,
}
PROFILED_JOBS = 100


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.engine",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sides", nargs="*", metavar="side", help=", ".join(SIDES))
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    unknown = set(options.sides) - set(SIDES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if options.profile:
        profile()
    else:
        chosen = [SIDES[name] for name in options.sides or ["notified"]]
        with running_remote() as remote:
            engine.contest(
                chosen,
                remote,
                jobs=engine.JOBS,
                singles=engine.SINGLES,
                rounds=engine.ROUNDS,
            )


def profile() -> None:
    side = engine.NOTIFIED
    try:
        side.prepare()
        with running_remote() as remote:
            found = side.profile(remote, PROFILED_JOBS)
    finally:
        side.clean()
    for row in found["statements"]:
        text = " ".join(row["sql"].split())
        sys.stdout.write(f"{row['per_job']:6.2f} × {row['ms_per_job']:6.2f} ms  {text[:240]}\n")
    sys.stdout.write(
        f"per three-step job: {found['statements_per_job']:.1f} statements, "
        f"{found['commits_per_job']:.1f} commits, {found['ms_per_job']:.1f} ms of which "
        f"{found['cpu_ms_per_job']:.1f} ms processor of this process\n"
    )


if __name__ == "__main__":
    main()
