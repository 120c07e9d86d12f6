"""What is made for an order, and who carries it, where the connection reads that."""

from datetime import UTC, datetime, timedelta

from integrations.adapters.sap.fields import PRODUCTION
from integrations.records import Window
from tests.adapters.sap.sales import Sales
from tests.contract.offices.sap import SapOffice

READS = {"production": "read"}


def changed(office: SapOffice, **settings: str) -> list[str]:
    """What a poll of the last hour finds, over all its pages."""
    adapter, cursor, found = office.adapter(settings=settings), None, []
    window = Window(
        start=datetime.now(UTC) - timedelta(hours=1), end=datetime.now(UTC) + timedelta(minutes=1)
    )
    while True:
        page = adapter.changed_orders(window, cursor)
        found += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_order_goes_through_production_to_the_customer(sales: Sales) -> None:
    order, company = sales.confirmed(), sales.office.company
    adapter = sales.office.adapter(settings=READS)

    def state() -> str:
        (progress,) = adapter.order_progress([order.ref])
        return progress.state

    number = company.make_to_order(order.ref, "10")
    assert state() == "confirmed"
    company.release_production(number)
    assert state() == "in_production"
    company.finish_production(number)
    assert state() == "confirmed"
    sales.office.ship(order.ref)
    assert state() == "shipped"


def test_production_of_one_order_is_not_told_of_another(sales: Sales) -> None:
    first = sales.confirmed()
    second = sales.confirmed(sales.draft(our_ref="order_01DEF"))
    sales.office.company.release_production(sales.office.company.make_to_order(first.ref, "10"))

    told = {
        one.ref: one.state
        for one in sales.office.adapter(settings=READS).order_progress([first.ref, second.ref])
    }

    assert told == {first.ref: "in_production", second.ref: "confirmed"}


def test_poll_finds_an_order_whose_production_was_released(sales: Sales) -> None:
    order = sales.confirmed()
    number = sales.office.company.make_to_order(order.ref, "10")
    old = sales.office.company.order(order.ref)
    old["LastChangeDateTime"] = datetime(2026, 1, 2, tzinfo=UTC)
    sales.office.company.release_production(number)

    assert order.ref in changed(sales.office, **READS)
    assert order.ref not in changed(sales.office)


def test_service_that_is_not_set_up_costs_the_production_status_alone(sales: Sales) -> None:
    order = sales.confirmed()
    sales.office.company.release_production(sales.office.company.make_to_order(order.ref, "10"))

    for taken in (sales.office.standin.without, sales.office.standin.forbidden):
        taken.add(PRODUCTION)
        adapter = sales.office.adapter(settings=READS)
        (progress,) = adapter.order_progress([order.ref])
        assert progress.state == "confirmed"
        assert order.ref in changed(sales.office, **READS)  # by the order's own change
        taken.clear()


def test_connection_that_reads_no_production_does_not_ask_for_it(sales: Sales) -> None:
    order = sales.confirmed()
    sales.office.standin.log.clear()

    list(sales.office.adapter().order_progress([order.ref]))
    changed(sales.office)

    assert not [entry for entry in sales.office.standin.log if PRODUCTION in entry.path]


def test_test_of_the_connection_tells_what_is_missing_without_the_service(
    office: SapOffice,
) -> None:
    office.standin.without.add(PRODUCTION)
    name = f"service:{PRODUCTION}"

    asked = {one.name: one for one in office.adapter(settings=READS).test().checks}
    not_asked = {one.name for one in office.adapter().test().checks}

    assert asked[name].ok
    assert "What is being made for an order is not known" in asked[name].detail
    assert name not in not_asked


def test_shipment_names_its_carrier_and_the_number_of_its_package(sales: Sales) -> None:
    order, company = sales.confirmed(), sales.office.company
    delivery = company.deliver(order.ref)
    company.hand_over(delivery, "Nordfracht AG", units=["340123450000000018"])
    company.post_goods_issue(delivery)

    adapter = sales.office.adapter(
        settings={"carrier_function": "CR", "tracking_number": "handling_unit"}
    )
    (progress,) = adapter.order_progress([order.ref])

    (shipment,) = progress.shipments
    assert (shipment.carrier, shipment.tracking_number) == ("Nordfracht AG", "340123450000000018")
    assert shipment.tracking_url == "https://track.example.test/340123450000000018"


def test_shipment_without_either_setting_is_as_it_was(sales: Sales) -> None:
    order, company = sales.confirmed(), sales.office.company
    delivery = company.deliver(order.ref)
    company.hand_over(delivery, "Nordfracht AG", units=["340123450000000018"])
    company.post_goods_issue(delivery, tracking="00340")

    (progress,) = sales.office.adapter().order_progress([order.ref])

    (shipment,) = progress.shipments
    assert (shipment.carrier, shipment.tracking_number) == ("", "00340")
