"""What keeps an order from being created or changed, in sentences for an operator. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from integrations.adapters.odoo.wire import number_of, text_of
from integrations.adapters.troubles import unknown_customer, unknown_product
from integrations.errors import NeedsOperator, Rejected
from integrations.records import DraftLine, ErpOrder, OrderDraft

Row = Mapping[str, Any]

# observed on 19.0: what `load` says of an id that there is not
_NO_RECORD = re.compile(r"No matching record found for database id '(\d+)' in field '([^']*)'")


def named(
    error: Rejected, draft: OrderDraft, refs: Mapping[str, DraftLine]
) -> Rejected | NeedsOperator:
    """The refusal with the name of what Odoo only tells the id of; `refs` are the lines by
    their product."""
    found = _NO_RECORD.search(error.remote_words)
    if found is None:
        return error
    words = error.remote_words
    if "Product" in found[2] and found[1] in refs:
        return unknown_product(erp="Odoo", draft=draft, line=refs[found[1]], words=words)
    if found[1] == draft.customer_ref:
        return unknown_customer(erp="Odoo", draft=draft, words=words)
    return error


def locked(row: Row) -> NeedsOperator:
    return NeedsOperator(
        f"{row['name']} is locked in Odoo.",
        reason="erp_order_locked",
        hint="Unlock it in Odoo, then requeue; or make the change there by hand.",
        ids={"order": text_of(row["origin"])},
    )


def as_expected(order: ErpOrder, draft: OrderDraft) -> ErpOrder:
    if order.currency != draft.currency:
        raise NeedsOperator(
            f"{order.number} came out in {order.currency}, the buyer's order is in "
            f"{draft.currency}.",
            reason="currency_differs",
            cause=f"currency_differs:{draft.currency}",
            hint="Check the currency of the pricelist that the connection names for it.",
            ids={"order": order.our_ref},
        )
    if order.gross_total != draft.expected_gross_total:
        raise NeedsOperator(
            f"{order.number} came to {order.gross_total} {order.currency} in Odoo, expected is "
            f"{draft.expected_gross_total}.",
            reason="total_differs",
            hint="Compare taxes and lines of both orders. It is not confirmed in Odoo.",
            ids={"order": order.our_ref},
        )
    return order


def refuse_below_delivered(row: Row, lines: Mapping[str, Row], draft: OrderDraft) -> None:
    wanted = {line.our_ref: line.quantity for line in draft.lines}
    for our_ref, line in lines.items():
        delivered = number_of(line["qty_delivered"])
        if wanted.get(our_ref, 0) < delivered:
            raise NeedsOperator(
                f"{row['name']}: {delivered.normalize():f} of {line['name']!r} were already "
                f"delivered, the change leaves {wanted.get(our_ref, 0)}.",
                reason="below_delivered",
                hint="Agree on a return with the buyer and handle it in Odoo.",
                ids={"order": draft.our_ref, "line": our_ref},
            )


def ambiguous(our_ref: str, rows: list[Row]) -> NeedsOperator:
    names = ", ".join(str(row["name"]) for row in rows)
    return NeedsOperator(
        f"Odoo has {len(rows)} orders with the reference {our_ref}: {names}.",
        reason="ambiguous_order",
        cause=f"ambiguous_order:{our_ref}",
        hint="Cancel those that are not wanted in Odoo, then requeue.",
        ids={"order": our_ref},
    )


def cancelled(order: ErpOrder) -> NeedsOperator:
    return NeedsOperator(
        f"{order.number} is cancelled in Odoo.",
        reason="erp_order_cancelled",
        cause=f"erp_order_cancelled:{order.our_ref}",
        hint="Set it back to a quotation in Odoo and requeue, or cancel the buyer's order too.",
        ids={"order": order.our_ref},
    )
