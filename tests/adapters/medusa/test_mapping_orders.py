"""Orders as a real Medusa 2.21.2 sent them, read to the last digit."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.adapters.medusa.mapping.orders import digest_of, goods_of, to_labels, to_order
from integrations.adapters.medusa.mapping.values import exact, exact_or_zero
from integrations.errors import Unavailable
from integrations.records import Address, ErpShipment, StorefrontOrder, TaxLine

RECORDINGS = Path(__file__).parents[2] / "recordings" / "medusa"
NAMES = (
    "guest",
    "promotion",
    "tax-inclusive",
    "shipped-and-refunded",
    "canceled",
    "edited",
    "returned",
)


def payload(name: str) -> dict[str, Any]:
    text = (RECORDINGS / f"order-{name}.json").read_text()
    order: dict[str, Any] = json.loads(text, parse_float=Decimal)["order"]
    return order


def order(name: str) -> StorefrontOrder:
    return to_order(payload(name))


def shipment(*lines: tuple[str, str], number: str = "", url: str = "") -> ErpShipment:
    return ErpShipment(
        ref="WH/1",
        number="WH/1",
        shipped_at=datetime(2026, 11, 23, tzinfo=UTC),
        carrier="",
        tracking_number=number,
        tracking_url=url,
        lines=tuple((ref, Decimal(quantity)) for ref, quantity in lines),
    )


def test_two_lines_with_promotion_and_shipping_are_read_exactly() -> None:
    found = order("promotion")

    assert [
        (line.kind, line.sku, line.quantity, line.net_subtotal, line.net_discount, line.tax_total)
        for line in found.lines
    ] == [
        ("item", "PX53A4A-1", 12, 834, Decimal("83.4"), Decimal("142.614")),
        ("item", "PX53A4B-1", 7, Decimal("68.25"), Decimal("6.825"), Decimal("11.67075")),
        ("shipping", "", 1, Decimal("9.9"), 0, Decimal("1.881")),
    ]
    assert found.gross_total == Decimal("978.09075")
    assert found.tax_total == Decimal("156.16575")
    assert found.lines[0].taxes == (TaxLine(code="VATde", rate=Decimal(19)),)


def test_who_bought_and_where_it_goes_is_read() -> None:
    found = order("promotion")

    assert (found.order_id, found.display_id) == ("order_01M83VG0YNPQGFB6SG7RMKT4E4", "80")
    assert (found.currency, found.email) == ("EUR", "einkauf-fe2c@nordwind.example")
    assert found.customer_id == "cus_01M83VE2MBWEGJND3TX3W91ZSF"
    assert found.group_ids == ("cusgroup_01M83VE0SNG6TPQJSBCG4RNDQC",)
    assert found.placed_at == datetime(2026, 11, 23, 9, 23, 49, 847000, tzinfo=UTC)
    assert found.metadata == {"po_number": "PO-4712", "cost_center": "42"}
    assert found.ship_to == Address(
        company="Nordwind GmbH",
        first_name="Erika",
        last_name="Muster",
        street1="Hafenstr. 1",
        city="Hamburg",
        postal_code="20457",
        country_code="DE",
        phone="+49 40 1",
    )


def test_price_with_tax_is_read_net_and_without_the_noise_of_division() -> None:
    found = order("tax-inclusive")

    assert found.lines[0].net_subtotal == Decimal("50.394957983193")
    assert found.lines[0].net_discount == Decimal("5.039495798319")
    assert found.lines[0].gross_total == Decimal("53.973")  # sent as 53.97299999999999968
    assert found.gross_total == Decimal("63.873")


@pytest.mark.parametrize("name", NAMES)
def test_lines_add_up_as_medusa_says(name: str) -> None:
    found = order(name)

    for line in found.lines:
        parts = line.net_subtotal - line.net_discount + line.tax_total
        assert abs(parts - line.gross_total) < Decimal("1e-10")
    theirs = exact(payload(name), "total")
    ours = found.gross_total - found.credit_total - found.returned_total
    assert abs(ours - theirs) < Decimal("1e-10")


def test_shipped_and_refunded_order_tells_what_was_paid_and_sent() -> None:
    found = order("shipped-and-refunded")

    (payment,) = found.payments
    assert payment.amount == payment.captured_amount == found.paid_total == Decimal("76.00887")
    assert payment.refunded_amount == found.refunded_total == found.credit_total == 5
    assert payment.captured_at == datetime(2026, 11, 23, 17, 3, 26, 620000, tzinfo=UTC)
    assert found.open_amount == 0
    (fulfilment,) = found.fulfilments
    assert (fulfilment.erp_shipment, fulfilment.is_shipped) == ("WH/1", True)
    assert fulfilment.lines == ((found.lines[0].line_id, Decimal(1)),)
    assert fulfilment.tracking_numbers == ("T1",)
    assert (found.lines[0].fulfilled_quantity, found.lines[0].shipped_quantity) == (1, 1)


def test_cancelled_order_is_cancelled_and_so_is_its_payment() -> None:
    found = order("canceled")

    assert found.is_canceled
    assert found.payments[0].is_canceled
    assert found.payments[0].captured_at is None


def test_edited_order_has_its_new_lines_and_an_old_discount() -> None:
    found = order("edited")

    assert found.version == 2
    assert [(line.quantity, line.net_discount) for line in found.lines] == [
        (2, Decimal("5.997")),  # the discount of the three pieces that were bought stays
        (4, 0),
        (1, 0),
    ]


def test_line_of_which_a_piece_came_back_is_read_as_it_was_ordered() -> None:
    line = payload("returned")["items"][0]
    assert (line["quantity"], exact(line, "subtotal")) == (3, Decimal("39.98"))  # of two pieces

    found = order("returned")

    item = found.lines[0]
    assert (item.quantity, item.net_subtotal, item.net_discount) == (
        3,
        Decimal("59.97"),
        Decimal("5.997"),
    )
    assert (item.tax_total, item.gross_total) == (Decimal("10.25487"), Decimal("64.22787"))
    assert found.returned_total == Decimal("21.40929")


def test_lines_come_in_the_same_order_however_medusa_sends_them() -> None:
    turned = payload("promotion")
    turned["items"].reverse()

    assert to_order(turned) == order("promotion")


def test_line_that_an_edit_removed_is_left_out() -> None:
    edited = payload("edited")
    removed = edited["items"][0]
    removed |= {"quantity": 0, "raw_quantity": {"value": "0", "precision": 20}}

    assert removed["id"] not in {line.line_id for line in to_order(edited).lines}


def test_order_without_metadata_address_and_customer_is_read() -> None:
    bare = payload("guest")
    bare |= {"metadata": None, "shipping_address": None, "billing_address": None}
    bare |= {"customer": None, "customer_id": None, "email": None}

    found = to_order(bare)

    assert (found.metadata, found.ship_to, found.customer_id) == ({}, Address(), None)


def test_line_typed_in_by_hand_has_no_variant() -> None:
    typed = payload("guest")
    typed["items"][0] |= {"variant_id": None, "variant_sku": None, "product_title": None}

    line = to_order(typed).lines[0]

    assert (line.variant_id, line.sku, line.title) == (None, "", "Hose renamed")


def test_amounts_in_yen_are_read_without_decimals_being_invented() -> None:
    assert exact({"raw_total": {"value": "5388", "precision": 20}}, "total") == Decimal("5388")
    assert exact({"total": 5388}, "total") == Decimal("5388")


def test_missing_amount_is_never_taken_for_zero() -> None:
    with pytest.raises(Unavailable, match="lacks total of ordli_1"):
        exact({"id": "ordli_1"}, "total")
    assert exact_or_zero({"id": "ordli_1", "total": None}, "total") == 0


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({"metadata": {"erp_number": "S1"}}, False),
        ({"updated_at": "2027-01-01T00:00:00.000Z"}, False),
        ({"version": 7}, False),
        ({"status": "canceled"}, True),
        ({"email": "new@buyer.example"}, True),
        ({"total": Decimal("978.1")}, True),
        ({"shipping_address": {"id": "ordaddr_new"}}, True),
    ],
)
def test_digest_moves_with_what_concerns_the_erp(change: dict[str, Any], moves: bool) -> None:
    before = payload("promotion")

    assert (digest_of({**before, **change}) != digest_of(before)) is moves


def test_digest_moves_when_money_is_captured() -> None:
    paid = payload("promotion")
    before = digest_of(paid)
    paid["payment_collections"][0]["raw_captured_amount"]["value"] = "978.09075"

    assert digest_of(paid) != before


def test_digest_does_not_depend_on_how_a_number_is_written() -> None:
    plain = {"status": "pending", "total": 100, "items": [], "payment_collections": []}

    assert digest_of(plain) == digest_of({**plain, "total": Decimal("100.00")})


def test_goods_of_a_delivery_are_its_order_lines_added_up() -> None:
    delivery = shipment(("ordli_1", "2"), ("ordsm_1", "1"), ("", "3"), ("ordli_1", "1.5"))

    assert goods_of(delivery) == {"ordli_1": Decimal("3.5")}


def test_label_has_all_three_fields_or_is_none() -> None:
    assert to_labels(shipment()) == []
    assert to_labels(shipment(number="1Z", url="https://carrier.example/1Z")) == [
        {
            "tracking_number": "1Z",
            "tracking_url": "https://carrier.example/1Z",
            "label_url": "",
        }
    ]
