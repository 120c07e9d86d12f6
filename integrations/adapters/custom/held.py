"""An order as the ERP holds it: its record, and what the record has no place for."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.adapters.custom.drafts import after_discount
from integrations.adapters.custom.rows import Row
from integrations.errors import NeedsOperator
from integrations.records import DraftLine, ErpOrder, ErpOrderLine, OrderDraft

UNCONFIRMED = {"received", "cancelled"}


@dataclass(frozen=True, slots=True)
class Held:
    """`shipped` by the ERP's ref of a line; `lines_expected` None where nothing says it."""

    order: ErpOrder
    state: str
    version: str
    shipped: dict[str, Decimal]
    lines_expected: int | None

    @property
    def is_half(self) -> bool:
        """Its header was taken, some of its lines were not (yet): the portal finishes it."""
        is_open = self.state == "received" and self.lines_expected is not None
        return is_open and len(self.order.lines) < (self.lines_expected or 0)

    @property
    def values(self) -> dict[str, str]:
        """What a call about this order may name."""
        order = self.order
        return {
            "ref": order.ref,
            "number": order.number,
            "version": self.version,
            "our_ref": order.our_ref,
        }


def to_held(row: Row, lines: Sequence[Row]) -> Held:
    state = row.text("state")
    expected = row.get("lines_expected")
    gross, net, tax = (row.get(name) for name in ("gross_total", "net_total", "tax_total"))
    net = net if net is not None else gross - (tax or 0)
    order = ErpOrder(
        ref=row.text("ref"),
        number=row.text("number") or row.text("ref"),
        our_ref=row.text("our_ref"),
        currency=row.currency,
        net_total=net,
        tax_total=tax if tax is not None else gross - net,
        gross_total=gross,
        is_confirmed=state not in UNCONFIRMED,
        is_cancelled=state == "cancelled",
        lines=tuple(_line(line) for line in lines),
        payment_term_ref=None
        if row.get("payment_term_ref") is None
        else row.text("payment_term_ref"),
    )
    return Held(
        order=order,
        state=state,
        version=row.text("version"),
        shipped={line.text("ref"): line.number("shipped") for line in lines},
        lines_expected=None if expected is None else int(expected),
    )


def _line(row: Row) -> ErpOrderLine:
    price, discount, quantity = (
        row.number(name) for name in ("net_unit_price", "discount_percent", "quantity")
    )
    net = row.get("net_total")
    return ErpOrderLine(
        our_ref=row.text("our_ref"),
        ref=row.text("ref"),
        product_ref=row.text("product_ref"),
        quantity=quantity,
        net_unit_price=price,
        discount_percent=discount,
        net_total=after_discount(price, discount) * quantity if net is None else net,
    )


def content(line: DraftLine | ErpOrderLine, product_ref: str) -> tuple[str, Decimal, Decimal]:
    """What of a line must be as wanted: product, quantity, price after discount."""
    return product_ref, line.quantity, after_discount(line.net_unit_price, line.discount_percent)


def as_expected(order: ErpOrder, draft: OrderDraft) -> ErpOrder:
    """Raises NeedsOperator for another currency or total than the buyer's order has."""
    if order.currency != draft.currency:
        raise NeedsOperator(
            f"{order.number} came out in {order.currency}, the buyer's order is in "
            f"{draft.currency}.",
            reason="currency_differs",
            cause=f"currency_differs:{draft.currency}",
            hint="Check the customer's currency in the ERP, and {currency} in the mapping.",
            ids={"order": order.our_ref},
        )
    if order.gross_total != draft.expected_gross_total:
        raise NeedsOperator(
            f"{order.number} came to {order.gross_total} {order.currency} in the ERP, expected "
            f"is {draft.expected_gross_total}.",
            reason="total_differs",
            hint="Compare taxes and lines of both orders, and 'rounding' in the mapping. It is "
            "not confirmed in the ERP.",
            ids={"order": order.our_ref},
        )
    return order


def cancelled_error(order: ErpOrder) -> NeedsOperator:
    return NeedsOperator(
        f"{order.number} is cancelled in the ERP.",
        reason="erp_order_cancelled",
        cause=f"erp_order_cancelled:{order.our_ref}",
        hint="Reopen it in the ERP and requeue, or cancel the buyer's order too.",
        ids={"order": order.our_ref},
    )


def by_hand(what: str, order: ErpOrder) -> NeedsOperator:
    """The mapping says that this is done in the ERP by a person."""
    return NeedsOperator(
        f"{order.number} must be {what} in the ERP by hand: its API cannot do it.",
        reason="by_hand",
        cause=f"by_hand:{what}:{order.our_ref}",
        hint="Do it in the ERP, then requeue.",
        ids={"order": order.our_ref},
    )
