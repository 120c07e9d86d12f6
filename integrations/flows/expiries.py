"""Tells of keys that run out soon, by the date that was entered on the connection: many remotes
do not tell, and a key that ran out looks like a wrong one."""

from datetime import date, datetime, timedelta

from integrations import adapters
from integrations.flows import issues
from integrations.models import Connection, Issue

WARNS_BEFORE = timedelta(days=14)


def tell_expiring(now: datetime) -> list[Issue]:
    """Opens one issue per connection whose key runs out within two weeks, and resolves those
    whose key was renewed. Called by the beat; repeatable."""
    found = []
    for connection in Connection.objects.exclude(role=Connection.Role.PORTAL):
        expires_on = _expires_on(connection)
        cause = f"{connection.resource_id}:key_expires:{connection.pk}"
        if expires_on is not None and expires_on - now.date() <= WARNS_BEFORE:
            found.append(_tell(connection, expires_on, cause))
        else:
            for issue in Issue.objects.filter(cause=cause, state=Issue.State.OPEN):
                issues.resolve(issue, actor=issues.BY_ITSELF, reason="A later date was entered.")
    return found


def _tell(connection: Connection, expires_on: date, cause: str) -> Issue:
    return issues.note_cause(
        cause,
        kind="needs_operator",
        title=f"{connection.name}: its key expires on {expires_on.isoformat()}.",
        hint="Make a new key there, and enter it with its own date on the connection.",
        connection=connection,
    )


def _expires_on(connection: Connection) -> date | None:
    """The earliest of the dates; one that cannot be read is told by the form."""
    if connection.kind not in adapters.kinds():
        return None
    names = [one.name for one in adapters.spec(connection.kind).settings if one.is_expiry]
    days = [_day(connection.setting(name)) for name in names]
    return min((day for day in days if day is not None), default=None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
