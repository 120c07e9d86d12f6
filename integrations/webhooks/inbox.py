"""Stores a verified callback once and hands it on, in one transaction.

Accepted means kept: the answer to the sender comes after this commit. A handler that fails
loses nothing either: the event stays as `failed` with the reason, and `redispatch` (a duty of
the beat) tries it again.
"""

import hashlib
import logging

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from integrations import logs
from integrations.adapters.callbacks import InboundEvent
from integrations.engine import faults
from integrations.models import Connection, Event
from integrations.webhooks.handlers import dispatch

logger = logging.getLogger(__name__)


def receive(connection: Connection, inbound: InboundEvent, body: bytes) -> tuple[Event, bool]:
    """(event, is new). A known `event_id` only counts up `repeats` on the row it has."""
    try:
        with transaction.atomic():
            event = Event.objects.create(
                connection=connection,
                event_id=inbound.event_id,
                type=inbound.type,
                subject=inbound.subject,
                body=inbound.payload,
                digest=hashlib.sha256(body).hexdigest(),
                occurred_at=inbound.occurred_at,
            )
            handle(event)
            faults.reach("event_handled")
    except IntegrityError:
        known = Event.objects.filter(connection=connection, event_id=inbound.event_id)
        if not known.update(repeats=F("repeats") + 1):
            raise  # not the event's own uniqueness: nothing was stored, the sender must retry
        logger.info("event_repeated connection=%s event=%s", connection.pk, inbound.event_id)
        return known.get(), False
    faults.reach("event_committed")
    return event, True


def handle(event: Event) -> None:
    """Runs the event's handler in a savepoint and records what came of it."""
    with logs.bind(connection=event.connection_id, event=event.pk):
        try:
            with transaction.atomic():
                outcome = dispatch(event)
        except Exception as exc:
            # The event must be stored whatever our handler does; its row carries the reason.
            logger.exception("event_failed type=%s subject=%s", event.type, event.subject)
            _record(event, Event.State.FAILED, f"{type(exc).__name__}: {exc}")
            return
        event.job = outcome.job
        _record(event, outcome.state, outcome.note)
        logger.info("event_%s type=%s subject=%s", outcome.state, event.type, event.subject)


def redispatch(limit: int = 100) -> int:
    """Tries failed events again, the longest untried first; returns how many were handled."""
    failed = Event.objects.filter(state=Event.State.FAILED).select_related("connection")
    handled = 0
    for event in failed.order_by("handled_at", "id")[:limit]:
        with transaction.atomic():
            handle(event)
        handled += event.state == Event.State.HANDLED
    return handled


def _record(event: Event, state: Event.State, note: str) -> None:
    text = note[:300].replace("\x00", "")  # PostgreSQL takes none, and the reason must be kept
    event.state, event.note, event.handled_at = state, text, timezone.now()
    event.save(update_fields=["state", "note", "handled_at", "job"])
