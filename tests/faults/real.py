"""Cells with real processes: a `manage.py worker` tree, or a web process that takes an event.

Where a tree dies with its supervisor, or a web process with its worker, whoever runs them
starts them anew; here we do.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
from django.db import connection

from integrations.engine.models import SyncJob
from integrations.models import Event
from tests.faults import checker, forks, web
from tests.faults.cells import Cell
from tests.faults.play import NotReached, Outcome, judge
from tests.faults.remote import Remote
from tests.faults.scene import FIRST, Scene, wipe
from tests.faults.stage import Stage, of
from tests.support.processes import Worker

BUSY_S = 0.8  # how long the remote is busy with a call whose caller is stopped meanwhile
SLOWER = 4  # real processes take longer to start than forked ones
# A stopped process must not be ended by the watchdog before it went on.
PATIENT = {"ENGINE_CANARY_STALE_S": "120"}


def play(cell: Cell, folder: Path, *, patience_s: float) -> Outcome:
    """Runs a cell of real processes on this process's database, which it empties first."""
    outcome = Outcome(cell=cell)
    wipe()
    with ExitStack() as stack:
        remote = stack.enter_context(Remote(enforces_key=cell.remote == "keyed"))
        scene = Scene(cell, remote)
        stage = Stage(cell, scene, folder=folder, stack=stack, patience_s=patience_s * SLOWER)
        try:
            outcome.recovery_s = _PLAYS[cell.point](stage)
        except NotReached as exc:
            outcome.not_run = str(exc)
        except AssertionError as exc:
            outcome.problems.append(str(exc))
        if not outcome.not_run:
            judge(outcome, checker.check(remote.log, scene.expected()))
    outcome.log = "".join(file.read_text(errors="replace") for file in folder.glob("*.log"))
    return outcome


def killed_worker(stage: Stage) -> float:
    """A process of a worker tree dies; the rest of the tree goes on."""
    stage.scene.start_all()
    stage.worker(**stage.armed)
    return stage.await_rest(since=stage.await_hit())


def stopped_worker(stage: Stage) -> float:
    """A process stalls for longer than its lease, and goes on when its job is done."""
    stage.scene.start_all()
    worker = stage.worker(**stage.armed, **PATIENT)
    hit_at = stage.await_hit()
    stage.worker()
    recovery_s = stage.await_rest(since=hit_at)
    stage.stopped().send_signal(signal.SIGCONT)
    stage.await_true(lambda: "job_fenced" in worker.log, "the stalled worker was not fenced")
    return recovery_s


def killed_sweep(stage: Stage) -> float:
    """A worker dies, and then the beat while it gives the lease back."""
    stage.scene.start_all()
    first = forks.worker(stage.folder / "first.log", fault="intent/create:kill")
    stage.await_true(first.is_hit, "the first worker was not hit")
    first.end()
    stage.worker(**stage.armed)
    return stage.await_rest(since=stage.await_hit())


def hurt_cluster(stage: Stage) -> float:
    """The workers of a cluster are killed, or stopped for good; the rest of the tree goes on."""
    worker = stage.worker()
    stage.start_other_alone()
    hurt_at = _hurt(worker, stage.cell.action)
    stage.scene.start_key()
    return stage.await_rest(since=hurt_at)


def killed_watchdog(stage: Stage) -> float:
    """They are stopped, and then the supervisor dies while it ends the cluster."""
    worker = stage.worker(**stage.armed)
    stage.start_other_alone()
    _hurt(worker, "stop")
    stage.scene.start_key()
    hit_at = stage.await_hit()
    stage.worker()
    return stage.await_rest(since=hit_at)


def stopped_tree(stage: Stage) -> float:
    """All processes of a tree stop in the middle of jobs, its leading beat among them."""
    worker = stage.worker()
    stage.start_other_alone()
    stage.scene.remote.dials.set("slow_commit", seconds=BUSY_S, times=1, only="reserve")
    stage.scene.start_key()
    stage.await_true(SyncJob.objects.exclude(lease_until=None).exists, "no job was taken")
    frozen = of(stage.folder)
    _freeze_between_transactions(frozen)
    hit_at = time.time()
    stage.worker()
    recovery_s = stage.await_rest(since=hit_at)
    _signal(frozen, signal.SIGCONT)
    stage.await_true(lambda: "job_fenced" in worker.log, "the stopped tree was not fenced")
    return recovery_s


def _freeze_between_transactions(processes: Sequence[psutil.Process]) -> None:
    """So that it is the leader's lock alone that could hold the others up.

    What is stopped inside a transaction is told by the points of this kind.
    """
    _signal(processes, signal.SIGSTOP)
    while _is_any_session_inside_a_transaction():
        _signal(processes, signal.SIGCONT)
        time.sleep(0.03)
        _signal(processes, signal.SIGSTOP)


def _is_any_session_inside_a_transaction() -> bool:
    time.sleep(0.1)  # a statement that was under way ends
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return bool(cursor.fetchone()[0])


def _signal(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _hurt(worker: Worker, action: str) -> float:
    """Hits both workers: a dead one of them may have left the lock of its queue behind."""
    number = signal.SIGKILL if action == "kill" else signal.SIGSTOP
    _signal(worker.q_workers(forks.LANE)[:2], number)
    return time.time()


def killed_inbox(stage: Stage) -> float:
    """A web process dies while it takes an event; the sender hears nothing and sends again."""
    sender = web.Sender({**stage.scene.payload(FIRST), "order_id": FIRST})
    environment = {**os.environ, **stage.environment}
    with web.serving({**environment, **stage.armed}, stage.folder) as address:
        first = sender.send(address)
        hit_at = stage.await_hit()
    with web.serving(environment, stage.folder) as address:
        answers = [first, sender.send(address), sender.send(address)]
    stage.scene.start_rest()
    finisher = forks.worker(stage.folder / "last.log")
    try:
        recovery_s = stage.await_rest(since=hit_at)
    finally:
        finisher.end()
    known = stage.cell.point == "event_committed"
    assert answers == [0, 200 if known else 202, 200], f"the sender was answered {answers}"
    assert Event.objects.count() == 1, f"{Event.objects.count()} events are kept of one"
    return recovery_s


_PLAYS: dict[str, Callable[[Stage], float]] = {
    "event_handled": killed_inbox,
    "event_committed": killed_inbox,
    "sent": killed_worker,
    "checked": stopped_worker,
    "sweeping": killed_sweep,
    "swept": killed_sweep,
    "tree": stopped_tree,
    "cluster_workers": hurt_cluster,
    "cluster_stuck": killed_watchdog,
    "cluster_killed": killed_watchdog,
}
