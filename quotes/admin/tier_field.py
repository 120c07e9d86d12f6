"""Price tiers as people type them: one a row, the quantity and then the price."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from quotes import tiers
from quotes.tiers import Tier

ROW = re.compile(r"(\d{1,14}(?:\.\d{1,4})?)(?:\s*[:=;]\s*|\s+|$)(\d{1,12}(?:\.\d{1,6})?)?")


class TiersField(forms.CharField):
    """Rows like `50: 168.00`, or `50` alone for a price that the ERP will be asked for.

    Cleans to a tuple of Tier, none of them marked as typed: what was is for the service.
    """

    def __init__(self, **kwargs: Any) -> None:
        known = {
            "label": "Price tiers",
            "required": False,
            "max_length": 1000,
            "widget": forms.Textarea(attrs={"rows": 3, "placeholder": "50: 168.00\n100: 159.00"}),
        }
        super().__init__(**{**known, **kwargs})

    def clean(self, value: Any) -> Any:
        rows = super().clean(value).splitlines()
        return tuple(_tier(row.strip()) for row in rows if row.strip())


def text_of(known: Any) -> str:
    """What a line keeps, as it is typed."""
    return "\n".join(
        f"{tiers.plain(tier.from_quantity)}: {_price(tier)}".rstrip(": ")
        for tier in tiers.read(known)
    )


def _price(tier: Tier) -> str:
    return "" if tier.unit_price is None else tiers.plain(tier.unit_price)


def _tier(row: str) -> Tier:
    found = ROW.fullmatch(row)
    if found is None:
        raise forms.ValidationError(
            f"“{row}” is no price tier. Write the quantity, a colon and the price, such as "
            "50: 168.00, or the quantity alone to have the ERP asked."
        )
    price = found[2]
    return Tier(from_quantity=Decimal(found[1]), unit_price=Decimal(price) if price else None)
