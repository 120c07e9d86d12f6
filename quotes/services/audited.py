"""What was quoted lately, for the audit of prices."""

from collections.abc import Sequence

from integrations.flows.price_audit.sampling import Wish, also_sample
from integrations.models import Flow
from quotes.models import VersionLine


def quoted_lately(flow: Flow, at_most: int) -> Sequence[Wish]:
    """The newest lines of quotes to buyers whom the storefront knows, one wish each."""
    lines = VersionLine.objects.filter(quantity__gt=0).exclude(sku="")
    lines = lines.exclude(version__quote__buyer__storefront_customer_id="")
    rows = (
        lines.filter(version__quote__buyer__isnull=False)
        .order_by("-id")
        .values_list(
            "version__quote__buyer__storefront_customer_id",
            "sku",
            "quantity",
            "version__quote__currency",
        )
    )
    return [
        Wish(customer_id=who, sku=sku, quantity=quantity, currency=currency)
        for who, sku, quantity, currency in rows[:at_most]
        if quantity == quantity.to_integral_value()
    ]


def register_all() -> None:
    """Makes the audit prefer what was quoted. Safe to repeat."""
    also_sample(quoted_lately)
