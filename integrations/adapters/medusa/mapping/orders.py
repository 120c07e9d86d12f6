"""An order as Medusa sends it to `StorefrontOrder`, and a shipment to what Medusa takes.

What Medusa calls `subtotal` is net and before discount, also for a tax-inclusive price;
`discount_subtotal` is the net discount. Both are taken from the line and not computed from
the unit price, which may include tax. Only a line of which pieces came back is computed:
Medusa lowers its amounts, but not its quantity.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.mapping.values import (
    Row,
    exact,
    exact_or_zero,
    moment,
    moment_or_none,
    rows,
    text,
    without_noise,
)
from integrations.records import (
    Address,
    ErpShipment,
    OrderSighting,
    StorefrontFulfilment,
    StorefrontLine,
    StorefrontOrder,
    StorefrontPayment,
    TaxLine,
    web_link,
)

# Named in full because Medusa's default fields lack the currency, the e-mail and the
# customer; `total` must be among them, else the stored summary comes back, which lacks the
# tax of an order that was converted from a draft.
ORDER_FIELDS = ",".join(
    (
        "+currency_code,+email,+customer_id,+sales_channel_id,+metadata,+total,+credit_lines",
        "*items,*items.tax_lines,*items.adjustments,*items.detail",
        "*shipping_methods,*shipping_methods.tax_lines,*shipping_methods.adjustments",
        "*shipping_address,*billing_address,*customer,*customer.groups",
        "*payment_collections.payments,*payment_collections.payments.captures",
        "*payment_collections.payments.refunds",
        "*fulfillments,*fulfillments.labels,*fulfillments.items",
    )
)
DIGEST_FIELDS = ",".join(
    (
        "id,status,email,created_at,updated_at,total,currency_code",
        "items.id,items.quantity,items.unit_price",
        "shipping_address.id,billing_address.id",
        "payment_collections.id,payment_collections.status",
        "payment_collections.captured_amount,payment_collections.refunded_amount",
    )
)
FULFILMENT_FIELDS = "id,*fulfillments,*fulfillments.labels,*fulfillments.items"

SHIPMENT_KEY = "erp_shipment"
# What a line of a quote's order carries beside its own metadata: the quote's line.
QUOTE_LINE_KEY = "erp_quote_line"


def to_order(order: Row) -> StorefrontOrder:
    """An order that was read with ORDER_FIELDS."""
    lines = to_lines(order)
    summary: Row = order.get("summary") or {}
    customer: Row = order.get("customer") or {}
    return StorefrontOrder(
        order_id=text(order, "id"),
        display_id=text(order, "custom_display_id") or text(order, "display_id"),
        version=int(order.get("version") or 1),
        status=text(order, "status"),
        currency=text(order, "currency_code").upper(),
        email=text(order, "email"),
        customer_id=text(order, "customer_id") or None,
        group_ids=tuple(text(group, "id") for group in rows(customer, "groups")),
        sales_channel_id=text(order, "sales_channel_id") or None,
        placed_at=moment(order, "created_at"),
        updated_at=moment(order, "updated_at"),
        gross_total=sum((line.gross_total for line in lines), Decimal(0)),
        tax_total=sum((line.tax_total for line in lines), Decimal(0)),
        credit_total=_credit_total(order),
        returned_total=_returned_total(order),
        paid_total=exact_or_zero(summary, "paid_total"),
        refunded_total=exact_or_zero(summary, "refunded_total"),
        lines=lines,
        ship_to=to_address(order.get("shipping_address")),
        bill_to=to_address(order.get("billing_address")),
        metadata=dict(order.get("metadata") or {}),
        payments=_payments(order),
        fulfilments=tuple(to_fulfilment(one) for one in rows(order, "fulfillments")),
        digest=digest_of(order),
    )


def to_sighting(order: Row) -> OrderSighting:
    """An order that was listed with DIGEST_FIELDS."""
    return OrderSighting(
        order_id=text(order, "id"),
        digest=digest_of(order),
        placed_at=moment(order, "created_at"),
    )


def digest_of(order: Row) -> str:
    """Changes when an order changes in a way that concerns the ERP, and only then.

    Needs DIGEST_FIELDS or ORDER_FIELDS. `updated_at` will not do: it stays when a payment
    is captured, and moves with every note we write ourselves. `version` moves with our
    own fulfilments. An address that is edited gets a new id.
    """
    facts = [
        text(order, "status"),
        text(order, "email"),
        _plain(exact_or_zero(order, "total")),
        [text(order.get(name) or {}, "id") for name in ("shipping_address", "billing_address")],
        [
            [text(item, "id"), *(_plain(exact(item, name)) for name in ("quantity", "unit_price"))]
            for item in rows(order, "items")
        ],
        [
            [text(one, "id"), text(one, "status"), *(_plain(paid) for paid in _collected(one))]
            for one in rows(order, "payment_collections")
        ],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def to_fulfilment(fulfilment: Row) -> StorefrontFulfilment:
    """A fulfilment with its items and labels."""
    metadata: Row = fulfilment.get("metadata") or {}
    return StorefrontFulfilment(
        fulfilment_id=text(fulfilment, "id"),
        erp_shipment=text(metadata, SHIPMENT_KEY),
        lines=tuple(
            (text(item, "line_item_id"), exact(item, "quantity"))
            for item in rows(fulfilment, "items")
        ),
        tracking_numbers=tuple(
            text(label, "tracking_number")
            for label in rows(fulfilment, "labels")
            if text(label, "tracking_number")
        ),
        is_shipped=bool(fulfilment.get("shipped_at")),
        is_canceled=bool(fulfilment.get("canceled_at")),
    )


def to_address(address: Row | None) -> Address:
    """An address; an order without one has an empty one."""
    row: Row = address or {}
    return Address(
        company=text(row, "company"),
        first_name=text(row, "first_name"),
        last_name=text(row, "last_name"),
        street1=text(row, "address_1"),
        street2=text(row, "address_2"),
        city=text(row, "city"),
        region=text(row, "province"),
        postal_code=text(row, "postal_code"),
        country_code=text(row, "country_code").upper(),
        phone=text(row, "phone"),
    )


def goods_of(shipment: ErpShipment) -> dict[str, Decimal]:
    """Order line to pieces; lines that are no order line of ours are left out.

    Shipping methods (ordsm_…) are lines of the ERP's delivery too, but no goods. A line that
    the ERP splits over several moves of one delivery counts once, with the sum.
    """
    goods: dict[str, Decimal] = {}
    for ref, quantity in shipment.lines:
        if ref.startswith("ordli_") and quantity > 0:
            goods[ref] = goods.get(ref, Decimal(0)) + quantity
    return goods


def to_items(goods: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """Goods as fulfilments and shipments take them."""
    return [{"id": ref, "quantity": quantity} for ref, quantity in goods.items()]


def to_labels(shipment: ErpShipment) -> list[dict[str, str]]:
    """The tracking label, or none. Medusa wants all three fields of one; empty texts will do."""
    if not (shipment.tracking_number or shipment.tracking_url):
        return []
    return [
        {
            "tracking_number": shipment.tracking_number,
            "tracking_url": web_link(shipment.tracking_url),
            "label_url": "",
        }
    ]


# ---------------------------------------------------------------- lines


def to_lines(order: Row) -> tuple[StorefrontLine, ...]:
    # An edit that removes a line leaves it behind with the quantity 0.
    items = [_item(one) for one in rows(order, "items") if exact(one, "quantity") != 0]
    shipping = [_shipping(one) for one in rows(order, "shipping_methods")]
    return (*items, *shipping)


def _item(item: Row) -> StorefrontLine:
    detail: Row = item.get("detail") or {}
    return StorefrontLine(
        line_id=text(item, "id"),
        kind="item",
        title=text(item, "product_title") or text(item, "title"),
        sku=text(item, "variant_sku"),
        variant_id=text(item, "variant_id") or None,
        shipping_option_id=None,
        quantity=exact(item, "quantity"),
        fulfilled_quantity=exact_or_zero(detail, "fulfilled_quantity"),
        shipped_quantity=exact_or_zero(detail, "shipped_quantity"),
        agreed_line=str((item.get("metadata") or {}).get(QUOTE_LINE_KEY) or ""),
        **(_amounts_as_ordered(item) if _returned(item) else _amounts(item)),
    )


def _shipping(method: Row) -> StorefrontLine:
    return StorefrontLine(
        line_id=text(method, "id"),
        kind="shipping",
        title=text(method, "name"),
        sku="",
        variant_id=None,
        shipping_option_id=text(method, "shipping_option_id") or None,
        quantity=Decimal(1),
        **_amounts(method),
    )


def _amounts(line: Row) -> dict[str, Any]:
    return {
        "net_subtotal": exact(line, "subtotal"),
        "net_discount": exact_or_zero(line, "discount_subtotal"),
        "tax_total": exact(line, "tax_total"),
        "gross_total": exact(line, "total"),
        "taxes": _taxes(line),
    }


def _amounts_as_ordered(item: Row) -> dict[str, Any]:
    """The amounts of all pieces, also of those that came back; adjustments stay as they were."""
    taxes = _taxes(item)
    share = sum((tax.rate for tax in taxes), Decimal(0)) / 100
    asked = exact(item, "unit_price") * exact(item, "quantity")
    net = without_noise(asked / (1 + share)) if item.get("is_tax_inclusive") else asked
    discount = sum((exact(one, "amount") for one in rows(item, "adjustments")), Decimal(0))
    tax = without_noise((net - discount) * share)
    return {
        "net_subtotal": net,
        "net_discount": discount,
        "tax_total": tax,
        "gross_total": net - discount + tax,
        "taxes": taxes,
    }


def _taxes(line: Row) -> tuple[TaxLine, ...]:
    taxes = [
        TaxLine(code=text(one, "code"), rate=exact(one, "rate")) for one in rows(line, "tax_lines")
    ]
    return tuple(sorted(taxes, key=lambda tax: (tax.code, tax.rate)))


def _returned(item: Row) -> Decimal:
    detail: Row = item.get("detail") or {}
    return exact_or_zero(detail, "return_received_quantity")


# ---------------------------------------------------------------- money


def _credit_total(order: Row) -> Decimal:
    # Not the summary's `credit_line_total`: it falls back to 0 with the next version of the
    # order (seen after a refund that a fulfilment followed), while the credit stays.
    return sum((exact(one, "amount") for one in rows(order, "credit_lines")), Decimal(0))


def _returned_total(order: Row) -> Decimal:
    returned = [one for one in rows(order, "items") if _returned(one)]
    values = (_amounts_as_ordered(one)["gross_total"] - exact(one, "total") for one in returned)
    return sum(values, Decimal(0))


def _payments(order: Row) -> tuple[StorefrontPayment, ...]:
    return tuple(
        _payment(payment, text(collection, "id"))
        for collection in rows(order, "payment_collections")
        for payment in rows(collection, "payments")
    )


def _payment(payment: Row, collection_id: str) -> StorefrontPayment:
    captures = rows(payment, "captures")
    captured = sum((exact(one, "amount") for one in captures), Decimal(0))
    refunds = sum((exact(one, "amount") for one in rows(payment, "refunds")), Decimal(0))
    # `captured_at` of the payment is set by the capture that completes it; a part that was
    # captured before has its own time.
    moments = [moment(one, "created_at") for one in captures if one.get("created_at")]
    return StorefrontPayment(
        payment_id=text(payment, "id"),
        provider=text(payment, "provider_id"),
        amount=exact(payment, "amount"),
        captured_amount=captured,
        refunded_amount=refunds,
        captured_at=moment_or_none(payment, "captured_at") or max(moments, default=None),
        is_canceled=bool(payment.get("canceled_at")),
        collection_id=collection_id,
    )


def _collected(collection: Row) -> tuple[Decimal, Decimal]:
    return (
        exact_or_zero(collection, "captured_amount"),
        exact_or_zero(collection, "refunded_amount"),
    )


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
