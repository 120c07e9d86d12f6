"""What is refused or held before its lines are priced."""

from decimal import Decimal

from integrations.errors import NeedsOperator
from integrations.flows.totals.case import ZERO, Case
from integrations.flows.totals.currency import smallest_unit
from integrations.flows.totals.plan import HoldReason, TotalsPlan
from integrations.flows.totals.sending import NOISE
from integrations.records import StorefrontOrder


def refuse_broken(case: Case) -> None:
    for name, amount in _amounts(case.order):
        if not amount.is_finite():
            raise ValueError(f"{name} of order {case.order.order_id} is not a number: {amount}")
    for line in case.lines:
        if line.line_id not in case.refs:
            raise ValueError(f"No ERP ids were given for line {line.line_id} ({line.title}).")
        if len(case.refs[line.line_id].tax_refs) != len(line.taxes):
            raise ValueError(f"Line {line.line_id} ({line.title}) needs one ERP tax per tax.")


def _amounts(order: StorefrontOrder) -> list[tuple[str, Decimal]]:
    found = [("gross total", order.gross_total), ("credit total", order.credit_total)]
    for line in order.lines:
        found += [
            (f"quantity of {line.title}", line.quantity),
            (f"net subtotal of {line.title}", line.net_subtotal),
            (f"net discount of {line.title}", line.net_discount),
            (f"tax total of {line.title}", line.tax_total),
            (f"gross total of {line.title}", line.gross_total),
        ]
        found += [(f"tax rate of {line.title}", tax.rate) for tax in line.taxes]
    return found


def refuse_senseless(case: Case) -> None:
    order = case.order
    smallest_unit(order.currency)  # raises for an unknown currency
    if not case.lines:
        raise _senseless(order, "has no lines")
    if order.gross_total < 0:
        raise _senseless(order, f"has a negative total ({order.gross_total} {order.currency})")
    for line in case.lines:
        if line.quantity < 0:
            raise _senseless(order, f"has a negative quantity of {line.title}: {line.quantity}")
        if line.net_subtotal < 0:
            raise _senseless(order, f"has a negative price for {line.title}: {line.net_subtotal}")
        if not 0 <= line.net_discount <= line.net_subtotal + NOISE:
            raise _senseless(
                order,
                f"has a discount of {line.net_discount} on {line.title}, "
                f"which costs {line.net_subtotal}",
            )


def _senseless(order: StorefrontOrder, what: str) -> NeedsOperator:
    return NeedsOperator(
        f"Order {order.display_id} {what}; it cannot be sent to the ERP.",
        reason="order_senseless",
        cause=f"order_senseless:{order.order_id}",
        hint="Correct the order in the storefront, or cancel it there.",
        ids={"order": order.order_id},
    )


def hold_unclear(case: Case) -> TotalsPlan | None:
    order = case.order
    if order.credit_total:
        return _unpriced(
            case,
            "credit_lines",
            f"Credit lines are not supported yet: the order carries {order.credit_total} "
            f"{order.currency} of credit.",
            hint="Enter this order in the ERP by hand, or remove the credit in the storefront.",
        )
    return _hold_fractions(case) or _hold_bad_sum(case)


def _hold_fractions(case: Case) -> TotalsPlan | None:
    digits = case.profile.quantity_digits
    for line in case.lines:
        if line.quantity != round(line.quantity, digits):
            return _unpriced(
                case,
                "quantity_digits",
                f"{line.title} is ordered {line.quantity} times, but the ERP keeps only "
                f"{digits} digits of a quantity and would ship another one.",
                hint="Change the quantity in the storefront, or the digits in the ERP and in "
                "the connection's rounding.",
            )
    return None


def _hold_bad_sum(case: Case) -> TotalsPlan | None:
    """Lines must explain the total, or the difference would be sent as rounding."""
    order = case.order
    for line in order.lines:
        counted = line.net_subtotal - line.net_discount + line.tax_total
        if abs(counted - line.gross_total) > NOISE:
            return _unpriced(
                case,
                "storefront_total_unclear",
                f"{line.title}: price less discount plus tax is {counted}, "
                f"but the storefront says {line.gross_total}.",
                hint="Look at this order in the storefront; it does not add up there.",
            )
    counted = sum((line.gross_total for line in order.lines), ZERO)
    if abs(counted - order.gross_total) > NOISE * len(order.lines):
        return _unpriced(
            case,
            "storefront_total_unclear",
            f"The lines add up to {counted} {order.currency}, "
            f"but the storefront's total is {order.gross_total}.",
            hint="Something besides lines changes the total (a gift card, a manual change).",
        )
    return None


def _unpriced(case: Case, reason: HoldReason, message: str, *, hint: str) -> TotalsPlan:
    return TotalsPlan(
        decision="hold",
        currency=case.order.currency,
        lines=(),
        predicted_net=ZERO,
        predicted_tax=ZERO,
        predicted_gross=ZERO,
        storefront_gross=case.total,
        rounding_amount=ZERO,
        explanation=(),
        hold_reason=reason,
        message=message,
        hint=hint,
    )
