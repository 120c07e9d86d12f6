"""What is Business Central's own about orders; the rest is in the contract suite."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.business_central.answers import explain
from integrations.adapters.business_central.sandbox.faults import dialog
from integrations.errors import Conflict, NeedsOperator, OutcomeUnknown, Rejected, Throttled
from integrations.http import Reply
from tests.adapters.business_central.desk import ORDER, Desk


def sent_lines(desk: Desk) -> list[dict[str, Any]]:
    (call,) = desk.erp.worked("salesOrders.post")
    return list(json.loads(call.body)["salesOrderLines"])


def test_price_is_sent_after_the_quantity_that_would_overwrite_it(desk: Desk) -> None:
    own_price = desk.line(net_unit_price=Decimal("99.5"), discount_percent=Decimal(10))

    order = desk.adapter().create_order(desk.draft([own_price], total="319.69"))

    names = list(sent_lines(desk)[-1])
    assert names.index("itemId") < names.index("quantity")
    assert names[-3:] == ["quantity", "unitPrice", "discountPercent"]
    assert order.net_total == Decimal("268.65")  # 298.50 less 29.85


def test_standin_prices_anew_where_the_quantity_comes_last(desk: Desk) -> None:
    """The quirk that the order of fields is for."""
    item = desk.seed.variants["DRILL-18V"]
    body = {
        "customerId": desk.seed.customers["usual"],
        "salesOrderLines": [{"itemId": item, "unitPrice": 5, "quantity": 1}],
    }
    client = desk.adapter().client

    made = client.post(client.company("salesOrders"), body)

    assert made["salesOrderLines"][0]["unitPrice"] == 129


def test_no_line_number_is_sent(desk: Desk) -> None:
    """A `sequence` in a deep insert broke every one of them in version 22."""
    desk.adapter().create_order(desk.draft())

    assert all("sequence" not in line for line in sent_lines(desk))


def test_order_keeps_our_exact_reference_though_codes_are_in_capitals(desk: Desk) -> None:
    order = desk.adapter().create_order(desk.draft(our_ref="order_Ab.c-7"))

    stored = desk.erp.order(order.number)
    assert stored["externalDocumentNumber"] == "ORDER_AB.C-7"
    assert order.our_ref == "order_Ab.c-7"


def test_reference_that_does_not_fit_is_told(desk: Desk) -> None:
    with pytest.raises(NeedsOperator, match="at most 35 characters"):
        desk.adapter().create_order(desk.draft(our_ref="order_" + "x" * 30))


def test_buyers_order_number_and_note_are_comment_lines(desk: Desk) -> None:
    order = desk.adapter().create_order(desk.draft(po_number="PO-7", note="Ring twice."))

    lines = desk.erp.lines_of(desk.erp.order(order.number))
    texts = [line["description"] for line in lines if line["lineType"] == "Comment"]
    assert texts == ["Storefront order #1001", "Your order PO-7", "Ring twice."]
    assert len(order.lines) == 1


def test_freight_may_be_an_account_and_goods_a_number(desk: Desk) -> None:
    freight = desk.line(
        "ship_1",
        kind="shipping",
        product_ref="",
        quantity=Decimal(1),
        net_unit_price=Decimal("12.90"),
    )
    goods = desk.line(product_ref="DRILL-18V")

    order = desk.adapter().create_order(desk.draft([goods, freight], total="475.88"))

    assert [line.product_ref for line in order.lines] == [
        desk.seed.variants["DRILL-18V"],
        "account:6810",
    ]


# ---------------------------------------------------------------- gone, but not lost


def test_order_invoiced_in_full_is_found_in_its_invoices(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())
    desk.erp.ship(order.number)
    desk.erp.invoice(order.number)

    found = adapter.find_order(ORDER)

    assert desk.erp.store.find("salesOrders", "number", order.number) == []
    assert (found.ref, found.gross_total, found.is_confirmed) == (
        order.ref,
        Decimal("460.53"),
        True,
    )
    assert not found.is_cancelled


def test_creating_again_after_the_order_is_invoiced_makes_no_second_one(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())
    desk.erp.invoice(order.number)

    again = adapter.create_order(desk.draft())

    assert again.ref == order.ref
    assert len(desk.erp.worked("salesOrders.post")) == 1


@pytest.mark.parametrize("verb", ["change", "cancel"])
def test_invoiced_order_is_neither_changed_nor_cancelled(desk: Desk, verb: str) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())
    desk.erp.invoice(order.number)

    with pytest.raises(NeedsOperator, match="invoiced"):
        if verb == "change":
            adapter.change_order(order.ref, desk.draft())
        else:
            adapter.cancel_order(order.ref, "too late")


def test_partly_shipped_order_that_is_gone_lists_what_left(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())
    desk.erp.ship(order.number, {"line_1": 1}, tracking="T-1")
    desk.erp.ship(order.number, {"line_1": 2}, tracking="T-2")
    desk.erp.invoice(order.number)

    (stands,) = adapter.order_progress([order.ref])

    assert stands.state == "invoiced"
    assert [(line.our_ref, line.ordered, line.shipped) for line in stands.lines] == [
        ("line_1", 3, 3)
    ]
    assert [dict(one.lines) for one in stands.shipments] == [{"line_1": 1}, {"line_1": 2}]


def test_part_payment_is_told(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())
    desk.erp.pay(desk.erp.invoice(order.number), "100.00")

    (stands,) = adapter.order_progress([order.ref])

    assert (stands.state, stands.invoices[0].payment_state) == ("invoiced", "partial")
    assert stands.invoices[0].open_amount == Decimal("360.53")


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize("kind", ["All", "Invoice", "Ship"])
def test_blocked_customer_waits_for_a_person(desk: Desk, kind: str) -> None:
    desk.erp.change("customers", desk.seed.customers["usual"], blocked=kind)

    with pytest.raises(NeedsOperator, match="blocked with type") as caught:
        desk.adapter().create_order(desk.draft())

    assert caught.value.reason == "customer_blocked"
    assert "customer card" in caught.value.hint
    assert desk.erp.orders_with(ORDER) == []


def test_closed_posting_period_waits_for_accounting(desk: Desk) -> None:
    """A check that posts at once, as companies add one, refuses so."""
    desk.erp.refusals.append(
        dialog("Posting Date is not within your range of allowed posting dates.")
    )

    with pytest.raises(NeedsOperator) as caught:
        desk.adapter().create_order(desk.draft())

    assert caught.value.reason == "closed_period"


def test_unknown_vat_group_is_refused_whole(desk: Desk) -> None:
    lines = [desk.line(), desk.line("line_2", tax_refs=("VAT99",))]

    with pytest.raises(Rejected, match="VAT Product Posting Group"):
        desk.adapter().create_order(desk.draft(lines))

    assert desk.erp.orders_with(ORDER) == []


def test_line_with_two_taxes_is_not_sent(desk: Desk) -> None:
    two = desk.line(tax_refs=("VAT19", "VAT7"), tax_rates=(Decimal(19), Decimal(7)))

    with pytest.raises(NeedsOperator, match="2 taxes"):
        desk.adapter().create_order(desk.draft([two]))


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": Decimal("NaN")},
        {"net_unit_price": Decimal("NaN")},
        {"net_unit_price": Decimal("Infinity")},
        {"quantity": Decimal(-1)},
        {"net_unit_price": Decimal(-1)},
        {"discount_percent": Decimal(101)},
    ],
)
def test_senseless_line_is_not_sent(desk: Desk, changed: dict[str, Decimal]) -> None:
    with pytest.raises(NeedsOperator) as caught:
        desk.adapter().create_order(desk.draft([desk.line(**changed)]))

    assert caught.value.reason == "order_senseless"
    assert desk.erp.worked("salesOrders.post") == []


def test_other_total_is_noticed_before_the_release(desk: Desk) -> None:
    with pytest.raises(
        NeedsOperator, match=r"came to 460\.53 EUR .* expected are 460\.54"
    ) as caught:
        desk.adapter().create_order(desk.draft(total="460.54"))

    assert caught.value.reason == "total_differs"
    assert not desk.erp.orders_with(ORDER)[0]["isReleased"]


# ---------------------------------------------------------------- changes


def test_stale_tag_is_a_conflict(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())
    stored = desk.erp.order(order.number)
    path = adapter.client.company(f"salesOrders({stored['id']})")
    tag = adapter.client.get(path)["@odata.etag"]
    adapter.client.patch(path, {"shipToCity": "Kiel"}, tag)

    with pytest.raises(Conflict):
        adapter.client.patch(path, {"shipToCity": "Bremen"}, tag)


def test_change_that_broke_off_after_the_reopening_is_released_in_the_end(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.confirm_order(adapter.create_order(desk.draft()).ref)
    fewer = replace(desk.draft(total="153.51"), lines=(desk.line(quantity=Decimal(1)),))
    desk.erp.dials.set("fail", times=1, only="salesOrderLines.patch")

    with pytest.raises(OutcomeUnknown):
        adapter.change_order(order.ref, fewer)
    assert desk.erp.order(order.number)["status"] == "Draft"
    changed = desk.adapter().change_order(order.ref, fewer)

    assert (changed.is_confirmed, changed.gross_total) == (True, Decimal("153.51"))


def test_line_of_other_goods_takes_the_place_of_the_old_one(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())
    saw = desk.line(
        product_ref=desk.seed.variants["SAW-65"],
        quantity=Decimal(1),
        net_unit_price=Decimal("149.00"),
    )

    changed = adapter.change_order(order.ref, desk.draft([saw], total="177.31"))

    assert [(one.our_ref, one.product_ref) for one in changed.lines] == [
        ("line_1", desk.seed.variants["SAW-65"])
    ]


def test_throttling_without_a_time_waits_all_the_same() -> None:
    named = explain(Reply(429, {"retry-after": "7"}, ""), True)
    unnamed = explain(Reply(429, {}, ""), True)

    assert isinstance(named, Throttled)
    assert isinstance(unnamed, Throttled)
    assert (named.retry_after_s, unnamed.retry_after_s) == (7, 30)
