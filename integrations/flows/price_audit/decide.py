"""Whether the two prices are the same, and if not, why. Pure."""

from decimal import Decimal

from integrations.errors import NeedsOperator
from integrations.flows.price_audit import causes
from integrations.flows.price_audit.case import Case, Cause, Finding
from integrations.flows.price_audit.due import EVERYONE, Due, due_of
from integrations.flows.totals.currency import round_half_up
from integrations.records import BuyerPrice, PriceAnswer, PriceRefusal


def decide(case: Case) -> Finding | None:
    """None where a customer is charged what the ERP says, or where neither side sells."""
    if case.refused or case.erp is None or case.shop is None:
        return causes.not_compared(case.refused or "One side gave no answer.")
    if isinstance(case.erp, PriceRefusal):
        return causes.not_in_erp(case.erp, case.shop) if case.shop.amount is not None else None
    if not case.sells_in:
        return causes.currency(case.question.currency)
    if case.erp.currency != case.question.currency:
        return causes.not_compared(
            f"The ERP prices this customer in {case.erp.currency}, not in {case.question.currency}."
        )
    if case.shop.is_tax_inclusive:
        return causes.tax_inclusive(case.question.currency)
    try:
        return _compare(case, case.erp, case.shop)
    except NeedsOperator as exc:  # a currency without known digits
        return causes.not_compared(exc.message)


def _compare(case: Case, erp: PriceAnswer, shop: BuyerPrice) -> Finding | None:
    if shop.amount is not None:
        if _line(case, shop.amount) == _line(case, erp.net_unit_price):
            return _will_hold(case, erp) if case.is_planned else None
        code = case.question.currency
        if round_half_up(shop.amount, code) == round_half_up(erp.net_unit_price, code):
            return causes.rounding(case, erp.net_unit_price, shop.amount)
    return _unruled(case, shop) or _why(case, erp, shop)


def _will_hold(case: Case, erp: PriceAnswer) -> Finding | None:
    """What is planned is right; but whether the price list is there to charge it that day?
    Everyone's price is written when its day comes."""
    due = due_of(case, erp)
    return _why_not(case, due) if due is not None and due.row.audience != EVERYONE else None


def _line(case: Case, price: Decimal) -> Decimal:
    """What the line of an order adds up to: that is what is charged."""
    return round_half_up(price * case.question.quantity, case.question.currency)


def _unruled(case: Case, shop: BuyerPrice) -> Finding | None:
    held = case.lists.get(shop.list_id)
    if held is None or held.rules:
        return None
    return causes.unruled_list(held, is_ours=held.list_id in case.ours)


def _why(case: Case, erp: PriceAnswer, shop: BuyerPrice) -> Finding:
    due = due_of(case, erp)
    if due is not None:
        return _why_not(case, due) or _what_wins(case, shop, due)
    return causes.copy_differs(case, erp, shop)


def _why_not(case: Case, due: Due) -> Finding | None:
    """What keeps the price that is due from being charged, if it is that price itself."""
    row = due.row
    problem = case.problems.get(row.pk, "")
    if problem and not row.is_there:
        return causes.held_back(row, problem)
    if row.audience != EVERYONE:
        found = _list_problem(case, due)
        if found is not None:
            return found
    there = case.there.get(row.price_id)
    if there is None or there.list_id != row.list_id:
        return causes.deleted_row(row)
    if there.net_amount != row.net_unit_price:
        return causes.stale_row(row, there)
    if (int(there.min_quantity or 1), there.max_quantity) != (due.low, due.high):
        return causes.other_step(row, there, due.low, due.high)
    return None


def _list_problem(case: Case, due: Due) -> Finding | None:
    row, held = due.row, case.lists.get(due.row.list_id)
    if held is None:
        return causes.missing_list(row)
    group = case.groups.get(due.group_ref, "")
    if not held.is_for(group):
        return causes.unruled_list(held, is_ours=True)
    if not held.is_active:
        return causes.list_draft(held)
    if not (held.starts_at or case.now) <= case.now <= (held.ends_at or case.now):
        return causes.list_dates(held, row)
    if case.shop is not None and group not in case.shop.group_ids:
        return causes.not_in_group(case.question, row, group)
    return None


def _what_wins(case: Case, shop: BuyerPrice, due: Due) -> Finding:
    if shop.amount is None:
        return causes.no_price(shop)
    charged = case.there.get(shop.price_id)
    is_foreign = bool(shop.list_id) and shop.list_id not in case.ours
    if is_foreign or (charged is not None and not charged.is_plain):
        return causes.other_price(shop, case.lists.get(shop.list_id))
    held = case.lists.get(shop.list_id)
    if held is not None and charged is not None and shop.price_id not in case.claimed:
        return causes.stray_row(shop, charged, held)
    if shop.list_id and shop.list_id != due.row.list_id:
        return causes.precedence(due.row, case.lists.get(shop.list_id))
    return causes.unknown(shop, Cause.UNKNOWN)
