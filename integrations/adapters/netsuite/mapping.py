"""Orders between our records and NetSuite's sales orders. Pure."""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.adapters.netsuite.base import Currency
from integrations.adapters.netsuite.refs import ORDER, external_id, our_ref_of
from integrations.adapters.netsuite.settings import NetSuiteSettings
from integrations.adapters.netsuite.wire import id_of, is_true, number_of, text_of
from integrations.errors import NeedsOperator
from integrations.records import Address, DraftLine, ErpOrder, ErpOrderLine, OrderDraft

Row = Mapping[str, Any]

CUSTOM_PRICE = "-1"  # a line that names no price level is priced by the customer's own
RATE_DIGITS = 8
PENDING_APPROVAL, APPROVED = "A", "B"
CANCELLED, CLOSED = "C", "H"
MOST_MEMO = 999
MOST_TEXT = 4000  # of the description of a line
# The letter, or its label where an account sends that.
_LETTERS = {
    "pendingapproval": "A",
    "pendingfulfillment": "B",
    "cancelled": "C",
    "partiallyfulfilled": "D",
    "pendingbillingpartiallyfulfilled": "E",
    "pendingbilling": "F",
    "billed": "G",
    "closed": "H",
}

# ---------------------------------------------------------------- to NetSuite


def order_request(
    draft: OrderDraft, settings: NetSuiteSettings, currency: Currency
) -> dict[str, Any]:
    """The body that creates the order: all of it or nothing, not approved yet.

    Raises NeedsOperator for what NetSuite could not hold as it is: a line without an item, two
    taxes on one line, more decimals than the currency has there.
    """
    refuse_unfit(draft, currency)
    body: dict[str, Any] = {
        "externalId": external_id(ORDER, draft.our_ref),
        "entity": {"id": customer_id(draft.customer_ref)},
        "currency": {"id": currency.ref},
        "tranDate": draft.placed_at.astimezone(settings.zone).date().isoformat(),
        "orderStatus": {"id": PENDING_APPROVAL},
        "memo": _memo(draft),
        **header_changes(draft),
        # after the customer, whose own terms come with `entity`
        **({"terms": {"id": _term(draft)}} if draft.payment_term_ref else {}),
        "item": {"items": [line_request(draft, line, settings, currency) for line in draft.lines]},
    }
    if settings.location_id:
        body["location"] = {"id": settings.location_id}
    return body


def header_changes(draft: OrderDraft) -> dict[str, Any]:
    """What of the header may change after the order was placed."""
    found: dict[str, Any] = {}
    if draft.po_number:
        found["otherRefNum"] = draft.po_number
    for name, address in (("shippingAddress", draft.ship_to), ("billingAddress", draft.bill_to)):
        if address != Address():
            found[name] = _address(address)
    return found


def line_request(
    draft: OrderDraft, line: DraftLine, settings: NetSuiteSettings, currency: Currency
) -> dict[str, Any]:
    """`amount` goes with the rate: both say the same, whichever NetSuite takes."""
    found: dict[str, Any] = {
        "item": {"id": _item(draft, line, settings)},
        "quantity": line.quantity,
        "price": {"id": CUSTOM_PRICE},
        "rate": rate_of(line),
        "amount": amount_of(line, currency),
        "description": line.full_text or line.our_ref,
        settings.line_field: line.our_ref,
    }
    if settings.location_id:
        found["location"] = {"id": settings.location_id}
    tax = _tax(draft, line) if settings.tax_mode == "line_code" else ""
    if tax:
        found["taxCode"] = {"id": tax}
    return found


def dropped_line(row: Row) -> dict[str, Any]:
    """Closes a line. A closed line still counts in the order's total, so it costs nothing then."""
    nothing = Decimal(0)
    return {
        "line": row["line"],
        "price": {"id": CUSTOM_PRICE},
        "rate": nothing,
        "amount": nothing,
        "isClosed": True,
    }


def kept_line(row: Row) -> dict[str, Any]:
    """A line that people added in NetSuite, as it is."""
    found = {"line": row["line"], "item": {"id": id_of(row.get("item"))}}
    return found | {name: row[name] for name in ("quantity", "rate", "amount") if name in row}


def rate_of(line: DraftLine) -> Decimal:
    """NetSuite has no discount on a line: the rate is what one piece costs after it."""
    rate = line.net_unit_price * (100 - line.discount_percent) / 100
    return rate.quantize(Decimal(1).scaleb(-RATE_DIGITS), ROUND_HALF_UP).normalize() + Decimal(0)


def amount_of(line: DraftLine, currency: Currency) -> Decimal:
    net = line.quantity * line.net_unit_price * (100 - line.discount_percent) / 100
    return net.quantize(Decimal(1).scaleb(-currency.digits), ROUND_HALF_UP)


def refuse_unfit(draft: OrderDraft, currency: Currency) -> None:
    for line in draft.lines:
        numbers = (line.quantity, line.net_unit_price, line.discount_percent)
        if not all(number.is_finite() for number in numbers):
            raise _unfit(draft, line, "holds something that is not a number")
        if line.quantity < 0 or (line.net_unit_price < 0 and line.kind != "rounding"):
            raise _unfit(draft, line, "has a negative quantity or price")
        if len(line.full_text) > MOST_TEXT:
            raise _unfit(draft, line, f"says more than the {MOST_TEXT} characters of a description")
    total = draft.expected_gross_total
    if not total.is_finite() or total != round(total, currency.digits):
        raise NeedsOperator(
            f"Order {draft.display_ref} comes to {total} {draft.currency}, and NetSuite keeps "
            f"{currency.digits} decimals of {draft.currency}.",
            reason="currency_digits",
            cause=f"currency_digits:{draft.currency}",
            hint="NetSuite's currencies have 0 or 2 decimals (Currency Precision). Enter this "
            "order there by hand, or sell in another currency.",
            ids={"order": draft.our_ref},
        )


def customer_id(customer_ref: str) -> str:
    if not customer_ref.isascii() or not customer_ref.isdigit():
        raise NeedsOperator(
            f"{customer_ref!r} is not the internal id of a customer in NetSuite.",
            reason="bad_customer_ref",
            hint="Link the customer to its internal id, a number.",
        )
    return customer_ref


def _term(draft: OrderDraft) -> str:
    if not (draft.payment_term_ref.isascii() and draft.payment_term_ref.isdigit()):
        raise NeedsOperator(
            f"{draft.payment_term_ref!r} is not the internal id of payment terms in NetSuite.",
            reason="terms_unknown",
            cause=f"terms_unknown:{draft.payment_term_ref}",
            hint="Edit this job and name the internal id that NetSuite has for the terms.",
            ids={"order": draft.our_ref},
        )
    return draft.payment_term_ref


def _item(draft: OrderDraft, line: DraftLine, settings: NetSuiteSettings) -> str:
    ref = line.product_ref or settings.product_ref_for(line.kind)
    if not (ref.isascii() and ref.isdigit()):
        raise NeedsOperator(
            f"Line {line.description or line.our_ref!r} of order {draft.display_ref} has no item "
            "in NetSuite.",
            reason="no_product",
            cause=f"no_product:{line.kind if line.kind != 'item' else line.our_ref}",
            hint="Link the product, or name an item for shipping and rounding on the connection.",
            ids={"order": draft.our_ref},
        )
    return ref


def _tax(draft: OrderDraft, line: DraftLine) -> str:
    if len(line.tax_refs) > 1:
        raise NeedsOperator(
            f"Line {line.description or line.our_ref!r} of order {draft.display_ref} has "
            f"{len(line.tax_refs)} taxes, and a line takes one tax code in NetSuite.",
            reason="several_taxes",
            cause=f"several_taxes:{','.join(line.tax_refs)}",
            hint="Let NetSuite decide the taxes (setting 'tax_mode': engine), or make one tax "
            "group of them there and link it.",
            ids={"order": draft.our_ref},
        )
    return line.tax_refs[0] if line.tax_refs else ""


def _unfit(draft: OrderDraft, line: DraftLine, what: str) -> NeedsOperator:
    return NeedsOperator(
        f"Line {line.description or line.our_ref!r} of order {draft.display_ref} {what}.",
        reason="bad_amount",
        cause=f"bad_amount:{draft.our_ref}",
        hint="Correct the order in the storefront, or cancel it there.",
        ids={"order": draft.our_ref, "line": line.our_ref},
    )


def _memo(draft: OrderDraft) -> str:
    return " – ".join(filter(None, (f"Order {draft.display_ref}", draft.note)))[:MOST_MEMO]


def _address(address: Address) -> dict[str, Any]:
    person = f"{address.first_name} {address.last_name}".strip()
    found: dict[str, Any] = {
        "addressee": address.company or person,
        "attention": person if address.company else "",
        "addr1": address.street1,
        "addr2": address.street2,
        "city": address.city,
        "state": address.region,
        "zip": address.postal_code,
        "addrPhone": address.phone,
    }
    if address.country_code:
        found["country"] = {"id": address.country_code}
    return {name: value for name, value in found.items() if value}


# ---------------------------------------------------------------- from NetSuite


def to_order(row: Row, *, currency: str, line_field: str) -> ErpOrder:
    """A sales order that was read with its lines."""
    letter = letter_of(row)
    return ErpOrder(
        ref=text_of(row["id"]),
        number=text_of(row.get("tranId")),
        our_ref=our_ref_of(ORDER, text_of(row.get("externalId"))),
        currency=currency,
        net_total=number_of(row.get("subtotal")) - abs(number_of(row.get("discountTotal"))),
        tax_total=number_of(row.get("taxTotal")),
        gross_total=number_of(row.get("total")),
        is_confirmed=letter not in {PENDING_APPROVAL, CANCELLED} and not is_cancelled(row),
        is_cancelled=is_cancelled(row),
        lines=tuple(_to_line(line, line_field) for line in lines_of(row)),
        payment_term_ref=id_of(row.get("terms")),
    )


def lines_of(row: Row) -> Sequence[Row]:
    sublist = row.get("item") or {}
    return list(sublist.get("items") or ())


def letter_of(row: Row) -> str:
    return status_letter(id_of(row.get("status")) or id_of(row.get("orderStatus")))


def status_letter(told: str) -> str:
    """`B`, `SalesOrd:B` and the label of the status all are B."""
    last = told.rpartition(":")[2].strip()
    return _LETTERS.get(re.sub(r"[^a-z]", "", last.lower()), last)


def is_cancelled(row: Row) -> bool:
    """Cancelled, or closed before anything of it was delivered or billed."""
    letter = letter_of(row)
    touched = any(fulfilled_of(line) or billed_of(line) for line in lines_of(row))
    return letter == CANCELLED or (letter == CLOSED and not touched)


def fulfilled_of(line: Row) -> Decimal:
    return number_of(line.get("quantityFulfilled"))


def billed_of(line: Row) -> Decimal:
    return number_of(line.get("quantityBilled"))


def _to_line(line: Row, line_field: str) -> ErpOrderLine:
    # of a closed line only what was delivered counts any more
    is_closed = is_true(line.get("isClosed"))
    return ErpOrderLine(
        our_ref=text_of(line.get(line_field)),
        ref=text_of(line.get("line")),
        product_ref=id_of(line.get("item")),
        quantity=fulfilled_of(line) if is_closed else number_of(line.get("quantity")),
        net_unit_price=number_of(line.get("rate")),
        discount_percent=Decimal(0),
        net_total=number_of(line.get("amount")),
    )
