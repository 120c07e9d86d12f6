"""Customers that nothing can be made of: what is wrong with each, in an operator's words. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from moneyed import CurrencyDoesNotExist, get_currency

from integrations.flows.runs.batch import PlanItem
from integrations.records import ErpCustomer
from integrations.records.countries import COUNTRIES

FIX = "correct it in the ERP; until then it stays as it was"
LONGEST_REF = 128  # what the copy has room for
MOST_MONEY = Decimal(10) ** 14


def split(rows: Iterable[ErpCustomer]) -> tuple[list[ErpCustomer], dict[str, PlanItem]]:
    """Those that can be kept; of the others what is wrong with them, by their ref."""
    good: list[ErpCustomer] = []
    bad: dict[str, PlanItem] = {}
    for row in rows:
        problem = row.problem or _misfit(row)
        if problem:
            bad[row.ref] = _told(row, problem)
        else:
            good.append(row)
    return good, bad


def _told(row: ErpCustomer, problem: str) -> PlanItem:
    label = f"{row.name[:160]} ({row.number or row.ref})".strip()
    return PlanItem(action="skip", ref=row.ref, label=label, reason=f"{problem}: {FIX}")


def _misfit(row: ErpCustomer) -> str:
    if len(row.ref) > LONGEST_REF:
        return f"its id is longer than {LONGEST_REF} characters"
    limit = row.credit_limit
    if limit is not None and (not limit.is_finite() or abs(limit) >= MOST_MONEY):
        return f"its credit limit {str(limit)[:30]} is none"
    return _unknown(row) if row.is_active else ""  # of one that is archived nothing else counts


def _unknown(row: ErpCustomer) -> str:
    country = row.bill_to.country_code
    if not row.name.strip():
        return "it has no name"
    if country and country.upper() not in COUNTRIES:
        return f"its country {country[:20]!r} is none of two letters, such as DE"
    if row.currency and not _is_currency(row.currency):
        return f"its currency {row.currency[:20]!r} is none of three letters, such as EUR"
    return ""


def _is_currency(code: str) -> bool:
    try:
        get_currency(code.upper())
    except CurrencyDoesNotExist:
        return False
    return True
