"""What the holes of each request may name, with the kind of each value."""

from integrations.adapters.custom.mapping.records import ADDRESS_NAMES
from integrations.adapters.custom.mapping.templates import Names

WINDOW = Names({"since": "time", "until": "time"})
NOTHING = Names({})
_ADDRESS = {
    f"{whole}.{name}": "text"
    for whole in ("ship_to", "bill_to")
    for name in (*ADDRESS_NAMES, "name")
}
_LINE = {
    "our_ref": "text",
    "number": "whole",
    "kind": "text",
    "product_ref": "text",
    "description": "text",
    "title": "text",
    "configuration": "text",
    "quantity": "number",
    "net_unit_price": "unit_price",
    "discount_percent": "number",
    "discounted_unit_price": "unit_price",
    "tax_ref": "text",
    "tax_refs": "text[]",
    "tax_rate": "number",
}
_DRAFT = {
    "our_ref": "text",
    "display_ref": "text",
    "placed_at": "time",
    "currency": "text",
    "customer_ref": "text",
    "expected_gross_total": "amount",
    "po_number": "text",
    "note": "text",
    "payment_term_ref": "text",
    "line_count": "whole",
    **_ADDRESS,
}
_KNOWN = {"ref": "text", "number": "text", "version": "text"}
_LISTS = {"lines": ("line", _LINE)}

FIND = Names({"our_ref": "text"})
CREATE = Names(_DRAFT, _LISTS)
HEADER = Names(_DRAFT)
CHANGE = Names({**_KNOWN, **_DRAFT}, _LISTS)
CHANGE_HEADER = Names({**_KNOWN, **_DRAFT})
ON_ORDER = Names({**_KNOWN, "our_ref": "text"})
CANCEL = Names({**_KNOWN, "our_ref": "text", "reason": "text"})
ONE_LINE = Names(
    {**_KNOWN, "currency": "text", **{f"line.{name}": kind for name, kind in _LINE.items()}}
)
KNOWN_LINE = Names({**ONE_LINE.plain, "line_ref": "text"})
REMOVED_LINE = Names({**_KNOWN, "line_ref": "text"})
SEVERAL = Names({"refs": "text[]", "ref": "text"}, {"refs": ("one", {"ref": "text"})})
INVOICE = Names({"ref": "text", "number": "text"})
CUSTOMER = Names({"customer_ref": "text"})
ASK = Names(
    {"customer_ref": "text", "currency": "text", "asked_on": "date"},
    {"lines": ("ask", {"our_ref": "text", "product_ref": "text", "quantity": "number"})},
)
PAYMENT = Names(
    {
        "ref": "text",
        "number": "text",
        "our_ref": "text",
        "amount": "amount",
        "paid_amount": "amount",
        "currency": "text",
        "provider": "text",
        "captured_at": "time",
        "kind": "text",
    }
)
