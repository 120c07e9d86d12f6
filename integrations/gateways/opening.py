"""Opens a connection: row → secrets → HTTP session with recorder and limiter → adapter.

The only way to a remote. Nothing here holds a transaction: a remote call inside one would
keep locks for as long as the remote likes, and its exchange would vanish with a rollback.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction

from integrations import adapters
from integrations.engine import clock, context, limits, sql
from integrations.engine.models import Resource
from integrations.engine.retry import OUTAGE
from integrations.errors import NeedsOperator, PortalError, Unavailable
from integrations.http import Limits, Session
from integrations.models import Connection
from integrations.records import ExchangeRecord

USUAL_WAIT_S, HURRIED_WAIT_S = 10.0, 2.0  # for the turn at a remote that is asked often


@contextmanager
def open_adapter(
    connection: Connection,
    *,
    actor: str = "",
    run_id: int | None = None,
    while_paused: bool = False,
    within_s: float | None = None,
) -> Iterator[Any]:
    """The connection's adapter, for the length of the block.

    `within_s` bounds all its calls together, for somebody who waits: a remote that is known to
    be away is not asked then, and that it was slow for them says nothing to its breaker. Raises
    NeedsOperator when the connection is paused (unless `while_paused`: tests do that).
    """
    credentials, is_hurried = connection.credentials, within_s is not None
    if not while_paused:
        _refuse_paused(connection)
    if is_hurried:
        _refuse_away(connection)
    session = Session(
        base_url=connection.base_url,
        recorder=ExchangeRecorder(connection, actor=actor, run_id=run_id),
        limiter=ResourceLimiter(
            connection.resource_id, is_test=while_paused, is_hurried=is_hurried
        ),
        limits=Limits(
            connect_s=settings.HTTP_CONNECT_TIMEOUT_S,
            read_s=settings.HTTP_READ_TIMEOUT_S,
            deadline_s=settings.HTTP_READ_TIMEOUT_S * 3,
            max_bytes=settings.HTTP_MAX_RESPONSE_BYTES,
        ),
        allow_private=connection.allow_private_addresses,
        verify_tls=connection.verify_tls,
        secrets=(
            *credentials.values(),
            connection.hook_token,
            connection.subscription_secret,
        ),
        ends_at=None if within_s is None else time.monotonic() + within_s,
    )
    try:
        yield adapters.spec(connection.kind).open(session, connection.settings, credentials)
    finally:
        session.close()


class ExchangeRecorder:
    """Writes each call as an Exchange of its own, bound to the step, run or click it serves."""

    def __init__(self, connection: Connection, *, actor: str, run_id: int | None) -> None:
        self._connection, self._actor, self._run_id = connection, actor, run_id

    def record(self, exchange: ExchangeRecord) -> None:
        running = context.current()
        with transaction.atomic(durable=True):
            pass  # refuses to run inside a transaction that could take the row back
        row = {
            "connection_id": self._connection.pk,
            "job_id": running.job_id if running else None,
            "step_id": running.step_id if running else None,
            "attempt_id": running.attempt_id if running else None,
            "run_id": self._run_id,
            "actor": self._actor,
            "method": exchange.method,
            "url": exchange.url,
            "endpoint": exchange.endpoint[:200],
            "status": exchange.status,
            "error_kind": exchange.error_kind,
            "duration_ms": exchange.duration_ms,
            "request_headers": json.dumps(exchange.request_headers),
            "request_body": exchange.request_body,
            "response_headers": json.dumps(exchange.response_headers),
            "response_body": exchange.response_body,
            "at": sql.stored(exchange.started_at),
        }
        sql.write(_KEEP, list(row.values()))


# Unhurried: what the step writes down next waits for the disk, and with it for this row.
_KEEP = """
    INSERT INTO integrations_exchange (
        connection_id, job_id, step_id, attempt_id, run_id, actor, method, url, endpoint, status,
        error_kind, duration_ms, request_headers, request_body, response_headers, response_body,
        at)
    SELECT CAST(%s AS bigint), CAST(%s AS bigint), CAST(%s AS bigint), CAST(%s AS bigint),
        CAST(%s AS bigint), %s, %s, %s, %s, CAST(%s AS smallint), %s, %s, {json}, %s, {json}, %s,
        %s
    FROM {unhurried}"""


class ResourceLimiter:
    """Rate tokens, "not before" and the breaker of one connection, shared by all processes."""

    def __init__(self, resource_id: int, *, is_test: bool, is_hurried: bool = False) -> None:
        self._resource_id, self._is_test, self._is_hurried = resource_id, is_test, is_hurried

    def before(self) -> None:
        if not self._is_test:
            waits = HURRIED_WAIT_S if self._is_hurried else USUAL_WAIT_S
            limits.take_token(self._resource_id, longest_wait_s=waits)

    def after(self, error: PortalError | None) -> None:
        # A test must neither open the breaker nor pause what it tests. Nor must impatience: a
        # page that nobody waits for any more would keep orders from being sent.
        is_impatience = self._is_hurried and error is not None and error.kind in OUTAGE
        if not (self._is_test or is_impatience):
            limits.note_outcome(self._resource_id, error)


def _refuse_away(connection: Connection) -> None:
    until = Resource.objects.values_list("open_until", flat=True).get(pk=connection.resource_id)
    if until is not None and until > clock.now():
        raise Unavailable(f"{connection.name} is away at the moment.")


def _refuse_paused(connection: Connection) -> None:
    if limits.seems_usable(connection.resource_id):
        return
    resource = Resource.objects.get(pk=connection.resource_id)
    if not resource.paused:
        return
    message = f"{connection.name} is paused: {resource.pause_reason}"
    if context.current() is not None:
        # A job that was claimed before the pause waits with the connection; it is not parked.
        # Not the remote's word: its concurrency must not be lowered for it.
        raise limits.RateLimited(message, retry_after_s=5)
    raise NeedsOperator(
        message,
        reason="connection_paused",
        cause=f"connection:{connection.pk}:paused",
        hint=f"Test and resume the connection {connection.name}.",
    )
