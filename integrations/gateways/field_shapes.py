"""The fields of a remote as they were accepted, and what has changed in them since.

Kept on the connection: {"accepted": {entity: {field: type}}, "changes": [...], "checked_at"}.
A removed or retyped field stops the abilities that need it and no other, before a call is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from integrations.errors import NeedsOperator
from integrations.models import Connection
from integrations.records import UsedField

REASON = "fields_changed"
_WORDS = {
    "PullsProducts": "products",
    "PullsPrices": "prices",
    "PullsStock": "stock",
    "PullsCustomers": "customers",
    "QuotesPrices": "prices for quotes",
    "ChecksCredit": "credit checks",
    "PushesOrders": "sending orders",
    "ListsOrders": "finding doubled orders",
    "TracksOrders": "progress of orders",
    "RecordsPayments": "payments",
    "ProposesRounding": "rounding",
}
Shapes = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """`was` and `now` are the remote's words for its type; an empty `now`: it is gone."""

    entity: str
    name: str
    was: str
    now: str
    stops: tuple[str, ...]

    @property
    def stopped(self) -> str:
        """What stands still, in an operator's words."""
        return ", ".join(_WORDS.get(port, port) for port in self.stops)

    def __str__(self) -> str:
        field = f"{self.entity}.{self.name}"
        if not self.now:
            return f"{field} is not there (any more)"
        return f"{field} was {self.was} and is {self.now}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`accepted` is what counts from now on: new fields of the adapter are taken as they are."""

    accepted: dict[str, dict[str, str]]
    changes: tuple[FieldChange, ...]


def compare(accepted: Shapes, found: Iterable[UsedField]) -> Comparison:
    """What differs from what was accepted. Pure.

    A field that the adapter came to use since is accepted; one that it uses no more is dropped.
    One that is missing from the start is a change too, unless it may be rare. What nothing
    was told of stays as it was.
    """
    kept: dict[str, dict[str, str]] = {}
    changes: list[FieldChange] = []
    for one in found:
        was = accepted.get(one.entity, {}).get(one.name)
        if not _says_something(one, was):
            if was is not None:
                kept.setdefault(one.entity, {})[one.name] = was
            continue
        kept.setdefault(one.entity, {})[one.name] = one.type if was is None else was
        if (was is None and not one.type) or (was is not None and was != one.type):
            changes.append(
                FieldChange(
                    entity=one.entity,
                    name=one.name,
                    was=was or "",
                    now=one.type,
                    stops=tuple(one.needed_by),
                )
            )
    return Comparison(accepted=kept, changes=tuple(changes))


def as_found(found: Iterable[UsedField]) -> dict[str, dict[str, str]]:
    """The shapes to accept them as they are."""
    shapes: dict[str, dict[str, str]] = {}
    for one in found:
        if _says_something(one, None):
            shapes.setdefault(one.entity, {})[one.name] = one.type
    return shapes


def _says_something(one: UsedField, was: str | None) -> bool:
    never_seen = not one.type and not was
    return one.is_told and not (one.is_optional and never_seen)


def as_json(changes: Iterable[FieldChange]) -> list[dict[str, Any]]:
    return [asdict(change) for change in changes]


def changes_of(connection: Connection) -> list[FieldChange]:
    """What the last comparison found."""
    return [
        FieldChange(**{**row, "stops": tuple(row["stops"])})
        for row in connection.field_shapes.get("changes", [])
    ]


def refuse_changed(connection: Connection, abilities: Sequence[type]) -> None:
    """Raises NeedsOperator when one of these abilities needs a field that has changed."""
    needed = {ability.__name__ for ability in abilities}
    stopping = [one for one in changes_of(connection) if needed & set(one.stops)]
    if stopping:
        raise NeedsOperator(
            title_of(connection, stopping),
            reason=REASON,
            cause=cause_of(connection),
            hint=HINT,
        )


def cause_of(connection: Connection) -> str:
    """One issue per connection, whichever of its fields changed."""
    return f"{REASON}:{connection.pk}"


def title_of(connection: Connection, changes: Sequence[FieldChange]) -> str:
    first, *others = changes
    more = f" (and {len(others)} more)" if others else ""
    return f"{connection.name}: {first}{more}."


HINT = (
    "An upgrade or a change of the ERP altered fields that the portal uses. Put the field back "
    "there and test the connection; or, if the new shape is right, press “Accept the fields as "
    "they are now” on the connection's page. Only what needs these fields stands still."
)
