"""How our references and theirs name each other. Pure.

An order is named by its number, which its shipments and invoices carry long after the order
itself is gone. What our own reference is, Business Central keeps in `externalDocumentNumber`,
a code: at most 35 characters, trimmed, in capital letters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from integrations.errors import NeedsOperator

LONGEST_REF = 35
LONGEST_LINE_REF = 50  # Description 2
_ORDER = "order:"
_ACCOUNT = "account:"
_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ITEM_REF = re.compile(rf"({_GUID})(?:/({_GUID}))?", re.IGNORECASE)
_OF_STOREFRONT = re.compile(r"([A-Z]+)_(01[0-9A-Z]*)")  # ids that begin with the time: 01…


def order_ref(number: str) -> str:
    return f"{_ORDER}{number}"


def order_number(ref: str) -> str:
    """The number in a reference of ours; empty for anything else."""
    return ref[len(_ORDER) :] if ref.startswith(_ORDER) else ""


def code_of(our_ref: str) -> str:
    """Our reference as it is stored there. Raises NeedsOperator for one that does not fit."""
    code = our_ref.strip().upper()
    if not code or len(code) > LONGEST_REF:
        raise NeedsOperator(
            f"The reference {our_ref!r} does not fit into Business Central, which keeps at most "
            f"{LONGEST_REF} characters of an external document number.",
            reason="bad_reference",
            hint="Enter this order in Business Central by hand.",
        )
    return code


def our_ref_of(code: str) -> str:
    """Our reference in its usual spelling: a small prefix before the storefront's ids in
    capitals, small letters otherwise."""
    found = _OF_STOREFRONT.fullmatch(code)
    return f"{found[1].lower()}_{found[2]}" if found else code.lower()


def item_ref(item_id: str, variant_id: str = "") -> str:
    """What products, prices and stock are named by: ids, which a renamed item keeps."""
    return f"{item_id}/{variant_id}" if variant_id else item_id


@dataclass(frozen=True, slots=True)
class Goods:
    """What a line sells. One of `item_id`, `item_number` and `account` is set."""

    item_id: str = ""
    variant_id: str = ""
    item_number: str = ""
    account: str = ""

    def as_fields(self) -> Mapping[str, str]:
        """How a line names it, in the order in which Business Central has to see it."""
        if self.account:
            return {"lineType": "Account", "lineObjectNumber": self.account}
        if self.item_number:
            return {"lineType": "Item", "lineObjectNumber": self.item_number}
        named = {"lineType": "Item", "itemId": self.item_id}
        return {**named, "itemVariantId": self.variant_id} if self.variant_id else named


def goods_of(ref: str) -> Goods:
    """`itemId`, `itemId/variantId`, an item's number or `account:` and a G/L account's."""
    found = _ITEM_REF.fullmatch(ref.strip())
    if found:
        return Goods(item_id=found[1].lower(), variant_id=(found[2] or "").lower())
    if ref.startswith(_ACCOUNT):
        return Goods(account=ref[len(_ACCOUNT) :].strip())
    return Goods(item_number=ref.strip())
