"""Adding, changing, removing and testing connections: what the admin and the commands call."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from integrations import adapters, secrets
from integrations.engine import limits
from integrations.engine.models import Resource
from integrations.errors import NeedsOperator, PortalError
from integrations.gateways.opening import open_adapter
from integrations.http import check_address
from integrations.models import Connection, StateChange
from integrations.ports import TestsConnection
from integrations.records import Check, TestReport


def add_connection(
    *,
    kind: str,
    name: str,
    url: str,
    settings: Mapping[str, str],
    credentials: Mapping[str, str],
    actor: str,
    allow_private: bool = False,
    verify_tls: bool = True,
    hook_token: str | None = None,
) -> Connection:
    """Saves a new connection with its engine resource and a fresh hook token.

    The resource is that of the account, shared with other connections, where the vendor counts
    requests per account.

    Raises NeedsOperator with every problem of the settings and secrets in one sentence each.
    """
    spec = adapters.spec(kind)
    problems = [*address_problems(url), *spec.problems(settings, credentials)]
    if Connection.objects.filter(name=name).exists():
        problems.append(f"There is already a connection named {name!r}.")
    _refuse(problems or name_problems(spec, name, settings))
    connection = Connection(
        name=name,
        kind=kind,
        role=spec.role,
        base_url=url.rstrip("/"),
        settings=dict(settings),
        allow_private_addresses=allow_private,
        verify_tls=verify_tls,
    )
    connection.seal_credentials(dict(credentials), hook_token=hook_token or secrets.new_token())
    with transaction.atomic():
        pool = spec.pool_of(settings)
        connection.resource = (
            limits.shared_resource(pool, max_running=spec.slots)
            if pool
            else limits.create_resource(name, max_running=spec.slots)
        )
        connection.save()
        _note(connection, after="added", actor=actor)
    return connection


def change_connection(
    connection: Connection,
    *,
    settings: Mapping[str, str],
    credentials: Mapping[str, str],
    actor: str,
) -> None:
    """Saves the row's own edits (name, address, TLS), its settings, and the given secrets.

    Secrets that are not given are kept while scheme, host and port stay the same; they are
    never sent to a new place. Raises NeedsOperator like `add_connection`.
    """
    stored = Connection.objects.get(pk=connection.pk)
    connection.settings = dict(settings)
    connection.base_url = connection.base_url.rstrip("/")
    kept = {**connection.credentials, **credentials}
    _refuse(
        [
            *address_problems(connection.base_url),
            *moved_problems(stored, connection.base_url, credentials),
            *adapters.spec(connection.kind).problems(connection.settings, kept),
            *pool_problems(stored, connection.settings),
        ]
    )
    edited = ["name", "base_url", "allow_private_addresses", "verify_tls", "settings"]
    with transaction.atomic():
        connection.save(update_fields=edited)
        _note(connection, after="changed", actor=actor)
        if credentials:
            change_credentials(connection, credentials, actor=actor)


def address_problems(url: str) -> list[str]:
    """What is wrong with the address of a connection, as sentences."""
    try:
        check_address(url)
    except NeedsOperator as exc:
        return [f"{exc.message} {exc.hint}"]
    return []


def pool_problems(stored: Connection, settings: Mapping[str, str]) -> list[str]:
    """What forbids these settings: jobs wait at the limits of the account they were made for."""
    spec = adapters.spec(stored.kind)
    pool = spec.pool_of(stored.settings)
    if not pool or spec.pool_of(settings) == pool:
        return []
    return [f"This connection belongs to {pool}: add another connection for another account."]


def name_problems(spec: adapters.AdapterSpec, name: str, settings: Mapping[str, str]) -> list[str]:
    """Limits are named after their connection or account, and found again by that name."""
    pool = spec.pool_of(settings)
    held = Resource.objects.filter(name=pool or name)
    if pool:
        held = held.exclude(connections__kind=spec.kind).exclude(connections=None)
    if not held.exists():
        return []
    return [f"The name {pool or name!r} is still that of another connection's limits."]


def moved_problems(stored: Connection, url: str, credentials: Mapping[str, str]) -> list[str]:
    """What is missing for a change to `url`: whoever may edit an address must not be able to
    have stored secrets sent there."""
    if address_problems(url) or _place(url) == _place(stored.base_url):
        return []
    missing = sorted(set(stored.credentials) - set(credentials))
    if not missing:
        return []
    return [f"The address leads to another place: enter again the secrets {', '.join(missing)}."]


@transaction.atomic
def renew_hook_address(connection: Connection, *, actor: str, reason: str = "") -> Connection:
    """Gives the connection a new address for its callbacks; the old one is unknown at once."""
    locked = Connection.objects.select_for_update().get(pk=connection.pk)
    locked.seal_credentials(locked.credentials, hook_token=secrets.new_token())
    locked.save(update_fields=["sealed_credentials", "hook_token_hash"])
    _note(locked, after="hook address", actor=actor, reason=reason)
    return locked


def change_credentials(
    connection: Connection, credentials: Mapping[str, str], *, actor: str
) -> None:
    """Replaces the given secrets, keeps the others; an empty text removes one."""
    merged = {**connection.credentials, **credentials}
    kept = {name: value for name, value in merged.items() if value}
    _refuse(adapters.spec(connection.kind).problems(connection.settings, kept))
    connection.seal_credentials(kept)
    with transaction.atomic():
        connection.save(update_fields=["sealed_credentials", "hook_token_hash"])
        _note(connection, after="credentials", actor=actor)


def remove_connection(connection: Connection, *, actor: str) -> None:
    """Deletes a connection nothing depends on. Raises NeedsOperator when something does."""
    try:
        with transaction.atomic():
            resource = connection.resource
            _note(connection, after="removed", actor=actor)
            connection.delete()
            if not resource.connections.exists():
                resource.delete()
    except ProtectedError as exc:
        raise NeedsOperator(
            f"{connection.name} still has orders, links or flows.",
            reason="connection_in_use",
            hint="Pause it instead; its history would be lost with it.",
        ) from exc


def pause_connection(connection: Connection, *, actor: str, reason: str) -> None:
    """Stops all work with this remote; jobs wait and nothing is lost.

    Connections that share its account wait with it.
    """
    limits.pause(connection.resource_id, reason, actor)
    _note(connection, after="paused", actor=actor, reason=reason)


def resume_connection(connection: Connection, *, actor: str, reason: str = "") -> None:
    """Lets work go on; waiting jobs start by themselves."""
    limits.resume(connection.resource_id, reason, actor)
    _note(connection, after="resumed", actor=actor, reason=reason)


def test_connection(connection: Connection, *, actor: str) -> TestReport:
    """Asks the remote what works and keeps the answer. Credentials that are taken end the pause
    for those that were not, whatever else the test finds."""
    report = _try(connection, actor)
    connection.last_test = as_json(report)
    connection.last_tested_at = timezone.now()
    connection.save(update_fields=["last_test", "last_tested_at"])
    if report.is_ok:
        limits.note_outcome(connection.resource_id, None)
    if report.lets_in:
        resource = Resource.objects.get(pk=connection.resource_id)
        if resource.paused and resource.pause_reason == limits.CREDENTIALS_REFUSED:
            resume_connection(connection, actor=actor, reason="tested and accepted")
    return report


def as_json(report: TestReport) -> dict[str, Any]:
    """The report as it is stored and printed."""
    return {
        "ok": report.is_ok,
        "version": report.version,
        "checks": [
            {"name": check.name, "ok": check.ok, "detail": check.detail, "hint": check.hint}
            for check in report.checks
        ],
    }


def _try(connection: Connection, actor: str) -> TestReport:
    try:
        with open_adapter(connection, actor=actor, while_paused=True) as adapter:
            if not isinstance(adapter, TestsConnection):
                return TestReport(version="", checks=(Check(name="no test available", ok=True),))
            return adapter.test()
    except PortalError as exc:
        words = getattr(exc, "remote_words", "")
        detail = f"{exc.message} {words}".strip()
        return TestReport(
            version="", checks=(Check(name="reachable", ok=False, detail=detail, hint=exc.hint),)
        )


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or usual


def _refuse(problems: list[str]) -> None:
    if problems:
        raise NeedsOperator(
            " ".join(problems),
            reason="connection_incomplete",
            hint="Correct the connection and save it again.",
        )


def _note(connection: Connection, *, after: str, actor: str, reason: str = "") -> None:
    StateChange.objects.create(
        subject="connection",
        subject_id=connection.pk or 0,
        after=after,
        actor=actor,
        reason=reason or connection.name,
    )
