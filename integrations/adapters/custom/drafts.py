"""A draft as the values that the holes of a template are filled with. Pure."""

from collections.abc import Callable, Collection
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

from integrations.adapters.custom.mapping.records import ADDRESS_NAMES
from integrations.errors import NeedsOperator
from integrations.records import Address, DraftLine, OrderDraft

ProductFor = Callable[[str], str]
FREE_TEXT = "free_text"


def placed(
    draft: OrderDraft, header: Collection[str], line: Collection[str], product_for: ProductFor
) -> OrderDraft:
    """The draft as a mapping can send it; `header` and `line` are the names that it sends.

    A buyer's order number without a place of its own goes into the note. Raises NeedsOperator
    for what would be lost without a word: agreed terms, a configuration, the words of a line
    that is nothing but words.
    """
    if draft.payment_term_ref and "payment_term_ref" not in header:
        raise _no_place(draft, "payment terms that were agreed", "{payment_term_ref}")
    told = {"line.description", "line.title"} & set(line)
    for one in draft.lines:
        says = one.kind == "item" and one.product_ref == product_for(FREE_TEXT)
        if says and one.description and not told:
            raise _no_place(draft, f"the text of {one.description!r}", "{line.description}")
        if one.configuration and not {"line.description", "line.configuration"} & set(line):
            raise _no_place(draft, "a configuration", "{line.description}")
    if draft.po_number and "po_number" not in header:
        note = "\n".join(filter(None, (f"Purchase order: {draft.po_number}", draft.note)))
        return replace(draft, note=note)
    return draft


def draft_values(draft: OrderDraft, product_for: ProductFor) -> dict[str, Any]:
    """By the names of `mapping.names`. `product_for` names the product of a line without one.

    Raises NeedsOperator for a draft that no ERP should get.
    """
    refuse_senseless(draft)
    lines = [
        line_values(line, number, product_for) for number, line in enumerate(draft.lines, start=1)
    ]
    return {
        "our_ref": draft.our_ref,
        "display_ref": draft.display_ref,
        "placed_at": draft.placed_at,
        "currency": draft.currency,
        "customer_ref": draft.customer_ref,
        "expected_gross_total": draft.expected_gross_total,
        "po_number": draft.po_number,
        "note": draft.note,
        "payment_term_ref": draft.payment_term_ref,
        "line_count": len(lines),
        **_address("ship_to", draft.ship_to),
        **_address("bill_to", draft.bill_to),
        "lines": lines,
    }


def line_values(line: DraftLine, number: int, product_for: ProductFor) -> dict[str, Any]:
    return {
        "our_ref": line.our_ref,
        "number": number,
        "kind": line.kind,
        "product_ref": line.product_ref or product_for(line.kind),
        "description": line.full_text,
        "title": line.description,
        "configuration": line.choices,
        "quantity": line.quantity,
        "net_unit_price": line.net_unit_price,
        "discount_percent": line.discount_percent,
        "discounted_unit_price": after_discount(line.net_unit_price, line.discount_percent),
        "tax_ref": line.tax_refs[0] if line.tax_refs else "",
        "tax_refs": list(line.tax_refs),
        "tax_rate": sum(line.tax_rates, Decimal(0)),
    }


def after_discount(net_unit_price: Decimal, discount_percent: Decimal) -> Decimal:
    """Unrounded."""
    with localcontext(prec=60):
        return net_unit_price * (100 - discount_percent) / 100


def refuse_senseless(draft: OrderDraft) -> None:
    """A number that is none, a negative quantity or price. Only a rounding line may be below 0."""
    if not draft.lines:
        raise _senseless(draft, "has no lines")
    for line in draft.lines:
        told = (line.quantity, line.net_unit_price, line.discount_percent, *line.tax_rates)
        if not all(number.is_finite() for number in told):
            raise _senseless(draft, f"has a number that is none on {line.description!r}")
        if line.quantity < 0 or (line.net_unit_price < 0 and line.kind != "rounding"):
            raise _senseless(draft, f"has a negative quantity or price of {line.description!r}")
        if not 0 <= line.discount_percent <= 100:
            raise _senseless(draft, f"has a discount of {line.discount_percent} %")


def _senseless(draft: OrderDraft, what: str) -> NeedsOperator:
    return NeedsOperator(
        f"Order {draft.display_ref or draft.our_ref} {what}; it is not sent to the ERP.",
        reason="order_senseless",
        cause=f"order_senseless:{draft.our_ref}",
        hint="Correct the order in the storefront, or cancel it there.",
        ids={"order": draft.our_ref},
    )


def _no_place(draft: OrderDraft, what: str, hole: str) -> NeedsOperator:
    return NeedsOperator(
        f"Order {draft.display_ref or draft.our_ref} has {what}, and the mapping of the ERP sends "
        "them nowhere.",
        reason="no_place",
        cause=f"no_place:{hole}",
        hint=f"Give {hole} a place in 'orders.create' of the mapping, then requeue.",
        ids={"order": draft.our_ref},
    )


def _address(prefix: str, address: Address) -> dict[str, str]:
    values = {f"{prefix}.{name}": getattr(address, name) for name in ADDRESS_NAMES}
    person = " ".join(filter(None, (address.first_name, address.last_name)))
    return {**values, f"{prefix}.name": address.company or person}
