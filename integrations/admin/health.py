"""How a connection is, in one badge and one sentence. Pure: reads rows that are already here."""

from dataclasses import dataclass

from integrations.engine.models import BreakerState, Resource
from integrations.gateways import field_shapes
from integrations.models import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`tone` is a badge tone; `is_well` is false when somebody should look."""

    tone: str
    word: str
    sentence: str = ""

    @property
    def is_well(self) -> bool:
        return self.tone not in {"danger", "warning"}


def of(connection: Connection) -> Health:
    """The worst that is known of the connection; its resource must be loaded with it."""
    resource: Resource = connection.resource
    if resource.paused:
        return Health(tone="danger", word="Paused", sentence=_paused(resource))
    if resource.breaker_state == BreakerState.OPEN:
        return Health(
            tone="danger",
            word="Not answering",
            sentence=f"{resource.failures} calls failed in a row; its jobs wait and try again.",
        )
    if resource.breaker_state == BreakerState.HALF_OPEN:
        return Health(tone="warning", word="Probing", sentence="One job finds out if it is back.")
    if connection.last_tested_at is None:
        return Health(tone="default", word="Not tested", sentence="Press “Test connection”.")
    if not connection.last_test.get("ok"):
        return Health(tone="warning", word="Test failed", sentence=_first_failure(connection))
    changes = field_shapes.changes_of(connection)
    if changes:
        return Health(
            tone="warning",
            word="Fields changed",
            sentence=field_shapes.title_of(connection, changes),
        )
    return Health(tone="success", word="Working")


def _paused(resource: Resource) -> str:
    by = f" by {resource.paused_by}" if resource.paused_by else ""
    return f"Paused{by}: {resource.pause_reason}"


def _first_failure(connection: Connection) -> str:
    for check in connection.last_test.get("checks", []):
        if not check["ok"]:
            return " ".join(filter(None, [f"{check['name']}:", check["detail"], check["hint"]]))
    return ""
