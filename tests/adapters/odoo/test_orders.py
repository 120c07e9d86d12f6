"""Orders into Odoo: created once, found again, confirmed once, with the buyer's total."""

import json
import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.adapters.odoo.sandbox.sales import copy_order
from integrations.errors import Conflict, NeedsOperator, OutcomeUnknown
from integrations.http import Limits
from integrations.records import ErpOrder
from tests.adapters.odoo.office import Office


def test_created_order_has_the_lines_and_the_total_of_the_draft(office: Office) -> None:
    order = office.adapter().create_order(office.draft())

    assert (order.gross_total, order.net_total, order.currency) == (
        Decimal("64.22"),
        Decimal("53.97"),
        "EUR",
    )
    assert not order.is_confirmed
    assert [(line.our_ref, line.quantity) for line in order.lines] == [("line_1", Decimal(3))]


def test_order_carries_our_reference_number_and_date(office: Office) -> None:
    office.adapter().create_order(office.draft(po_number="PO-7 <urgent>"))

    (row,) = office.erp.orders_with("order_01")
    stored = office.erp.store.get("sale.order", row["id"])
    assert (row["client_order_ref"], stored["date_order"].isoformat()) == (
        "PO-7 <urgent>",
        "2026-11-20T09:30:00+00:00",
    )
    assert "Order in the shop: #1001" in row["note"]
    assert "Ship to: Acme GmbH, Ada Byron, Weg 1, 10115 Berlin, DE" in row["note"]
    assert not stored["require_payment"]
    assert not stored["require_signature"]


def test_invoice_names_the_number_that_the_buyer_pays_by(office: Office) -> None:
    adapter = office.adapter()
    order = adapter.confirm_order(adapter.create_order(office.draft(po_number="PO-7")).ref)

    office.erp.deliver(int(order.ref))
    invoice = office.erp.invoice(int(order.ref))

    assert office.erp.store.get("account.move", invoice)["ref"] == "PO-7"


def test_order_without_a_number_of_the_buyer_names_that_of_the_shop(office: Office) -> None:
    office.adapter().create_order(office.draft())

    assert office.erp.orders_with("order_01")[0]["client_order_ref"] == "#1001"


def test_yen_order_has_no_cents(office: Office) -> None:
    line = office.line(net_unit_price=Decimal(1999), discount_percent=Decimal(0))

    order = office.adapter().create_order(office.draft(currency="JPY", lines=[line], total="7136"))

    assert (order.gross_total, order.tax_total) == (Decimal(7136), Decimal(1139))


def test_rounding_line_settles_the_last_cent(office: Office) -> None:
    lines = [office.line(), office.rounding_line("0.01")]

    order = office.adapter().create_order(office.draft(lines=lines, total="64.23"))

    assert order.gross_total == Decimal("64.23")
    assert order.lines[1].product_ref == str(office.rounding)


def test_company_may_round_each_line(office: Office) -> None:
    office.erp.set_rounding("round_per_line")
    half = {"quantity": Decimal("0.5"), "net_unit_price": Decimal("0.11")}
    lines = [office.line(f"l{number}", **half, discount_percent=Decimal(0)) for number in range(3)]

    order = office.adapter().create_order(office.draft(lines=lines, total="0.21"))

    assert order.gross_total == Decimal("0.21")  # rounded once over all lines it would be 0.20


def test_shown_request_is_the_one_that_is_sent(office: Office) -> None:
    shown = office.adapter().preview_order(office.draft())
    office.adapter().create_order(office.draft())

    (sent,) = office.erp.worked("sale.order.load")
    body = json.loads(sent.body)
    if "params" in body:
        *_, (fields, data), named = body["params"]["args"]
        body = {"fields": fields, "data": data, **named}
    assert body == shown


# ---------------------------------------------------------------- once


def test_lost_answer_leaves_one_order_in_the_erp(office: Office) -> None:
    office.erp.dials.set("lose_answer", only="sale.order.load", times=1)
    adapter = office.adapter()

    with pytest.raises(OutcomeUnknown):
        adapter.create_order(office.draft())
    found = adapter.find_order("order_01")

    assert found is not None
    assert found.gross_total == Decimal("64.22")
    assert found.lines[0].our_ref == "line_1"
    assert len(office.erp.orders_with("order_01")) == 1


def test_creating_again_adopts_the_order_and_adds_no_line(office: Office) -> None:
    first = office.adapter().create_order(office.draft())

    again = office.adapter().create_order(office.draft())

    assert again == first
    assert len(office.erp.worked("sale.order.load")) == 1
    assert len(office.erp.orders_with("order_01")[0]["lines"]) == 1


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_copy_that_people_made_in_odoo_is_not_taken_for_the_order(
    office: Office, is_cancelled: bool
) -> None:
    """Odoo's own *Duplicate* copies the source document."""
    first = office.adapter().create_order(office.draft())
    office.erp.work(lambda: copy_order(office.erp.store, int(first.ref)))
    if is_cancelled:
        office.erp.cancel(int(first.ref))

    found = office.adapter().find_order("order_01")

    assert len(office.erp.orders_with("order_01")) == 2
    assert found is not None
    assert (found.ref, found.is_cancelled) == (first.ref, is_cancelled)


def test_timed_out_create_that_commits_later_is_not_doubled(office: Office) -> None:
    office.erp.dials.set("slow_commit", seconds=0.4, only="sale.order.load", times=1)
    hasty = office.adapter(limits=Limits(read_s=0.1))

    with pytest.raises(OutcomeUnknown):
        hasty.create_order(office.draft())
    patient = office.adapter()
    outcome = _until_settled(lambda: patient.create_order(office.draft()))

    assert outcome.gross_total == Decimal("64.22")
    assert len(office.erp.orders_with("order_01")) == 1
    assert len(office.erp.orders_with("order_01")[0]["lines"]) == 1


def test_parallel_creates_make_one_order(office: Office) -> None:
    office.erp.dials.set("slow_commit", seconds=0.3, only="sale.order.load", times=4)
    outcomes: list[object] = []

    def create() -> None:
        try:
            outcomes.append(office.adapter().create_order(office.draft()).ref)
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, outcomes)) == ["1", "conflict", "conflict", "conflict"]
    assert len(office.erp.orders_with("order_01")) == 1


def test_replay_leaves_a_confirmed_order_alone(office: Office) -> None:
    adapter = office.adapter()
    confirmed = adapter.confirm_order(adapter.create_order(office.draft()).ref)
    more = office.draft(lines=[office.line(quantity=Decimal(30))], total="642.20")

    again = adapter.create_order(more)

    assert again == confirmed
    assert len(office.erp.worked("sale.order.load")) == 1


def test_draft_that_was_left_over_is_brought_to_the_wanted_lines(office: Office) -> None:
    adapter = office.adapter()
    adapter.create_order(office.draft())
    wanted = office.draft(lines=[office.line(quantity=Decimal(1)), office.nuts()], total="25.57")

    order = adapter.create_order(wanted)

    assert order.gross_total == Decimal("25.57")
    assert len(office.erp.orders_with("order_01")) == 1


def test_draft_of_the_same_total_with_other_lines_is_brought_to_the_wanted_ones(
    office: Office,
) -> None:
    adapter = office.adapter()
    in_boxes = office.line(quantity=Decimal(1), net_unit_price=Decimal("59.97"))
    adapter.create_order(office.draft(lines=[in_boxes]))

    order = adapter.create_order(office.draft())

    (line,) = order.lines
    assert (line.quantity, line.net_unit_price) == (Decimal(3), Decimal("19.99"))
    assert order.gross_total == Decimal("64.22")


def test_two_orders_with_one_reference_need_a_person(office: Office) -> None:
    """Of ours, which people deleted in Odoo and entered again, twice."""
    adapter = office.adapter()
    for _ in range(2):
        twin = office.erp.add_order(office.customer, "order_01", [(office.bolt, 1, "19.99")])

    with pytest.raises(NeedsOperator, match="2 orders with the reference order_01") as caught:
        adapter.find_order("order_01")
    office.erp.cancel(twin)

    assert caught.value.reason == "ambiguous_order"
    found = adapter.find_order("order_01")
    assert found is not None
    assert found.number == "S00001"


def test_unknown_reference_finds_nothing(office: Office) -> None:
    assert office.adapter().find_order("order_99") is None


# ---------------------------------------------------------------- refused


def test_currency_without_a_pricelist_needs_a_person(office: Office) -> None:
    with pytest.raises(NeedsOperator, match="no pricelist is named for it") as caught:
        office.adapter().create_order(office.draft(currency="CHF"))

    assert caught.value.cause == "no_pricelist:CHF"
    assert office.erp.orders() == []


def test_pricelist_of_another_currency_is_noticed(office: Office) -> None:
    dollars = office.erp.add_pricelist("Dollars", "USD")
    settings = office.settings(pricelists=f"EUR={dollars}")

    with pytest.raises(NeedsOperator, match="came out in USD") as caught:
        office.adapter(settings=settings).create_order(office.draft())

    assert caught.value.reason == "currency_differs"


def test_other_total_than_expected_is_noticed_before_confirming(office: Office) -> None:
    with pytest.raises(NeedsOperator, match=r"64\.22 EUR in Odoo, expected is 64\.23"):
        office.adapter().create_order(office.draft(total="64.23"))

    assert office.erp.order("order_01")["state"] == "draft"


def test_line_without_a_product_is_not_sent(office: Office) -> None:
    with pytest.raises(NeedsOperator, match="has no product in Odoo"):
        office.adapter().create_order(office.draft(lines=[office.line(product_ref="")]))

    assert office.erp.worked("sale.order.load") == []


def test_unknown_product_is_refused_in_the_words_of_odoo(office: Office) -> None:
    with pytest.raises(NeedsOperator, match="No matching record found for database id '9999'"):
        office.adapter().create_order(office.draft(lines=[office.line(product_ref="9999")]))

    assert office.erp.orders() == []


def test_order_cancelled_in_the_erp_is_not_created_anew(office: Office) -> None:
    adapter = office.adapter()
    adapter.create_order(office.draft())
    office.erp.cancel("order_01")

    with pytest.raises(NeedsOperator, match="S00001 is cancelled in Odoo"):
        adapter.create_order(office.draft())


# ---------------------------------------------------------------- confirming


def test_confirming_twice_is_one_confirmation(office: Office) -> None:
    adapter = office.adapter()
    ref = adapter.create_order(office.draft()).ref

    orders = [adapter.confirm_order(ref), adapter.confirm_order(ref)]

    assert [order.is_confirmed for order in orders] == [True, True]
    assert len(office.erp.order("order_01")["deliveries"]) == 1


def test_confirmation_that_another_call_made_meanwhile_counts(office: Office) -> None:
    adapter = office.adapter()
    ref = adapter.create_order(office.draft()).ref
    office.erp.dials.set("slow_commit", seconds=0.3, only="sale.order.action_confirm", times=2)
    outcomes: list[ErpOrder] = []

    threads = [
        threading.Thread(target=lambda: outcomes.append(office.adapter().confirm_order(ref)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [order.is_confirmed for order in outcomes] == [True, True]
    assert len(office.erp.order("order_01")["deliveries"]) == 1


def test_cancelled_order_cannot_be_confirmed(office: Office) -> None:
    adapter = office.adapter()
    ref = adapter.create_order(office.draft()).ref
    office.erp.cancel("order_01")

    with pytest.raises(NeedsOperator, match="is cancelled in Odoo"):
        adapter.confirm_order(ref)


def test_deleted_order_is_told_in_a_sentence(office: Office) -> None:
    with pytest.raises(NeedsOperator, match="no order with the id 4711"):
        office.adapter().confirm_order("4711")


def test_forty_lines_add_up_to_the_cent(office: Office) -> None:
    lines = [
        replace(office.line(f"l{number}"), quantity=Decimal(number + 1)) for number in range(40)
    ]
    net = sum(line.quantity for line in lines) * Decimal("17.991")
    tax = (net * Decimal("0.19")).quantize(Decimal("0.01"))

    order = office.adapter().create_order(
        office.draft(lines=lines, total=str(net.quantize(Decimal("0.01")) + tax))
    )

    assert len(order.lines) == 40
    assert order.tax_total == tax


def _until_settled(attempt: object) -> ErpOrder:
    for _ in range(20):
        try:
            return attempt()  # type: ignore[operator,no-any-return]
        except Conflict:
            threading.Event().wait(0.1)
    raise AssertionError("the order never settled")
