"""Items, prices, stock and customers, where NetSuite tells them in its own way."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.records import (
    ErpCustomer,
    ErpPrice,
    PriceAnswer,
    PriceAsk,
    PriceQuestion,
    PriceRefusal,
    Window,
)
from tests.contract.offices.netsuite import NetSuiteOffice
from tests.contract.walking import all_rows, everything


def prices(office: NetSuiteOffice, *, page: int = 500) -> list[ErpPrice]:
    adapter = office.adapter()
    adapter.page_size = page
    return all_rows(adapter.price_page, everything())


def price(office: NetSuiteOffice, sku: str, quantity: int, role: str = "usual") -> PriceAnswer:
    (answer,) = asked(office, sku, quantity, role)
    assert isinstance(answer, PriceAnswer), answer
    return answer


def asked(
    office: NetSuiteOffice, sku: str, quantity: int, role: str = "usual", currency: str = "EUR"
) -> list[PriceAnswer | PriceRefusal]:
    line = PriceAsk(our_ref="a", product_ref=office.variant(sku), quantity=Decimal(quantity))
    question = PriceQuestion(
        customer_ref=office.customer(role),  # type: ignore[arg-type]
        currency=currency,
        asked_on=datetime.now(UTC).date(),
        lines=(line,),
    )
    return list(office.adapter().quote_prices(question))


# ---------------------------------------------------------------- items


def test_matrix_without_members_is_nothing_to_sell(office: NetSuiteOffice) -> None:
    empty = office.standin.add_item("EMPTY-ALL", "Nothing", matrixtype="PARENT")

    rows = all_rows(office.adapter().product_page, everything())

    assert str(empty) not in {row.ref for row in rows}


@pytest.mark.parametrize(
    ("kind", "subtype"), [("OthCharge", "Sale"), ("Service", "Purchase"), ("Discount", None)]
)
def test_what_is_not_sold_by_itself_is_left_out(
    office: NetSuiteOffice, kind: str, subtype: str | None
) -> None:
    item = office.standin.add_item("ODD-1", "Odd", kind=kind, subtype=subtype)

    rows = all_rows(office.adapter().product_page, everything())

    assert str(item) not in {row.ref for row in rows}


def test_member_that_changed_brings_its_whole_matrix(office: NetSuiteOffice) -> None:
    for item in office.standin.store.table("item").values():
        item["lastmodifieddate"] = "2020-01-01 00:00:00"
    office.touch_product("ANCHOR-8", "Wall anchor")
    now = datetime.now(UTC)
    window = Window(start=now - timedelta(minutes=5), end=now + timedelta(seconds=1))

    (product,) = all_rows(office.adapter().product_page, window)

    assert {one.sku for one in product.variants} == {"ANCHOR-6", "ANCHOR-8", "ANCHOR-10"}


def test_name_of_a_member_is_told_without_its_matrix(office: NetSuiteOffice) -> None:
    office.standin.touch("item", int(office.variant("ANCHOR-8")), itemid="ANCHOR : ANCHOR-8")

    rows = all_rows(office.adapter().product_page, everything())

    assert "ANCHOR-8" in {one.sku for row in rows for one in row.variants}


def test_weight_is_told_in_kilograms(office: NetSuiteOffice) -> None:
    office.standin.touch("item", int(office.variant("SAW-65")), weight=Decimal(10), weightunit="1")

    rows = all_rows(office.adapter().product_page, everything())

    (saw,) = [one for row in rows for one in row.variants if one.sku == "SAW-65"]
    assert saw.weight_kg == Decimal("4.5359237")


# ---------------------------------------------------------------- prices


def test_item_with_more_prices_than_a_page_holds_loses_none(office: NetSuiteOffice) -> None:
    whole = {row.ref for row in prices(office)}

    assert {row.ref for row in prices(office, page=2)} == whole


def test_price_of_zero_says_so_once_and_an_empty_level_nothing(office: NetSuiteOffice) -> None:
    drill, customer = int(office.variant("DRILL-18V")), int(office.customer("usual"))
    euro = office.standin.store.pricing[0]["currency"]
    silver = office.standin.add_price_level("Silver")
    office.standin.set_price(drill, 0, currency=euro, level=silver)
    office.standin.agree(customer, drill, level=silver)
    row = next(one for one in office.standin.store.pricing if one["item"] != drill)
    row["unitprice"] = None

    (bad,) = [one for one in prices(office) if one.problem]

    assert (bad.variant_ref, bad.audience_ref) == (str(drill), str(silver))
    assert "above zero" in bad.problem


def test_own_price_of_zero_says_so(office: NetSuiteOffice) -> None:
    customer, drill = int(office.customer("contract")), int(office.variant("DRILL-18V"))
    office.standin.agree(customer, drill, price="0.00")

    (bad,) = [one for one in prices(office) if one.problem]

    assert (bad.audience, bad.audience_ref) == ("customer", str(customer))


def test_level_that_a_customer_agreed_on_one_item_is_theirs_by_step(
    office: NetSuiteOffice,
) -> None:
    """Item pricing may name another level of the item instead of a price."""
    level = office.standin.store.table("customer")[int(office.customer("contract"))]["pricelevel"]
    office.standin.agree(
        int(office.customer("usual")), int(office.variant("DRILL-18V")), level=level
    )

    theirs = [row for row in prices(office) if row.audience_ref == office.customer("usual")]

    assert {(row.min_quantity, row.net_unit_price) for row in theirs} == {
        (1, Decimal("122.55")),
        (10, Decimal("115.00")),
    }
    assert price(office, "DRILL-18V", 12).net_unit_price == Decimal("115.00")


def test_own_price_wins_over_every_level(office: NetSuiteOffice) -> None:
    office.standin.agree(
        int(office.customer("contract")), int(office.variant("DRILL-18V")), price="99.00"
    )

    found = price(office, "DRILL-18V", 50, "contract")

    assert found.net_unit_price == Decimal("99.00")
    assert found.list_price == Decimal("129.00")
    assert found.discount_percent == Decimal("23.2558")


def test_level_of_a_pricing_group_wins_over_the_customers_own(office: NetSuiteOffice) -> None:
    silver = office.standin.add_price_level("Silver")
    drill, customer = int(office.variant("DRILL-18V")), int(office.customer("contract"))
    euro = office.standin.store.pricing[0]["currency"]
    office.standin.set_price(drill, "110.00", currency=euro, level=silver)
    office.standin.touch("item", drill, pricinggroup=77)
    office.standin.store.group_pricing.append({"customer": customer, "group": 77, "level": silver})

    found = price(office, "DRILL-18V", 1, "contract")

    assert (found.net_unit_price, found.pricelist_name) == (Decimal("110.00"), "Silver")


def test_item_without_a_price_at_the_level_takes_the_base_price(office: NetSuiteOffice) -> None:
    found = price(office, "SAW-65", 1, "contract")

    assert (found.net_unit_price, found.rule_ref) == (Decimal("149.00"), "")


def test_cost_is_left_out_where_the_role_may_not_see_it(office: NetSuiteOffice) -> None:
    shown = price(office, "SAW-65", 1).cost
    office.standin.tables.gone.add(("item", "averagecost"))

    assert shown == Decimal("92.38")
    assert price(office, "SAW-65", 1).cost is None


def test_currency_without_a_price_refuses_the_line_alone(office: NetSuiteOffice) -> None:
    (answer,) = asked(office, "SAW-65", 1, currency="KWD")

    assert isinstance(answer, PriceRefusal)
    assert "KWD" in answer.reason


# ---------------------------------------------------------------- stock


def test_stock_of_the_named_locations_alone(office: NetSuiteOffice) -> None:
    north = office.location("north")
    adapter = office.adapter(settings={"stock_locations": north})

    rows = all_rows(adapter.stock_page, everything())

    assert {row.location_ref for row in rows} == {north}


def test_what_is_on_order_is_told_as_incoming(office: NetSuiteOffice) -> None:
    key = (int(office.variant("LASER-3D")), int(office.location("main")))
    office.standin.store.stock[key].on_order = Decimal(25)

    rows = all_rows(office.adapter().stock_page, everything())

    (laser,) = [one for one in rows if one.sku == "LASER-3D" and one.location_ref == str(key[1])]
    assert (laser.incoming, laser.available, laser.incoming_on) == (25, 0, None)


# ---------------------------------------------------------------- customers and credit


def customer(office: NetSuiteOffice) -> ErpCustomer:
    rows = all_rows(office.adapter().customer_page, everything())
    return next(row for row in rows if row.ref == office.customer("usual"))


def test_role_without_credit_says_so(office: NetSuiteOffice) -> None:
    row = office.standin.store.table("customer")[int(office.customer("usual"))]
    row["balance"] = None

    assert not customer(office).is_credit_known
    standing = office.adapter().credit_standing(office.customer("usual"))
    assert (standing.is_limit_known, standing.limit, standing.exposure) == (False, None, 0)


def test_subcustomer_stands_as_the_company_above_it(office: NetSuiteOffice) -> None:
    branch = int(office.customer("usual"))
    office.standin.touch("customer", branch, parent=int(office.customer("over_limit")))

    standing = office.adapter().credit_standing(str(branch))

    assert (standing.limit, standing.exposure) == (1_000, 1_450)


def test_company_above_that_is_on_hold_blocks_its_branches(office: NetSuiteOffice) -> None:
    branch = int(office.customer("usual"))
    office.standin.touch("customer", branch, parent=int(office.customer("blocked")))

    assert office.adapter().credit_standing(str(branch)).is_blocked


def test_contact_stands_as_its_company(office: NetSuiteOffice) -> None:
    contact = office.standin.add_contact(int(office.customer("contract")), "Bo", "bo@b.test")

    assert office.adapter().credit_standing(str(contact)).limit == 25_000


def test_unbilled_orders_and_deposits_count(office: NetSuiteOffice) -> None:
    office.standin.touch(
        "customer",
        int(office.customer("over_limit")),
        unbilledorders=Decimal(300),
        depositbalance=Decimal(50),
        overduebalance=Decimal(200),
        daysoverdue=12,
        creditholdoverride="OFF",
    )

    standing = office.adapter().credit_standing(office.customer("over_limit"))

    assert standing.exposure == 1_700  # 1450 + 300 - 50
    assert not standing.is_blocked
    assert "200 are overdue, the oldest for 12 days" in standing.note
    assert "never holds" in standing.note


def test_term_by_day_of_the_month_has_no_days(office: NetSuiteOffice) -> None:
    terms = {term.name: term.days for term in office.adapter().payment_terms()}

    assert terms == {"Net 14": 14, "Net 30": 30, "15th of the following month": None}


def test_prices_of_a_pricing_group_are_those_of_its_customers(office: NetSuiteOffice) -> None:
    silver = office.standin.add_price_level("Silver")
    drill, saw = int(office.variant("DRILL-18V")), int(office.variant("SAW-65"))
    customer = int(office.customer("contract"))
    euro = office.standin.store.pricing[0]["currency"]
    for item, price_of_level in ((drill, "110.00"), (saw, "120.00")):
        office.standin.set_price(item, price_of_level, currency=euro, level=silver)
        office.standin.touch("item", item, pricinggroup=77)
    office.standin.agree(customer, saw, price="99.00")
    office.standin.store.group_pricing.append({"customer": customer, "group": 77, "level": silver})

    rows = all_rows(office.adapter().price_page, everything())

    theirs = {
        (row.variant_ref, row.net_unit_price)
        for row in rows
        if (row.audience, row.audience_ref) == ("customer", str(customer))
    }
    assert (str(drill), Decimal("110.00")) in theirs
    assert (str(saw), Decimal("99.00")) in theirs, "their own pricing of the item goes first"
    assert (str(saw), Decimal("120.00")) not in theirs
