"""How far an order is in Odoo: shipments, backorders, invoices, payments."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.adapters.odoo.adapter import OdooAdapter
from integrations.records import OrderProgress, Window
from tests.adapters.odoo.office import Office


@pytest.fixture
def adapter(office: Office) -> OdooAdapter:
    return office.adapter()


@pytest.fixture
def ref(office: Office, adapter: OdooAdapter) -> str:
    """Three bolts, ten nuts and shipping, confirmed."""
    shipping = office.line(
        "ship", kind="shipping", product_ref="", description="Express", quantity=Decimal(1),
        net_unit_price=Decimal(5), discount_percent=Decimal(0),
    )  # fmt: skip
    lines = [office.line(), office.nuts(), shipping]
    order = adapter.create_order(office.draft(lines=lines, total="74.34"))
    return adapter.confirm_order(order.ref).ref


def progress(adapter: OdooAdapter, ref: str) -> OrderProgress:
    (found,) = adapter.order_progress([ref])
    return found


def test_confirmed_order_is_expected_on_the_day_of_its_delivery(
    adapter: OdooAdapter, ref: str
) -> None:
    found = progress(adapter, ref)

    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    assert (found.state, found.our_ref, found.number) == ("confirmed", "order_01", "S00001")
    assert [line.expected_on for line in found.lines] == [tomorrow, tomorrow, None]


def test_draft_order_is_only_received(office: Office, adapter: OdooAdapter) -> None:
    ref = adapter.create_order(office.draft()).ref

    assert progress(adapter, ref).state == "received"


def test_two_shipments_carry_their_lines_and_tracking(
    office: Office, adapter: OdooAdapter, ref: str
) -> None:
    office.erp.deliver("order_01", {"BOLT": 2, "NUT": 10}, tracking="T-1", carrier="Post")
    halfway = progress(adapter, ref)
    office.erp.deliver("order_01", tracking="T-2")
    complete = progress(adapter, ref)

    assert (halfway.state, complete.state) == ("partly_shipped", "shipped")
    assert [line.shipped for line in halfway.lines] == [2, 10, 0]
    assert [(one.tracking_number, one.carrier, one.lines) for one in complete.shipments] == [
        ("T-1", "Post", (("line_1", Decimal(2)), ("line_2", Decimal(10)))),
        ("T-2", "Post", (("line_1", Decimal(1)),)),
    ]
    assert all(line.expected_on is None for line in complete.lines)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://carrier.example/T-1", "https://carrier.example/T-1"),
        ("javascript:alert(document.cookie)", ""),
        ('[["T-1", "https://carrier.example/T-1"]]', ""),
    ],
)
def test_only_an_address_of_the_web_becomes_a_tracking_link(
    office: Office, adapter: OdooAdapter, ref: str, told: str, kept: str
) -> None:
    delivery = office.erp.deliver("order_01", tracking="T-1")
    with office.erp.store.transaction():
        office.erp.store.update("stock.picking", delivery, {"carrier_tracking_url": told})

    (shipment,) = progress(adapter, ref).shipments

    assert (shipment.tracking_number, shipment.tracking_url) == ("T-1", kept)


def test_missing_stock_makes_a_backorder(office: Office, adapter: OdooAdapter, ref: str) -> None:
    office.erp.set_stock(office.nut, 4)
    short = progress(adapter, ref)
    office.erp.set_stock(office.nut, 10)
    served = progress(adapter, ref)

    assert (short.state, served.state) == ("backordered", "confirmed")


def test_drafts_of_invoices_are_not_shown(office: Office, adapter: OdooAdapter, ref: str) -> None:
    office.erp.deliver("order_01")
    office.erp.invoice("order_01", is_posted=False)

    found = progress(adapter, ref)

    assert (found.state, found.invoices) == ("shipped", ())


def test_invoice_is_paid_in_two_steps(office: Office, adapter: OdooAdapter, ref: str) -> None:
    office.erp.deliver("order_01")
    invoice = office.erp.invoice("order_01")
    posted = progress(adapter, ref)
    office.erp.pay(invoice, "20")
    partly = progress(adapter, ref)
    office.erp.pay(invoice)
    paid = progress(adapter, ref)

    assert [one.state for one in (posted, partly, paid)] == ["invoiced", "invoiced", "paid"]
    shown = [one.invoices[0] for one in (posted, partly, paid)]
    assert [(one.payment_state, one.open_amount) for one in shown] == [
        ("not_paid", Decimal("74.34")),
        ("partial", Decimal("54.34")),
        ("paid", Decimal(0)),
    ]
    assert shown[0].number.startswith("INV/")


def test_payment_that_awaits_the_bank_counts_as_paid(
    office: Office, adapter: OdooAdapter, ref: str
) -> None:
    office.erp.pay(office.erp.invoice("order_01"), awaits_bank=True)

    assert progress(adapter, ref).invoices[0].payment_state == "paid"


def test_credit_note_is_told_beside_its_invoice(
    office: Office, adapter: OdooAdapter, ref: str
) -> None:
    office.erp.deliver("order_01")
    office.erp.credit_note(office.erp.invoice("order_01"), reconcile=True)

    found = progress(adapter, ref)

    assert [(one.kind, one.payment_state) for one in found.invoices] == [
        ("invoice", "reversed"),
        ("credit_note", "paid"),
    ]
    assert found.state == "shipped"


def test_cancelled_order_is_cancelled_although_it_calls_itself_delivered(
    office: Office, adapter: OdooAdapter, ref: str
) -> None:
    office.erp.deliver("order_01", {"BOLT": 1})
    office.erp.cancel("order_01")

    found = progress(adapter, ref)

    assert office.erp.order("order_01")["delivery_status"] == "full"
    assert (found.state, len(found.shipments)) == ("cancelled", 1)


def test_many_orders_cost_few_calls_and_unknown_ones_are_left_out(
    office: Office, adapter: OdooAdapter, ref: str
) -> None:
    refs = [adapter.create_order(office.draft(f"order_{number}")).ref for number in range(2, 7)]
    list(adapter.order_progress([ref]))  # field names are asked for once
    before = len(office.recorder.exchanges)

    found = list(adapter.order_progress([ref, *refs, "999", "not a number"]))

    assert [one.ref for one in found] == [ref, *refs]
    assert len(office.recorder.exchanges) - before <= 6


# ---------------------------------------------------------------- what changed


def changed(adapter: OdooAdapter, since: datetime, until: datetime) -> dict[str, list[str]]:
    """Refs by stage, walked to the end."""
    stages: dict[str, list[str]] = {}
    cursor: str | None = "order:0"
    while cursor is not None:
        page = adapter.changed_orders(Window(start=since, end=until), cursor)
        stages.setdefault(cursor.partition(":")[0], []).extend(page.rows)
        cursor = page.next_cursor
    return stages


def test_each_change_is_seen_where_it_happens(
    office: Office, adapter: OdooAdapter, ref: str
) -> None:
    start = datetime.now(UTC)

    def seen_after(hours: int, verb: Callable[[], object]) -> dict[str, list[str]]:
        moment = start + timedelta(hours=hours)
        office.erp.store.clock = lambda: moment
        verb()
        return changed(adapter, moment - timedelta(minutes=5), moment + timedelta(minutes=5))

    delivered = seen_after(1, lambda: office.erp.deliver("order_01"))
    drafted = seen_after(2, lambda: office.erp.invoice("order_01", is_posted=False))
    posted = seen_after(3, lambda: office.erp.post(1))
    paid = seen_after(4, lambda: office.erp.pay(1))

    nothing: list[str] = []
    assert delivered == {"order": [ref], "delivery": [ref], "invoice": nothing}
    assert drafted == {"order": [ref], "delivery": nothing, "invoice": [ref]}
    # the order itself does not move any more
    assert posted == paid == {"order": nothing, "delivery": nothing, "invoice": [ref]}


def test_orders_written_in_one_second_are_all_seen_in_small_pages(
    office: Office, adapter: OdooAdapter
) -> None:
    moment = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    office.erp.store.clock = lambda: moment
    refs = {adapter.create_order(office.draft(f"order_{number}")).ref for number in range(5)}
    adapter.page_size = 2

    stages = changed(adapter, moment, moment)

    assert set(stages["order"]) == refs
