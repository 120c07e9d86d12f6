"""Whether each line of a quote can become a line of an order in the ERP."""

from collections.abc import Sequence

from integrations.errors import NeedsOperator
from integrations.flows.orders.resolve import FREE_TEXT_PRODUCT, products_by_sku
from integrations.models import Connection
from quotes.models import VersionLine
from quotes.services.counterparts import trading_flow


def complaints(lines: Sequence[VersionLine]) -> list[str]:
    """What the ERP would have no product for, in words for sales; nothing without an orders flow.

    A line outside the totals is not ordered, so it may say what it likes.
    """
    try:
        erp = trading_flow().target
    except NeedsOperator:
        return []
    open_lines = [line for line in lines if line.is_counted and not line.variant_ref]
    known = products_by_sku({line.sku for line in open_lines}, erp)
    found = (_complaint(line, erp) for line in open_lines if line.sku not in known)
    return [sentence for sentence in found if sentence]


def _complaint(line: VersionLine, erp: Connection) -> str:
    if line.sku:
        return (
            f"line {line.n}: no product of {erp.name} is linked under the SKU {line.sku}; correct "
            "the SKU, or run the products flow"
        )
    if erp.setting(FREE_TEXT_PRODUCT):
        return ""
    return (
        f"line {line.n} is free text, and {erp.name} has no product for such lines: give it a SKU, "
        "or have an operator name a product for free-text lines on the connection"
    )
