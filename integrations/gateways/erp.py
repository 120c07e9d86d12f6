"""Opens an ERP and asks for the abilities the caller needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from integrations.errors import NeedsOperator, PortalError
from integrations.gateways.opening import open_adapter
from integrations.models import Connection
from integrations.ports import KeepsSubscription


def enforces_key(connection: Connection) -> bool:
    """Whether this ERP itself refuses a second order with our reference. Asks no remote.

    Also true where that cannot be told: nothing is pushed there then.
    """
    try:
        with open_adapter(connection, while_paused=True) as adapter:
            return bool(getattr(adapter, "enforces_key", True))
    except PortalError:
        return True


def keeps_subscription(connection: Connection) -> bool:
    """Whether this remote calls us only for as long as we ask it to. Asks no remote."""
    try:
        with open_adapter(connection, while_paused=True) as adapter:
            return isinstance(adapter, KeepsSubscription)
    except PortalError:
        return False


@contextmanager
def open_erp(
    connection: Connection, *abilities: type, actor: str = "", run_id: int | None = None
) -> Iterator[Any]:
    """The ERP's adapter. Raises NeedsOperator when it lacks one of `abilities` (Protocols)."""
    with open_adapter(connection, actor=actor, run_id=run_id) as adapter:
        for ability in abilities:
            if not isinstance(adapter, ability):
                raise NeedsOperator(
                    f"{connection.name} cannot do this: {ability.__name__}.",
                    reason="ability_missing",
                    hint="Choose another ERP connection for this flow.",
                )
        yield adapter
