"""A run of the whole product while everything around it is killed, stopped and cut off.

    report = run(seed=7, seconds=30)
    print("\n".join(report.lines()))

The plan comes from the seed alone, so a failing seed repeats what was done; what the machine
makes of it may differ in the fine timing. The caller needs Django, and no database.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.nemesis.report import Report

__all__ = ["run"]


def run(seed: int, seconds: float, *, folder: Path | None = None) -> "Report":
    """Runs it and tells what came of it. `folder` keeps the logs of all processes.

    Call it from a thread that lives on: Linux ends the servers with the thread that began them.
    """
    from tests.faults.nemesis import pace, runner, schedule, world

    planned = schedule.plan(seed, seconds, lease_s=pace.LEASE_S)
    with world.own_folder(folder) as logs:
        return runner.run_plan(planned, logs)
