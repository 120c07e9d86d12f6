"""What keeps an order from being created, changed or found, in sentences for an operator."""

from collections.abc import Mapping

from integrations.adapters.business_central.wire import Row, choice_of, number_of
from integrations.errors import NeedsOperator
from integrations.records import ErpOrder, OrderDraft


def as_expected(order: ErpOrder, draft: OrderDraft) -> ErpOrder:
    if order.currency != draft.currency:
        raise NeedsOperator(
            f"{order.number} came out in {order.currency}, the buyer's order is in "
            f"{draft.currency}.",
            reason="currency_differs",
            cause=f"currency_differs:{draft.currency}",
            hint="Check the currency of the customer card in Business Central.",
            ids={"order": order.our_ref},
        )
    if len(order.lines) != len(draft.lines) or order.gross_total != draft.expected_gross_total:
        raise NeedsOperator(
            f"{order.number} came to {order.gross_total} {order.currency} with "
            f"{len(order.lines)} lines in Business Central, expected are "
            f"{draft.expected_gross_total} and {len(draft.lines)}.",
            reason="total_differs",
            hint="Compare VAT groups, invoice discounts and lines of both orders; the order in "
            "Business Central is not released.",
            ids={"order": order.our_ref},
        )
    return order


def refuse_below_shipped(row: Row, lines: Mapping[str, Row], draft: OrderDraft) -> None:
    wanted = {line.our_ref: line.quantity for line in draft.lines}
    for our_ref, line in lines.items():
        shipped = number_of(line["shippedQuantity"])
        if wanted.get(our_ref, 0) < shipped:
            raise NeedsOperator(
                f"{row['number']}: {shipped.normalize():f} of {line['description']!r} were "
                f"already shipped, the change leaves {wanted.get(our_ref, 0)}.",
                reason="below_delivered",
                hint="Agree on a return with the buyer and handle it in Business Central.",
                ids={"order": draft.our_ref, "line": our_ref},
            )


def locked(row: Row) -> NeedsOperator:
    return NeedsOperator(
        f"{row['number']} is released in Business Central ({choice_of(row['status'])} there) "
        "and its lines are locked.",
        reason="erp_order_locked",
        cause=f"erp_order_locked:{row['number']}",
        hint="Reopen it in Business Central, then requeue; or make the change there by hand.",
    )


def order_gone(number: str) -> NeedsOperator:
    return NeedsOperator(
        f"Business Central has no order {number!r} any more, and nothing of it was posted.",
        reason="order_gone",
        cause=f"order_gone:{number}",
        hint="It was deleted there, or the app may no longer see it.",
    )


def ambiguous(our_ref: str, numbers: list[str]) -> NeedsOperator:
    return NeedsOperator(
        f"Business Central has {len(numbers)} orders with the reference {our_ref}: "
        f"{', '.join(numbers)}.",
        reason="ambiguous_order",
        cause=f"ambiguous_order:{our_ref}",
        hint="Delete those that are not wanted in Business Central, then requeue.",
        ids={"order": our_ref},
    )
