"""The decision: send as it is, send with a rounding line, or hold."""

from collections.abc import Mapping
from decimal import Decimal, localcontext

from integrations.flows.totals.case import ZERO, Case
from integrations.flows.totals.checks import hold_unclear, refuse_broken, refuse_senseless
from integrations.flows.totals.currency import smallest_unit
from integrations.flows.totals.plan import LineExplanation, LineRefs, Predicted, TotalsPlan
from integrations.flows.totals.prediction import EXACT, predict
from integrations.flows.totals.sending import draft_line, fitted
from integrations.records import DraftLine, RoundingProfile, StorefrontOrder

ROUNDING_TITLE = "Rounding difference"
AGREED_TITLE = "Agreed correction"


def plan_totals(
    order: StorefrontOrder,
    *,
    refs: Mapping[str, LineRefs],
    profile: RoundingProfile,
    rounding_ref: str = "",
    agreed_gross: Decimal | None = None,
) -> TotalsPlan:
    """Decides how each line is sent, predicts the ERP's total and settles a small difference.

    `refs` maps each line's id to the ERP's product and taxes; `rounding_ref` is the ERP's
    product of the rounding line, if it needs one. `agreed_gross` is what two people agreed
    that the ERP shall charge instead of the storefront's total: whatever lies between is
    settled by that one line, however much it is. The plan either makes both totals equal to
    the smallest unit of the currency or its decision is "hold".

    Raises NeedsOperator for an order nobody should send (no lines, a negative quantity,
    price or total, an unknown currency); ValueError when the caller's data is broken (NaN, a
    line without refs, as many tax ids as taxes not given).
    """
    case = Case(
        order=order,
        profile=profile,
        refs=refs,
        rounding_ref=rounding_ref,
        agreed_gross=agreed_gross,
    )
    with localcontext(EXACT):
        refuse_broken(case)
        refuse_senseless(case)
        return hold_unclear(case) or _settle(case)


def _settle(case: Case) -> TotalsPlan:
    drafted = [draft_line(line, case.refs[line.line_id], case.profile) for line in case.lines]
    lines = tuple(line for line, _ in drafted)
    plain = _predict(case, lines)
    explanation = _explain(case, lines, plain, [note for _, note in drafted])
    difference = case.target - plain.gross
    if not difference:
        return _plan(case, lines, plain, explanation)
    limit = case.profile.tolerance_steps * smallest_unit(case.order.currency)
    may_settle = case.agreed_gross is not None or abs(difference) <= limit
    if may_settle and fitted(difference, case.profile) == difference:
        settled = (*lines, _rounding_line(case, difference))
        predicted = _predict(case, settled)
        # An ERP that rounds lines coarser than the currency rounds this line away, too.
        if predicted.gross == case.target:
            return _plan(case, settled, predicted, explanation, rounding=difference)
    return _plan(case, lines, plain, explanation, held=difference)


def _predict(case: Case, lines: tuple[DraftLine, ...]) -> Predicted:
    return predict(lines, currency=case.order.currency, profile=case.profile)


def _rounding_line(case: Case, amount: Decimal) -> DraftLine:
    return DraftLine(
        our_ref=f"{case.order.order_id}_rounding",
        kind="rounding",
        product_ref=case.rounding_ref,
        description=ROUNDING_TITLE if case.agreed_gross is None else AGREED_TITLE,
        quantity=Decimal(1),
        net_unit_price=amount,
        discount_percent=ZERO,
        tax_refs=(),
        tax_rates=(),
    )


def _explain(
    case: Case, lines: tuple[DraftLine, ...], predicted: Predicted, notes: list[str]
) -> tuple[LineExplanation, ...]:
    return tuple(
        LineExplanation(
            our_ref=line.our_ref,
            title=ours.title,
            quantity=line.quantity,
            storefront_net=ours.net_subtotal - ours.net_discount,
            storefront_tax=ours.tax_total,
            net_unit_price=line.net_unit_price,
            discount_percent=line.discount_percent,
            erp_net=net,
            note=note,
        )
        for ours, line, net, note in zip(case.lines, lines, predicted.line_nets, notes, strict=True)
    )


def _plan(
    case: Case,
    lines: tuple[DraftLine, ...],
    predicted: Predicted,
    explanation: tuple[LineExplanation, ...],
    *,
    rounding: Decimal = ZERO,
    held: Decimal = ZERO,
) -> TotalsPlan:
    return TotalsPlan(
        decision="hold" if held else "send",
        currency=case.order.currency,
        lines=lines,
        predicted_net=predicted.net,
        predicted_tax=predicted.tax,
        predicted_gross=predicted.gross,
        storefront_gross=case.total,
        rounding_amount=rounding,
        agreed_gross=case.agreed_gross,
        explanation=explanation,
        hold_reason="total_difference" if held else "",
        message=_difference_message(case, predicted, held) if held else "",
        hint="Compare taxes and prices of the lines in the storefront and in the ERP."
        if held
        else "",
    )


def _difference_message(case: Case, predicted: Predicted, difference: Decimal) -> str:
    currency = case.order.currency
    if case.agreed_gross is not None:
        return (
            f"The total agreed for this order is {case.agreed_gross} {currency}, the ERP would "
            f"make it {predicted.gross} {currency}, and no single line makes them equal."
        )
    return (
        f"The storefront's total is {case.total} {currency}, the ERP would make it "
        f"{predicted.gross} {currency}: a difference of {difference}, more than may be "
        f"settled by rounding ({case.profile.tolerance_steps} × {smallest_unit(currency)})."
    )
