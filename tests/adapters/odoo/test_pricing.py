"""Prices as Odoo's own rules make them: by customer, quantity, currency and day."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.odoo.priced import Basis, Header, to_answer, to_coin
from integrations.errors import NeedsOperator
from integrations.ports import QuotesPrices
from integrations.records import PriceAnswer, PriceAsk, PriceQuestion, PriceRefusal
from tests.adapters.odoo import lab, replay
from tests.adapters.odoo.office import Office
from tests.adapters.odoo.sales import Sales

CARTS = replay.load("22-cart-onchange")
PRICED_RIGHT = [*range(8), 10, 11]  # the rest are traps, errors, and prices that were given


# ---------------------------------------------------------------- as recorded


@pytest.mark.parametrize("number", PRICED_RIGHT, ids=lambda number: CARTS[number]["note"])
def test_prices_are_those_of_the_recorded_cart(number: int) -> None:
    values, answer = CARTS[number]["body"]["values"], CARTS[number]["answer"]["value"]
    question = PriceQuestion(
        customer_ref=str(values["partner_id"]),
        currency="EUR" if values.get("currency_id") == 126 else "USD",
        asked_on=datetime.now(UTC).date(),
        lines=tuple(
            PriceAsk(
                our_ref=key,
                product_ref=str(line["product_id"]),
                quantity=Decimal(line["product_uom_qty"]),
            )
            for _, key, line in values["order_line"]
        ),
    )

    with lab.new_lab() as erp:
        office = Office(erp, protocol="json2")
        settings = {"database": "lab", "protocol": "json2", "pricelists": "USD=3, EUR=6"}
        found = office.adapter(settings=settings, api_key=lab.API_KEY).quote_prices(question)

    told = {one.our_ref: one.net_unit_price for one in found if isinstance(one, PriceAnswer)}
    assert told == {
        key: price for _, key, line in answer["order_line"] if (price := recorded_price(line))
    }


def recorded_price(line: dict[str, Any]) -> Decimal:
    price = Decimal(str(line["price_unit"])) * (1 - Decimal(str(line["discount"])) / 100)
    return price.quantize(Decimal("0.01"))


def test_recorded_lines_become_answers() -> None:
    (percent, nothing) = (CARTS[1]["answer"]["value"], CARTS[3]["answer"]["value"])
    ask = PriceAsk(our_ref="line_1", product_ref="59", quantity=Decimal(1))

    answer = to_answer(ask, percent["order_line"][0][2], recorded_basis())
    refused = to_answer(ask, nothing["order_line"][3][2], recorded_basis())

    assert answer == PriceAnswer(
        our_ref="line_1",
        net_unit_price=Decimal(18),
        list_price=Decimal(20),
        discount_percent=Decimal(10),
        currency="USD",
        currency_rate=None,
        unit="Units",
        cost=Decimal(12),
        cost_currency="USD",
        cost_as_of=datetime(2026, 11, 23, 8, 22, 4, tzinfo=UTC),
        pricelist_ref="4",
        pricelist_name="Lab Gold",
        rule_ref="1",
        rule_version="2026-11-23 08:22:06",
        is_binding=False,
        priced_at=lab.SEEDED_AT,
    )
    assert isinstance(refused, PriceRefusal)
    assert "at zero" in refused.reason


def recorded_basis() -> Basis:
    """Pricelists, rules and currencies as they were recorded; one product of them."""
    pricelists = replay.load("20-pricelists")
    gold = pricelists[0]["answer"][1]
    rules = pricelists[1]["answer"] + pricelists[8]["answer"]
    currencies = replay.load("05-connect-detection")[-1]["answer"]
    product = {"id": 59, "name": "Lab part 2", "default_code": "LAB-002", "lst_price": 20.0}
    of = {"uom_id": [1, "Units"], "currency_id": [1, "USD"], "write_date": "2026-11-23 08:22:04"}
    return Basis(
        header=Header(partner_id=46, pricelist=gold, is_own=True),
        products={59: {**product, **of}},
        costs={59: {"id": 59, "standard_price": 12.0, "cost_currency_id": [1, "USD"]}},
        rules={row["id"]: row for row in rules},
        currencies={row["id"]: row for row in currencies},
        priced_at=lab.SEEDED_AT,
    )


def test_list_price_without_a_rate_is_not_taken_for_the_other_currency() -> None:
    basis = recorded_basis()
    in_euros = {59: {**basis.products[59], "currency_id": [126, "EUR"]}}
    no_rate = {**basis.currencies, 126: {**basis.currencies[126], "rate": 0.0}}
    line = CARTS[0]["answer"]["value"]["order_line"][0][2]
    ask = PriceAsk(our_ref="line_1", product_ref="59", quantity=Decimal(1))

    answer = to_answer(ask, line, replace(basis, products=in_euros, currencies=no_rate))

    assert isinstance(answer, PriceAnswer)
    assert (answer.net_unit_price, answer.list_price) == (Decimal("7.78"), None)
    assert (answer.discount_percent, answer.currency_rate) == (Decimal(0), None)


def test_price_that_holds_its_tax_is_refused() -> None:
    # as Odoo shows 119.00 with 19 % inside: the line's net sum is less than its price
    line = {"price_unit": 119.0, "discount": 0.0, "product_uom_qty": 2.0, "price_subtotal": 200.0}
    ask = PriceAsk(our_ref="line_1", product_ref="59", quantity=Decimal(2))

    refused = to_answer(ask, {**line, "pricelist_item_id": False}, recorded_basis())

    assert isinstance(refused, PriceRefusal)
    assert "includes its tax" in refused.reason


# ---------------------------------------------------------------- the price


def test_adapter_quotes_prices(sales_19: Sales) -> None:
    assert isinstance(sales_19.office.adapter(), QuotesPrices)


@pytest.mark.parametrize(("quantity", "price"), [(1, "17.991"), ("99.99", "17.991"), (100, "15.5")])
def test_quantity_decides_the_tier(sales: Sales, quantity: object, price: str) -> None:
    answer = sales.price(sales.office.bolt, quantity)

    assert answer.net_unit_price == Decimal(price)
    assert (answer.list_price, answer.currency) == (Decimal("19.99"), "EUR")
    assert (answer.pricelist_ref, answer.pricelist_name) == (str(sales.gold), "Gold")


def test_way_of_showing_discounts_does_not_matter(sales: Sales) -> None:
    shown = sales.price(sales.office.bolt)
    company = sales.erp.company_id
    sales.erp.store.update("res.company", company, {"group_discount_per_so_line": False})

    hidden = sales.price(sales.office.bolt)

    assert shown.net_unit_price == hidden.net_unit_price == Decimal("17.991")
    assert shown.discount_percent == hidden.discount_percent == Decimal(10)


def test_customer_without_rules_pays_the_list_price(sales: Sales) -> None:
    answer = sales.price(sales.office.bolt, customer_ref=str(sales.office.customer))

    assert (answer.net_unit_price, answer.discount_percent) == (Decimal("19.99"), Decimal(0))
    assert (answer.rule_ref, answer.rule_version) == ("", "")


def test_price_finer_than_a_cent_stays_as_it_is(sales: Sales) -> None:
    screw = sales.erp.add_product("SCREW", "Screw", "0.0035")

    assert sales.price(screw, 10_000).net_unit_price == Decimal("0.00315")


def test_edited_rule_has_another_version(sales: Sales) -> None:
    before = sales.price(sales.office.bolt, 100)
    sales.erp.store.clock = lambda: datetime.now(UTC) + timedelta(seconds=5)
    sales.erp.change_rule(sales.tier, fixed_price="14.90")

    after = sales.price(sales.office.bolt, 100)

    assert before.rule_ref == after.rule_ref == str(sales.tier)
    assert before.rule_version < after.rule_version
    assert after.net_unit_price == Decimal("14.9")


def test_rule_counts_on_the_day_that_is_asked_for(sales: Sales) -> None:
    until = {"date_start": "2020-01-01T00:00:00+00:00", "date_end": "2020-12-31T23:59:59+00:00"}
    sales.erp.add_rule(sales.gold, product_id=sales.office.nut, fixed_price="0.20", **until)

    then = sales.price(sales.office.nut, asked_on=date(2020, 6, 1))
    now = sales.price(sales.office.nut)

    assert (then.net_unit_price, now.net_unit_price) == (Decimal("0.2"), Decimal("0.315"))


# ---------------------------------------------------------------- currencies


def test_other_currency_is_priced_by_the_pricelist_of_the_connection(sales: Sales) -> None:
    sales.erp.store.update(
        "res.currency", sales.erp.add_currency("JPY"), {"rate": Decimal("161.37")}
    )

    answer = sales.price(sales.office.bolt, currency="JPY")

    # 19.99 × 161.37 = 3225.7863, to whole yen; the customer's own rules are for euros
    assert (answer.net_unit_price, answer.list_price) == (Decimal(3226), Decimal(3226))
    assert answer.currency_rate == Decimal("161.37")
    assert (answer.pricelist_ref, answer.rule_ref) == (str(sales.office.yen), "")


def test_fixed_price_in_another_currency_is_not_touched(sales: Sales) -> None:
    sales.erp.add_rule(sales.office.yen, product_id=sales.office.bolt, fixed_price="3199.5")

    assert sales.price(sales.office.bolt, currency="JPY").net_unit_price == Decimal("3199.5")


@pytest.mark.parametrize(
    ("amount", "digits", "expected"),
    [("36.8049", 2, "36.80"), ("1.005", 2, "1.01"), ("0.0038", 2, "0.0038"), ("99.4", 0, "99.4")],
)
def test_converted_price_is_rounded_where_a_coin_is_little(
    amount: str, digits: int, expected: str
) -> None:
    assert to_coin(Decimal(amount), digits) == Decimal(expected)


def test_currency_without_a_pricelist_needs_a_person(sales: Sales) -> None:
    with pytest.raises(NeedsOperator) as caught:
        sales.ask((sales.office.bolt, 1), currency="CHF")

    assert caught.value.reason == "no_pricelist"


def test_archived_pricelist_of_the_customer_does_not_count(sales: Sales) -> None:
    sales.erp.store.update("product.pricelist", sales.gold, {"active": False})

    answer = sales.price(sales.office.bolt)

    assert (answer.pricelist_ref, answer.net_unit_price) == (
        str(sales.office.euro),
        Decimal("19.99"),
    )


def test_header_is_given_whole_or_not_at_all(sales_19: Sales) -> None:
    sales_19.price(sales_19.office.bolt)
    sales_19.price(sales_19.office.bolt, currency="JPY")

    bodies = [
        json.loads(one.request_body)
        for one in sales_19.office.recorder.exchanges
        if "onchange" in one.endpoint
    ]
    four = {"partner_id", "pricelist_id", "currency_id", "fiscal_position_id"}
    assert [set(body["values"]) - {"order_line"} for body in bodies] == [{"partner_id"}, four]
    assert [set(body["fields_spec"]) for body in bodies] == [{"order_line"}, {"order_line"}]


# ---------------------------------------------------------------- cost


def test_cost_comes_with_its_age(sales: Sales) -> None:
    changed = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    sales.erp.store.clock = lambda: changed
    sales.erp.set_cost(sales.office.bolt, "12.40")

    answer = sales.price(sales.office.bolt)

    assert (answer.cost, answer.cost_currency) == (Decimal("12.4"), "EUR")
    assert answer.cost_as_of == changed


def test_cost_of_zero_is_an_unknown_one(sales: Sales) -> None:
    answer = sales.price(sales.office.bolt)

    assert (answer.cost, answer.cost_currency, answer.cost_as_of) == (None, "", None)


def test_user_who_may_not_see_costs_still_gets_prices(sales: Sales) -> None:
    sales.erp.set_cost(sales.office.bolt, "12.40")
    uid = sales.erp.service_uid
    sales.erp.sign_in_as("no-cost", uid=uid, login="portal", lacks=frozenset({"internal"}))

    answer = sales.price(sales.office.bolt, adapter=sales.office.adapter(api_key="no-cost"))

    assert (answer.net_unit_price, answer.cost) == (Decimal("17.991"), None)
