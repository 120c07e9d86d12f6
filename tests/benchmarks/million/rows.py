"""A million jobs as years of work leave them behind, made by the database itself.

Most are done. The open ones are the hard cases of a claim: they are due, and before all that
can be claimed, but their connection is dead or paused, or another job of their key stands
before them.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from psycopg import sql

from integrations.engine import limits
from integrations.engine.models import (
    Attempt,
    BreakerState,
    JobMove,
    KeyHead,
    Resource,
    Step,
    SyncJob,
)
from integrations.models import Connection, Issue, IssueItem
from tests.factories import ConnectionFactory

HEALTHY, SLOTS = 20, 16
KEYS = 200_000
DEAD_DUE, DEAD_LATER, PAUSED = 7_000, 3_000, 2_000
HEAVY_KEYS, PER_HEAVY_KEY = 50, 100  # 40 of the keys wait for a person, 10 for a worker
PARKED, RETRYING, HELD, CLAIMABLE = 3_000, 2_000, 500, 2_000
RECOVERED = 500
ISSUES = 40

_KINDS = "(ARRAY['push_order','write_progress','record_payment','refresh_progress'])[1 + n % 4]"
_ERROR: dict[str, str] = {
    "attempts": "3",
    "error_kind": "'not_sent'",
    "error_reason": "'no_connection'",
    "error_text": "'POST:/json/2/sale.order/load was not sent: no connection.'",
    "failed_at": "now() - interval '5 minutes'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remotes:
    """The connections the jobs belong to; `healthy` have ids without a gap."""

    healthy: list[Connection]
    dead: Connection
    paused: Connection
    recovered: Connection


def fill(million: int) -> Remotes:
    """Fills the empty default database. Not for a database that anything else uses."""
    remotes = _remotes()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no foreign key is wrong here
        cursor.execute("SET synchronous_commit = off")
    _jobs(million, remotes)
    _keys()
    _steps(million)
    _issues()
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")
        cursor.execute("RESET synchronous_commit")
        cursor.execute(BEHIND)
        cursor.execute("VACUUM ANALYZE")
    return remotes


# As `start_job` says it of each job: whether an older one of its key is open.
BEHIND = """
    UPDATE engine_syncjob AS j SET behind = TRUE
    WHERE j.state IN ('queued', 'waiting', 'parked', 'compensating') AND j.seq > 1
        AND EXISTS (
            SELECT FROM engine_syncjob AS o
            WHERE o.key = j.key AND o.seq < j.seq
                AND o.state IN ('queued', 'running', 'waiting', 'parked', 'compensating')
                AND NOT (o.state = 'parked' AND o.coalesces))"""


def _remotes() -> Remotes:
    healthy = [
        ConnectionFactory(erp=True, name=f"ERP {n}", resource=_resource(f"ERP {n}"))
        for n in range(HEALTHY)
    ]
    dead, paused, recovered = (
        ConnectionFactory(erp=True, name=name, resource=_resource(name))
        for name in ("Dead ERP", "Paused ERP", "Recovered ERP")
    )
    _set(dead, "breaker_state = %s, failures = 5, open_until = now() + '10 min'", BreakerState.OPEN)
    _set(paused, "paused = true, pause_reason = %s", "maintenance until noon")
    _set(recovered, "recovered_at = now() - '1 min'::interval")
    return Remotes(healthy=healthy, dead=dead, paused=paused, recovered=recovered)


def _resource(name: str) -> Resource:
    return limits.create_resource(name, max_running=SLOTS)


def _set(remote: Connection, assignments: str, *values: object) -> None:
    table = Resource._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {assignments} WHERE id = %s",  # noqa: S608 our own words
            [*values, remote.resource_id],
        )


def _jobs(million: int, remotes: Remotes) -> None:
    first = min(remote.resource_id for remote in remotes.healthy)
    healthy = f"{first} + n % {HEALTHY}"
    early, late = "now() - interval '1 hour'", "now() - interval '1 minute'"
    later = "now() + interval '20 minutes'"
    dead, recovered = str(remotes.dead.resource_id), str(remotes.recovered.resource_id)
    _add(DEAD_DUE, key="'dead:' || n", resource=dead, due_at=early, **_ERROR)
    _add(DEAD_LATER, key="'dead-later:' || n", resource=dead, due_at=later, **_ERROR)
    paused = str(remotes.paused.resource_id)
    _add(PAUSED, key="'paused:' || n", resource=paused, due_at=early)
    _add(RECOVERED, key="'back:' || n", resource=recovered, due_at=later, **_ERROR)
    _heavy_keys(healthy, early)
    _finished(million, healthy)
    parked = {**_ERROR, "error_kind": "'needs_operator'", "error_reason": "'customer_missing'"}
    _add(PARKED, key="'parked:' || n", state="'parked'", resource=healthy, due_at=early, **parked)
    _add(RETRYING, key="'retry:' || n", resource=healthy, due_at=later, **_ERROR)
    _add(
        HELD,
        key="'held:' || n",
        state="'waiting'",
        wait_reason="'held: look at it'",
        resource=healthy,
        due_at=early,
    )
    _add(CLAIMABLE, key="'claimable:' || n", resource=healthy, due_at=late)


def _finished(count: int, healthy: str) -> None:
    age = f"interval '10 seconds' * ({count} - n)"
    _add(
        count,
        key=f"'order:order_' || lpad((n % {KEYS})::text, 8, '0')",
        seq=f"1 + n / {KEYS}",
        state="CASE WHEN n % 100 = 0 THEN 'cancelled' ELSE 'done' END",
        resource=healthy,
        due_at=f"now() - {age}",
        created_at=f"now() - {age}",
        started_at=f"now() - {age}",
        finished_at=f"now() - {age} + interval '3 seconds'",
        lease_token="1",
    )


def _heavy_keys(healthy: str, early: str) -> None:
    """Keys with a hundred open jobs each, none of which can go on."""
    number, parked = f"n % {HEAVY_KEYS}", f"n < {HEAVY_KEYS} AND n % 5 > 0"
    leased = f"n < {HEAVY_KEYS} AND n % 5 = 0"
    _add(
        HEAVY_KEYS * PER_HEAVY_KEY,
        start=0,
        key=f"'heavy:' || {number}",
        seq=f"1 + n / {HEAVY_KEYS}",
        state=f"CASE WHEN {parked} THEN 'parked' WHEN {leased} THEN 'running' ELSE 'queued' END",
        lease_owner=f"CASE WHEN {leased} THEN 'elsewhere:1' ELSE '' END",
        lease_until=f"CASE WHEN {leased} THEN now() + interval '1 day' END",
        error_text=f"CASE WHEN {parked} THEN 'No counterpart.' ELSE '' END",
        resource=healthy,
        due_at=early,
    )


def _add(count: int, *, start: int = 1, **given: str) -> None:
    usual = {
        "kind": _KINDS,
        "lane": "'orders'",
        "seq": "1",
        "actor": "'event'",
        "payload": "jsonb_build_object('order', n)",
        "created_at": "now() - interval '1 hour'",
    }
    rows = f"generate_series({start}, {start + count - 1}) AS n"
    insert(SyncJob, rows, **{**usual, **given})


def _keys() -> None:
    jobs = SyncJob._meta.db_table
    insert(
        KeyHead,
        f"(SELECT key AS k, max(seq) AS m FROM {jobs} GROUP BY key) AS heads",  # noqa: S608
        key="k",
        last="m",
    )


def _steps(million: int) -> None:
    """One step, try and move for each finished job, three steps for each open one."""
    jobs, steps = SyncJob._meta.db_table, Step._meta.db_table
    finished = f"(SELECT id AS job, 1 AS n FROM {jobs} WHERE finished_at IS NOT NULL) AS s"  # noqa: S608
    unfinished = (
        f"(SELECT id AS job, n, error_kind FROM {jobs}, generate_series(1, 3) AS n"  # noqa: S608
        " WHERE finished_at IS NULL) AS s"
    )
    name = "(ARRAY['read','create','tell'])[n]"
    done = {"started_at": "now()", "finished_at": "now()", "attempts": "1"}
    insert(Step, finished, job="job", n="n", name=name, state="'done'", **done)
    doubtful = (
        "CASE WHEN n = 2 AND error_kind <> '' AND job % 50 = 0 THEN 'in_doubt' ELSE 'open' END"
    )
    insert(Step, unfinished, job="job", n="n", name=name, state=doubtful)
    insert(
        Attempt,
        f"(SELECT id AS step FROM {steps} WHERE state = 'done') AS s",  # noqa: S608
        step="step",
        n="1",
        actor="'event'",
        lease_token="1",
        outcome="'done'",
        started_at="now()",
        finished_at="now()",
    )
    insert(
        JobMove,
        f"(SELECT id AS job FROM {jobs} WHERE finished_at IS NOT NULL) AS s",  # noqa: S608
        job="job",
        from_state="'running'",
        to_state="'done'",
        reason="'all steps are done'",
        actor="'engine'",
    )


def _issues() -> None:
    jobs = SyncJob._meta.db_table
    insert(
        Issue,
        f"generate_series(1, {ISSUES}) AS n",
        cause="'customer:' || n",
        kind="'needs_operator'",
        title="'Company ' || n || ' has no counterpart in the ERP.'",
        state="'open'",
    )
    blocked = f"(SELECT id AS job FROM {jobs} WHERE key LIKE 'parked:%%') AS s"  # noqa: S608
    first = Issue.objects.order_by("id").values_list("id", flat=True)[0]
    insert(IssueItem, blocked, issue=f"{first} + job % {ISSUES}", job="job")


def insert(model: type[models.Model], rows: str, **given: str) -> None:
    """INSERT … SELECT from `rows`; `given` are SQL by field, the rest are the model's defaults."""
    columns: dict[str, sql.Composable] = {}
    for field in model._meta.concrete_fields:
        if field.name in given:
            columns[field.column] = sql.SQL(given[field.name].replace("%%", "%"))
        elif not field.primary_key and field.db_default is models.NOT_PROVIDED:
            columns[field.column] = sql.Literal(_default(field))
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(columns.values()),
        sql.SQL(rows.replace("%%", "%")),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _default(field: Any) -> object:
    return field.get_db_prep_save(field.get_default(), connection)
