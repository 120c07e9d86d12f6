"""Our references on SAP's orders and lines. Pure.

A line carries its reference in its customer reference (35 characters), or in a related object (60)
where the connection keeps customer references for the buyers. A reference that begins with the
order's own is shortened. Beside it stands a print of what was sent: a line that no longer agrees
with it was edited in SAP.
"""

import hashlib
from decimal import Decimal

from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import Row, number_of, number_text, rows_of, text_of
from integrations.errors import NeedsOperator

SYSTEM = "ERP-PORTAL"
_SHORT = "~"
_PRINT = "portal:"


def order_ref_of(row: Row, settings: SapSettings) -> str:
    """Our reference on an order, empty for one that is not ours."""
    if not settings.uses_related_object:
        return text_of(row.get("PurchaseOrderByCustomer"))
    return _object(row, "SDDocRelatedObjectReference1")


def line_ref_of(row: Row, order_ref: str, settings: SapSettings) -> str:
    """Our reference on a line, empty for one that was added in SAP.

    SAP shows the order's customer reference on a line that has none of its own.
    """
    if settings.uses_related_object:
        kept = _object(row, "SDDocRelatedObjectReference1")
    else:
        kept = text_of(row.get("PurchaseOrderByCustomer"))
    if not kept or kept == order_ref:
        return ""
    return f"{order_ref}{kept[1:]}" if kept.startswith(_SHORT) else kept


def kept_line_ref(line_ref: str, order_ref: str, settings: SapSettings) -> str:
    """The reference as it is stored. Raises NeedsOperator for one that SAP would cut."""
    kept = line_ref
    if line_ref.startswith(order_ref) and line_ref != order_ref:
        kept = f"{_SHORT}{line_ref.removeprefix(order_ref)}"
    return checked_length(kept, settings)


def checked_length(ref: str, settings: SapSettings) -> str:
    longest = 60 if settings.uses_related_object else 35
    if not 0 < len(ref) <= longest:
        raise NeedsOperator(
            f"The reference {ref!r} does not fit into the {longest} characters SAP keeps.",
            reason="ref_too_long",
            hint="Set 'reference' of the connection to related_object, which keeps 60 characters.",
        )
    return ref


def print_of(material: str, quantity: Decimal, net_amount: Decimal) -> str:
    """Sixteen characters that change when a line does."""
    text = f"{material}|{number_text(quantity)}|{number_text(net_amount)}"
    return _PRINT + hashlib.sha256(text.encode()).hexdigest()[:16]


def is_as_sent(row: Row, settings: SapSettings) -> bool:
    """Whether a line is still what we sent; false in doubt."""
    kept = (
        _object(row, "SDDocRelatedObjectReference2")
        if settings.uses_related_object
        else text_of(row.get("PurchaseOrderByShipToParty"))
    )
    now = print_of(
        text_of(row.get("Material")),
        number_of(row.get("RequestedQuantity")),
        number_of(row.get("NetAmount")),
    )
    return kept == now and not text_of(row.get("SalesDocumentRjcnReason"))


def _object(row: Row, name: str) -> str:
    for related in rows_of(row.get("to_RelatedObject")):
        if text_of(related.get("SDDocRelatedObjectReference1")):
            return text_of(related.get(name))
    return ""
