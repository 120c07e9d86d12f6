"""What was agreed for an order beyond what the storefront holds of it: terms, configurations.

Only whoever keeps the agreement tells of it, from records of its own (quotes do, registered from
`quotes/apps.py`). The metadata of the storefront's order is no source: a buyer writes what they
like into that of their cart, and it becomes the order's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from integrations.errors import NeedsOperator
from integrations.models import Connection
from integrations.records import StorefrontOrder

Configuration = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """An agreement on one order. `source` names it for people, like "Q-000012 rev 1".

    `payment_term_ref` is the ERP's id; empty with a name: terms that the ERP has no row for, in
    words only. `is_term_known` false: the ERP that gets the order does not have these terms.
    `configurations` go by `StorefrontLine.agreed_line`.
    """

    source: str
    po_number: str = ""
    payment_term_ref: str = ""
    payment_term_name: str = ""
    is_term_known: bool = True
    configurations: Mapping[str, Configuration] = field(default_factory=dict)


# (order, its storefront, the ERP that gets it). Repeatable, without calls to a remote; what it
# raises stops the order, for without its terms it must not be sent.
Reader = Callable[[StorefrontOrder, Connection, Connection], Agreed | None]
NOTHING = Agreed(source="")

_readers: dict[str, Reader] = {}


def register(name: str, reader: Reader) -> None:
    """Has the reader asked for each order that is planned. Safe to repeat."""
    _readers[name] = reader


def agreed_for(order: StorefrontOrder, *, storefront: Connection, erp: Connection) -> Agreed:
    """The agreement that this order is of; `NOTHING` for one that was simply placed."""
    for reader in _readers.values():
        found = reader(order, storefront, erp)
        if found is not None:
            return found
    return NOTHING


def term_ref_of(agreed: Agreed, order: StorefrontOrder, erp: Connection, chosen: str = "") -> str:
    """The ERP's id of the order's terms; empty: its customer's own.

    `chosen` is what people decided for this order instead. Raises NeedsOperator for terms that
    the ERP does not have.
    """
    if chosen or agreed.is_term_known:
        return chosen or agreed.payment_term_ref
    name = agreed.payment_term_name or agreed.payment_term_ref
    raise NeedsOperator(
        f"{agreed.source} was accepted with the payment terms “{name}”, which {erp.name} does not "
        "have.",
        reason="terms_unknown",
        cause=f"terms:{erp.pk}:{agreed.payment_term_ref or name}",
        hint=f"Add these terms in {erp.name}, refresh the payment terms there and requeue; or "
        "edit this job and name the id of the terms that shall count.",
        ids={"order": order.order_id},
    )


def note_of(agreed: Agreed, term_ref: str) -> str:
    """Terms that the ERP has no field value for, for whoever invoices there."""
    if term_ref or not agreed.payment_term_name:
        return ""
    return f"Payment terms agreed: {agreed.payment_term_name}"
