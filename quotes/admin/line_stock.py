"""What is in stock, beside each line of a quote's page."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.engine import clock
from quotes.models import VersionLine
from quotes.services.stock import LineStock, Wanted, stock_beside


def of_lines(lines: Sequence[VersionLine]) -> list[LineStock | None]:
    asked = [
        Wanted(sku=line.sku, quantity=line.quantity, is_counted=line.is_counted) for line in lines
    ]
    return stock_beside(asked, now=clock.now())


def of_forms(forms: Sequence[Any]) -> list[LineStock | None]:
    """By what stands in the forms, saved or not."""
    return stock_beside([_wanted(form) for form in forms], now=clock.now())


def _wanted(form: Any) -> Wanted:
    is_beside = form["is_optional"].value() or form["alternative"].value() not in (None, "")
    return Wanted(
        sku=str(form["sku"].value() or "").strip(),
        quantity=_number(form["quantity"].value()),
        is_counted=not is_beside,
    )


def _number(entered: Any) -> Decimal:
    """What cannot be read as a number is complained of elsewhere."""
    try:
        found = Decimal(str(entered or 0))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)
