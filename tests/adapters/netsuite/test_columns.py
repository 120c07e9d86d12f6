"""An account or a role without a column: done without it, or said by its name."""

from decimal import Decimal

import pytest

from integrations.adapters.netsuite.columns import OPTIONAL, unknown_columns
from integrations.adapters.netsuite.mapping import status_letter
from integrations.errors import NeedsOperator, Rejected
from integrations.ports.erp import PullsProducts
from integrations.records import PriceAsk, PriceQuestion
from tests.contract.offices.netsuite import NetSuiteOffice
from tests.contract.orders import Desk
from tests.contract.walking import all_rows, everything, now


@pytest.mark.parametrize(
    ("table", "column"), [(table, name) for table, names in OPTIONAL.items() for name in names]
)
def test_flows_do_without_an_optional_column(
    office: NetSuiteOffice, table: str, column: str
) -> None:
    office.standin.tables.gone.add((table, column))
    adapter = office.adapter()
    desk = Desk(office, number=1)
    order = desk.confirmed(adapter)
    office.ship(order.ref, tracking="T-1")

    products = all_rows(adapter.product_page, everything())
    customers = all_rows(adapter.customer_page, everything())
    (progress,) = adapter.order_progress([order.ref])

    assert {one.sku for product in products for one in product.variants} >= {"DRILL-18V"}
    assert office.customer("usual") in {one.ref for one in customers}
    assert progress.state == "shipped"


def test_quote_without_costs_has_the_same_prices(office: NetSuiteOffice) -> None:
    question = _question(office)
    (before,) = office.adapter().quote_prices(question)
    office.standin.tables.gone.add(("item", "averagecost"))

    (after,) = office.adapter().quote_prices(question)

    assert after.net_unit_price == before.net_unit_price
    assert before.cost is not None
    assert after.cost is None


def test_account_without_pricing_groups_has_all_other_prices(office: NetSuiteOffice) -> None:
    """The feature is off: neither the column nor the table is there."""
    office.standin.tables.gone.add(("item", "pricinggroup"))
    office.standin.tables.hidden.add("customergrouppricing")
    adapter = office.adapter()

    checks = {check.name: check for check in adapter.test().checks}
    prices = all_rows(adapter.price_page, everything())
    (quoted,) = adapter.quote_prices(_question(office))

    assert all(check.ok for check in checks.values())
    assert "item.pricinggroup (pricing groups" in checks["optional_columns"].detail
    assert checks["optional_columns"].hint
    assert not [one for one in adapter.used_fields() if not one.type]
    assert office.variant("DRILL-18V") in {one.variant_ref for one in prices}
    assert quoted.net_unit_price == Decimal("129.00")


def test_pricing_groups_that_the_role_sees_in_part_stop_prices(office: NetSuiteOffice) -> None:
    customer = int(office.customer("usual"))
    group = {"customer": customer, "group": 77, "level": 1}
    office.standin.store.group_pricing.append(group)
    office.standin.tables.gone.add(("item", "pricinggroup"))

    for ask in (
        lambda adapter: adapter.quote_prices(_question(office)),
        lambda adapter: all_rows(adapter.price_page, everything()),
    ):
        with pytest.raises(NeedsOperator, match="pricinggroup") as caught:
            ask(office.adapter())
        assert caught.value.cause == "column_missing:pricinggroup"


def _question(office: NetSuiteOffice) -> PriceQuestion:
    ask = PriceAsk(our_ref="a", product_ref=office.variant("DRILL-18V"), quantity=Decimal(1))
    return PriceQuestion(
        customer_ref=office.customer("usual"),
        currency="EUR",
        asked_on=now().date(),
        lines=(ask,),
    )


def test_each_column_is_refused_once(office: NetSuiteOffice) -> None:
    office.standin.tables.gone |= {("item", "weight"), ("item", "upccode")}
    adapter = office.adapter()
    all_rows(adapter.product_page, everything())
    refused = [one for one in office.standin.log if one.status == 400]
    assert len(refused) == 2

    all_rows(adapter.product_page, everything())

    assert [one for one in office.standin.log if one.status == 400] == refused


def test_column_that_is_needed_is_named_and_waits_for_a_person(office: NetSuiteOffice) -> None:
    office.standin.tables.gone.add(("pricing", "unitprice"))

    with pytest.raises(NeedsOperator, match="no column 'unitprice'") as caught:
        all_rows(office.adapter().price_page, everything())

    assert caught.value.cause == "column_missing:unitprice"
    assert "switch its feature on" in caught.value.hint


def test_missing_column_is_named_by_the_test_of_the_connection(office: NetSuiteOffice) -> None:
    office.standin.tables.gone |= {("item", "itemid"), ("item", "upccode")}

    checks = {check.name: check for check in office.adapter().test().checks}

    assert "itemid" in checks["may_read:item"].detail
    assert PullsProducts.__name__ in checks["may_read:item"].hint
    assert checks["optional_columns"].ok
    assert checks["optional_columns"].detail == "Done without: item.upccode (barcodes)."


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Search error occurred: Field 'foo' for record 'item' was not found.", ["foo"]),
        ("Unknown identifier 'i.foo'. Available identifiers are: {a=b}", ["foo", "are"]),
        ("Invalid or unsupported search", []),
    ],
)
def test_column_is_read_out_of_the_refusal(words: str, names: list[str]) -> None:
    assert unknown_columns(Rejected("", remote_words=words))[:1] == names[:1]


@pytest.mark.parametrize(
    ("told", "letter"),
    [("B", "B"), ("SalesOrd:B", "B"), ("Pending Fulfillment", "B"), ("CustInvc:A", "A"), ("", "")],
)
def test_status_is_the_letter_however_it_is_written(told: str, letter: str) -> None:
    assert status_letter(told) == letter


@pytest.mark.parametrize("form", ["letter", "compound"])
def test_order_stands_the_same_with_either_form_of_its_status(
    office: NetSuiteOffice, form: str
) -> None:
    """A letter in SuiteQL, letters after the type where an account shows them so."""
    desk = Desk(office, number=2)
    adapter = office.adapter()
    order = desk.confirmed(adapter)
    office.standin.tables.has_compound_status = form == "compound"
    office.ship(order.ref, tracking="T-1")
    office.pay(office.invoice(order.ref))

    (progress,) = adapter.order_progress([order.ref])

    assert progress.state == "paid"
    assert [one.tracking_number for one in progress.shipments] == ["T-1"]
