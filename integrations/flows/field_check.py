"""Compares the fields that an ERP has with those the portal was set up for: at each test of the
connection and once a day.

What changed stops only what needs it (`gateways.field_shapes`) and is one issue per connection,
until the field is back or a person accepts its new shape.
"""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.errors import PortalError
from integrations.flows import issues
from integrations.flows.periodic import unpark
from integrations.gateways import connections, field_shapes
from integrations.gateways.field_shapes import FieldChange
from integrations.gateways.opening import open_adapter
from integrations.models import Connection, Issue, StateChange
from integrations.ports import DescribesFields
from integrations.records import TestReport, UsedField

EVERY = timedelta(days=1)
WORD = "field_check"


def test_connection(connection: Connection, *, actor: str) -> TestReport:
    """Tests the connection; a good test compares its fields too."""
    report = connections.test_connection(connection, actor=actor)
    if report.is_ok:
        # It may go away just now: the exchange is kept, and the next test tells more.
        with contextlib.suppress(PortalError):
            check_fields(connection, actor=actor, while_paused=True)
    return report


test_connection.__test__ = False  # type: ignore[attr-defined] # not a test, whatever pytest thinks


def check_fields(
    connection: Connection, *, actor: str, while_paused: bool = False
) -> list[FieldChange]:
    """Asks the remote and keeps what differs from what was accepted; opens, rewords or resolves
    the issue about it. The first time everything that is there is accepted.

    A remote whose adapter describes no fields has none that change.
    """
    found = _found(connection, actor=actor, while_paused=while_paused)
    compared = field_shapes.compare(connection.field_shapes.get("accepted", {}), found)
    with transaction.atomic():
        _keep(connection, compared.accepted, compared.changes)
        _tell(connection, list(compared.changes), actor=actor)
    return list(compared.changes)


def accept_fields(connection: Connection, *, actor: str, reason: str) -> int:
    """Takes the fields as they are now; what they stopped goes on. How many had changed.

    Asks the remote once more: what is accepted is what is there at that moment.
    """
    found = _found(connection, actor=actor, while_paused=True)
    changes = field_shapes.compare(connection.field_shapes.get("accepted", {}), found).changes
    with transaction.atomic():
        _keep(connection, field_shapes.as_found(found), ())
        StateChange.objects.create(
            subject="connection",
            subject_id=connection.pk,
            after="fields accepted",
            actor=actor,
            reason=f"{reason} ({'; '.join(str(one) for one in changes)})",
        )
        _tell(connection, [], actor=actor)
    return len(changes)


def start_checks(now: datetime) -> list[SyncJob]:
    """Asks for the daily check of every ERP that was tested; called by the beat. Repeatable."""
    due = (now - EVERY).isoformat()
    erps = Connection.objects.filter(role=Connection.Role.ERP, last_tested_at__isnull=False)
    jobs = [
        start_job(
            "check_fields",
            key=f"{WORD}:{connection.pk}",
            actor=WORD,
            payload={"connection": connection.pk},
            resources={"erp": connection.resource_id},
            dedupe_key=f"{WORD}:{connection.pk}",
        )
        for connection in erps
        if connection.field_shapes.get("checked_at", "") < due
    ]
    return [unpark(job, actor=WORD, now=now) for job in jobs]


def check(ctx: StepContext) -> Mapping[str, Any]:
    connection = Connection.objects.get(pk=ctx.payload["connection"])
    changes = check_fields(connection, actor=f"job {ctx.job_id}")
    return {"changed": [str(change) for change in changes]}


# ---------------------------------------------------------------- the fine print


def _found(connection: Connection, *, actor: str, while_paused: bool) -> list[UsedField]:
    with open_adapter(connection, actor=actor, while_paused=while_paused) as adapter:
        return list(adapter.used_fields()) if isinstance(adapter, DescribesFields) else []


def _keep(
    connection: Connection,
    accepted: Mapping[str, Mapping[str, str]],
    changes: tuple[FieldChange, ...],
) -> None:
    connection.field_shapes = {
        "accepted": accepted,
        "changes": field_shapes.as_json(changes),
        "checked_at": timezone.now().isoformat(),
    }
    connection.save(update_fields=["field_shapes"])


def _tell(connection: Connection, changes: list[FieldChange], *, actor: str) -> None:
    cause = f"{connection.resource_id}:{field_shapes.cause_of(connection)}"
    if changes:
        issues.note_cause(
            cause,
            kind="needs_operator",
            title=field_shapes.title_of(connection, changes),
            hint=field_shapes.HINT,
            connection=connection,
        )
        return
    for issue in Issue.objects.filter(cause=cause, state=Issue.State.OPEN):
        issues.requeue_blocked(issue, actor=actor, reason="the fields are as they are expected")
        issues.resolve(issue, actor=actor, reason="The fields are as they are expected.")


CHECK_FIELDS = register(
    JobKind(
        "check_fields",
        [StepSpec("check", check, on="erp")],
        coalesce=True,
        on_move=issues.note_move,
    )
)
