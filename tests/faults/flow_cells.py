"""Cells of the fault matrix in which a whole flow takes part, with real worker processes.

Each function makes its own database and stand-ins, runs its story and returns what the
stand-ins' own log and the ledger say afterwards.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from integrations.engine import runner
from integrations.engine.models import JobState, SyncJob
from integrations.models import Alert, Issue, Order, StateChange
from tests.support import keyless, postgres
from tests.support.keyless.world import KeylessWorld, keyless_world
from tests.support.processes import Worker, running_worker, wait_for

Variant = Literal["untouched", "touched"]

# A stopped process must stay stopped: neither the watchdog nor the cluster may end it.
PATIENT = {"ENGINE_CANARY_STALE_S": "600", "ENGINE_CANARY_S": "5"}
SEND_ONLY = {"SWEEP_S": "3600"}
SWEEPING = {"SWEEP_S": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StalledKeyless:
    """What came of one order whose sender stalled before a keyless ERP.

    `doubled`: the ERP took it twice. `found`: the sweep saw that. `repaired`: one living order
    is left, the one our rows are bound to. `told`: an alert, and either the history and a count
    of one, or an issue that names all living orders and asks.
    """

    doubled: bool
    found: bool
    repaired: bool
    told: bool


def run_stalled_keyless(variant: Variant, folder: Path) -> StalledKeyless:
    """A worker stops between the fence check and the send for longer than its lease; another
    one pushes the order; the first wakes and sends. `touched`: a person then works with the
    second order before the sweep comes.

    Needs PostgreSQL and unblocked database access; `folder` takes logs.
    """
    with _world(folder) as (world, environment):
        order_id = _send_twice(world, environment, folder)
        newest = world.erp.under(order_id)[-1]["ref"]
        if variant == "touched":
            world.erp.touch(newest)
        with running_worker({**environment, **SWEEPING}, folder) as worker:
            _wait_until_seen_to(variant, worker)
        return _outcome(world, order_id)


def run_killed_repair(point: str, folder: Path) -> StalledKeyless:
    """As above with an untouched second order, and the worker that repairs is killed at `point`."""
    with _world(folder) as (world, environment):
        order_id = world.place()
        while runner.drain():
            pass
        world.send_again(order_id)
        mark = folder / "killed"
        fault = {"ENGINE_FAULT": f"{point}:kill", "ENGINE_FAULT_MARK": str(mark)}
        with running_worker({**environment, **SWEEPING, **fault}, folder) as worker:
            _wait_until_seen_to("untouched", worker)
        assert mark.exists(), f"{point} was never reached"
        return _outcome(world, order_id)


def _send_twice(world: KeylessWorld, environment: dict[str, str], folder: Path) -> str:
    """The order, once by the worker that took over and once by the one that wakes too late."""
    mark = folder / "stopped"
    stalling = {"ENGINE_FAULT": "checked/create:stop", "ENGINE_FAULT_MARK": str(mark)}
    first_env = {**environment, **SEND_ONLY, **stalling}
    with running_worker(first_env, folder, "--lane", "orders") as first:
        order_id = world.place()
        zombie = wait_for(lambda: _stopped_below(first), f"nothing stopped:\n{first.log}")
        with running_worker({**environment, **SEND_ONLY}, folder, "--lane", "orders") as second:
            wait_for(
                lambda: world.order(order_id).state == "confirmed",
                f"nobody took over:\n{first.log}{second.log}",
            )
            assert len(world.erp.under(order_id)) == 1
            zombie.resume()
            wait_for(
                lambda: len(world.erp.under(order_id)) == 2,
                f"it woke and did not send:\n{first.log}",
            )
    return order_id


def _stopped_below(worker: Worker) -> psutil.Process | None:
    for process in psutil.Process(worker.process.pid).children(recursive=True):
        if process.status() == psutil.STATUS_STOPPED:
            return process
    return None


def _wait_until_seen_to(variant: Variant, worker: Worker) -> None:
    state = JobState.PARKED if variant == "touched" else JobState.DONE
    wait_for(
        lambda: SyncJob.objects.filter(kind="settle_double", state=state).exists(),
        f"the sweep did not see to it:\n{worker.log}",
    )


def _outcome(world: KeylessWorld, order_id: str) -> StalledKeyless:
    order = world.order(order_id)
    is_repaired = [one["ref"] for one in world.erp.living(order_id)] == [order.erp_ref]
    return StalledKeyless(
        doubled=len(world.erp.under(order_id)) == 2,
        found=SyncJob.objects.filter(kind="settle_double").exists(),
        repaired=is_repaired,
        told=_is_told_once(order) if is_repaired else _is_asked(world, order_id),
    )


def _is_told_once(order: Order) -> bool:
    history = StateChange.objects.filter(subject="order", subject_id=order.pk)
    issue = Issue.objects.get(kind="doubled", state="open")
    return (history.filter(reason__contains="twice").count(), issue.count) == (
        1,
        1,
    ) and _is_alerted(issue)


def _is_asked(world: KeylessWorld, order_id: str) -> bool:
    """An issue names every living order of this reference."""
    issue = Issue.objects.get(kind="needs_operator", state="open")
    numbers = [one["number"] for one in world.erp.living(order_id)]
    return all(number in issue.title for number in numbers) and _is_alerted(issue)


def _is_alerted(issue: Issue) -> bool:
    return Alert.objects.filter(cause=f"issue:{issue.cause}"[:200]).exists()


@contextmanager
def _world(folder: Path) -> Iterator[tuple[KeylessWorld, dict[str, str]]]:
    name = f"test_cell_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    url = postgres.create_migrated(name)
    try:
        with postgres.as_default(url), keyless_world() as world:
            yield (
                world,
                {
                    "DATABASE_URL": url,
                    "ALERT_EMAILS": "ops@example.com",
                    "EMAIL_URL": "dummymail://",
                    **keyless.ENVIRONMENT,
                    **PATIENT,
                },
            )
    finally:
        postgres.drop(name)
