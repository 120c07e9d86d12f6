"""Starts jobs, inside the transaction of the change that asks for them."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from integrations.engine import faults, queue, queueing, sql
from integrations.engine.declare import JobKind, kind_named
from integrations.engine.models import OPEN, JobState, Step, SyncJob


@transaction.atomic
def start_job(
    kind: str,
    *,
    key: str,
    payload: Mapping[str, Any],
    resources: Mapping[str, int],
    actor: str,
    dedupe_key: str = "",
    due_at: datetime | None = None,
    parent: SyncJob | None = None,
    source_version: str = "",
    priority: int = 100,
    wait_reason: str = "",
) -> SyncJob:
    """Creates a job and wakes its lane; both happen only if the caller's transaction commits.

    Jobs of one `key` run one after another in the order of these calls. An open job with the
    same `dedupe_key` is returned instead of a second one. A coalescing kind puts the new
    payload into its job of that key that has not started, unless that one has a newer
    `source_version` (text that sorts by age, such as an ISO time). With `wait_reason` the
    job waits, under that name, until it is released. `resources` maps each role that the
    kind's steps use to a resource id; ValueError names the missing one.

    Holds the lock of the key's head until the caller's transaction ends.
    """
    declared = kind_named(kind)
    _check(declared, key, resources)
    seq = _draw(key)  # also the lock that makes the look-ups below exact
    found = _open_twin(dedupe_key) or _replaced(declared, key, payload, source_version)
    if found is not None:
        return found
    job = SyncJob.objects.create(
        kind=kind,
        lane=declared.lane,
        key=key,
        seq=seq,
        state=JobState.WAITING if wait_reason else JobState.QUEUED,
        wait_reason=wait_reason,
        priority=priority,
        resource_id=_resource_of_first_step(declared, resources),
        resources=dict(resources),
        payload=dict(payload),
        dedupe_key=dedupe_key,
        source_version=source_version,
        coalesces=declared.coalesce,
        behind=queueing.is_behind(key, seq),
        actor=actor,
        parent=parent,
        **({} if due_at is None else {"due_at": due_at}),
    )
    Step.objects.bulk_create(
        Step(job=job, n=n, name=spec.name) for n, spec in enumerate(declared.steps, start=1)
    )
    transaction.on_commit(partial(faults.reach, "started"))
    if not wait_reason and due_at is None:
        queue.wake(declared.lane)
    return job


def _check(kind: JobKind, key: str, resources: Mapping[str, int]) -> None:
    if not key:
        raise ValueError(f"{kind.name}: a job needs an ordering key.")
    missing = sorted(kind.roles - set(resources))
    if missing:
        raise ValueError(f"{kind.name}: no resource given for {', '.join(missing)}.")


_DRAW = """
    INSERT INTO engine_keyhead (key, last) VALUES (%s, 1)
    ON CONFLICT (key) DO UPDATE SET last = engine_keyhead.last + 1 RETURNING last"""


def _draw(key: str) -> int:
    """The next number of the key, taken under its row lock."""
    [[seq]] = sql.rows(_DRAW, [key])
    return int(seq)


def _open_twin(dedupe_key: str) -> SyncJob | None:
    if not dedupe_key:
        return None
    return SyncJob.objects.filter(dedupe_key=dedupe_key, state__in=OPEN).first()


def _replaced(
    kind: JobKind, key: str, payload: Mapping[str, Any], source_version: str
) -> SyncJob | None:
    """The unstarted job of this key, now carrying the newer payload; None if there is none."""
    if not kind.coalesce:
        return None
    unstarted = SyncJob.objects.filter(
        kind=kind.name, key=key, state=JobState.QUEUED, started_at__isnull=True
    )
    job = unstarted.select_for_update().order_by("seq").last()
    if job is None or source_version < job.source_version:
        return job
    job.payload, job.source_version = dict(payload), source_version
    job.save(update_fields=["payload", "source_version"])
    return job


def _resource_of_first_step(kind: JobKind, resources: Mapping[str, int]) -> int | None:
    role = kind.steps[0].on
    return None if role is None else resources[role]
