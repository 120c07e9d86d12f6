"""Orders from the shop: sent to the cent, settled by one line, or held with a reason."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.errors import NeedsOperator
from integrations.flows.totals import TotalsPlan, plan_totals
from integrations.records import RoundingProfile, StorefrontOrder
from tests.flows.shop_orders import Item, refs_of, shop_order

PER_TOTAL = RoundingProfile(per="total")
PER_LINE = RoundingProfile(per="line")
CENT_PRICES = RoundingProfile(per="line", unit_price_digits=2)

ODD_PRICES = [Item(price=f"{n}.{n * 37 % 100:02d}7", quantity=str(n % 7 + 1)) for n in range(1, 41)]

# Expected: the total of both sides, and the rounding line with that profile.
SETTLED: list[tuple[str, StorefrontOrder, RoundingProfile, str, str]] = [
    (
        "19 % and a 10 % discount",
        shop_order(Item("19.99", "3", discount_percent="10")),
        PER_TOTAL,
        "64.23",
        "0.01",
    ),
    ("yen", shop_order(Item("333", "7", ("10",)), currency="JPY"), PER_TOTAL, "2564", "0"),
    (
        "dinar",
        shop_order(Item("1.2345", "3", ("5",)), currency="KWD"),
        PER_TOTAL,
        "3.889",
        "0",
    ),
    ("40 odd prices, on totals", shop_order(*ODD_PRICES), PER_TOTAL, "4054.77", "0"),
    ("40 odd prices, per line", shop_order(*ODD_PRICES), PER_LINE, "4054.77", "-0.03"),
    ("1 920 pieces", shop_order(Item("3.09", "1920", ("21",))), PER_TOTAL, "7178.69", "0"),
    ("10.75 %", shop_order(Item("24.99", "1", ("10.75",))), PER_TOTAL, "27.68", "0"),
    (
        "mixed rates",
        shop_order(Item("10.03", "3", ("7",)), Item("0.55", "7", ("19",)), Item("4.99", "1", ())),
        PER_TOTAL,
        "41.77",
        "0",
    ),
    (
        "two taxes on a line",
        shop_order(Item("33.33", "3", ("5", "9.975"))),
        PER_LINE,
        "114.96",
        "0",
    ),
    (
        "tax-inclusive prices",
        shop_order(Item("99.99", "3", ("19",), price_includes_tax=True)),
        PER_TOTAL,
        "299.97",
        "0",
    ),
    (
        "tax-inclusive prices, cents only",
        shop_order(Item("99.99", "3", ("19",), price_includes_tax=True)),
        CENT_PRICES,
        "299.97",
        "-0.02",
    ),
    (
        "a fixed amount off",
        shop_order(Item("19.99", "3", discount="5.00")),
        PER_TOTAL,
        "65.41",
        "0",
    ),
    (
        "a fixed amount off, cents only",
        shop_order(Item("19.99", "3", discount="5.00")),
        CENT_PRICES,
        "65.41",
        "0.01",
    ),
    (
        "less for shipping",
        shop_order(Item("49.90", "2"), Item("12.34", kind="shipping", discount_percent="33.33")),
        PER_TOTAL,
        "128.55",
        "-0.01",
    ),
    ("a free line", shop_order(Item("10"), Item("0", "5")), PER_TOTAL, "11.90", "0"),
    (
        "free shipping",
        shop_order(Item("10"), Item("9.90", kind="shipping", discount_percent="100")),
        PER_TOTAL,
        "11.90",
        "0",
    ),
]


def planned(order: StorefrontOrder, profile: RoundingProfile = PER_TOTAL) -> TotalsPlan:
    return plan_totals(order, refs=refs_of(order), profile=profile, rounding_ref="rounding")


@pytest.mark.parametrize(
    ("order", "profile", "total", "rounding"),
    [case[1:] for case in SETTLED],
    ids=[case[0] for case in SETTLED],
)
def test_both_sides_show_the_same_total(
    order: StorefrontOrder, profile: RoundingProfile, total: str, rounding: str
) -> None:
    plan = planned(order, profile)

    assert plan.decision == "send", plan.message
    assert plan.predicted_gross == plan.storefront_gross == Decimal(total)
    assert plan.rounding_amount == Decimal(rounding)


def test_exact_percentage_is_sent_as_a_discount() -> None:
    plan = planned(shop_order(Item("19.99", "3", discount_percent="10")))

    line = plan.lines[0]
    assert (line.net_unit_price, line.discount_percent) == (Decimal("19.99"), Decimal(10))
    assert plan.explanation[0].note == ""


def test_inexact_discount_is_taken_off_the_unit_price() -> None:
    plan = planned(shop_order(Item("19.99", "3", discount="5.00")))

    (line,) = plan.lines
    assert line.discount_percent == 0
    assert line.net_unit_price == Decimal("18.3233333333")
    assert plan.explanation[0].note == "discount of 5 taken off the unit price"


def test_difference_becomes_one_untaxed_rounding_line() -> None:
    plan = planned(shop_order(*ODD_PRICES), PER_LINE)

    rounding = plan.lines[-1]
    assert [line.kind for line in plan.lines].count("rounding") == 1
    assert (rounding.kind, rounding.product_ref, rounding.tax_refs) == ("rounding", "rounding", ())
    assert rounding.quantity * rounding.net_unit_price == plan.rounding_amount
    assert rounding.our_ref == "order_1_rounding"


def test_line_of_no_pieces_is_not_sent() -> None:
    plan = planned(shop_order(Item("10"), Item("5", "0")))

    assert [line.our_ref for line in plan.lines] == ["line_1"]


def test_difference_beyond_tolerance_holds_with_both_sums() -> None:
    no_tolerance = replace(CENT_PRICES, tolerance_steps=0)

    plan = planned(shop_order(Item("19.99", "3", discount="5.00")), no_tolerance)

    assert (plan.decision, plan.hold_reason) == ("hold", "total_difference")
    assert "65.41 EUR" in plan.message
    assert "65.40 EUR" in plan.message
    assert [line.kind for line in plan.lines] == ["item"]
    assert plan.explanation[0].storefront_net == Decimal("54.97")
    assert plan.explanation[0].erp_net == Decimal("54.96")


def test_tax_that_the_rates_do_not_explain_holds() -> None:
    order = shop_order(Item("100"))
    odd = replace(order.lines[0], tax_total=Decimal(25), gross_total=Decimal(125))

    plan = planned(replace(order, lines=(odd,), gross_total=Decimal(125)))

    assert plan.hold_reason == "total_difference"


def test_erp_that_rounds_the_rounding_line_away_holds() -> None:
    whole_lines = RoundingProfile(per="line", line_digits=0, tolerance_steps=99)

    plan = planned(shop_order(Item("10.40", "1", ())), whole_lines)

    assert plan.hold_reason == "total_difference"


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"credit_total": Decimal(5)}, "credit_lines", "Credit lines are not supported yet"),
        ({"gross_total": Decimal(100)}, "storefront_total_unclear", "add up to 11.9"),
    ],
)
def test_order_that_does_not_add_up_is_held(
    change: dict[str, Decimal], reason: str, words: str
) -> None:
    plan = planned(shop_order(Item("10"), **change))

    assert (plan.decision, plan.hold_reason) == ("hold", reason)
    assert words in plan.message


def test_line_that_does_not_add_up_is_held() -> None:
    order = shop_order(Item("10"))
    odd = replace(order.lines[0], gross_total=Decimal(13))

    plan = planned(replace(order, lines=(odd,), gross_total=Decimal(13)))

    assert plan.hold_reason == "storefront_total_unclear"
    assert "Part 1" in plan.message


def test_quantity_finer_than_the_erp_keeps_is_held() -> None:
    plan = planned(shop_order(Item("10", "7.126")))

    assert plan.hold_reason == "quantity_digits"
    assert "7.126" in plan.message


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (shop_order(), "no lines"),
        (shop_order(Item("10", "-1"), Item("20")), "negative quantity"),
        (shop_order(Item("-10"), Item("20")), "negative price"),
        (shop_order(Item("10", "-1")), "negative total"),
        (shop_order(Item("10", discount="11"), Item("20")), "a discount of 11"),
        (shop_order(Item("10"), currency="XYZ"), "'XYZ' is unknown"),
    ],
)
def test_senseless_order_is_refused_in_clear_words(order: StorefrontOrder, words: str) -> None:
    with pytest.raises(NeedsOperator, match=words):
        planned(order)


@pytest.mark.parametrize("field", ["gross_total", "credit_total"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "sNaN"])
def test_amount_that_is_no_number_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        planned(shop_order(Item("10"), **{field: Decimal(value)}))


def test_line_without_erp_ids_is_refused() -> None:
    order = shop_order(Item("10"))

    with pytest.raises(ValueError, match="No ERP ids were given for line line_1"):
        plan_totals(order, refs={}, profile=PER_TOTAL)


def test_plan_is_kept_as_plain_texts() -> None:
    kept = planned(shop_order(Item("19.99", "3", discount="5.00")), CENT_PRICES).as_json()

    assert kept["decision"] == "send"
    assert kept["rounding_amount"] == "0.01"
    assert kept["lines"][0]["net_unit_price"] == "18.32"
    assert "unit price rounded from 18.32333" in kept["lines"][0]["note"]


@pytest.mark.parametrize("profile", [PER_TOTAL, PER_LINE])
@pytest.mark.parametrize("agreed", ["100.00", "64.23", "0.00"])
def test_agreed_total_is_settled_by_one_line_however_much_it_is(
    profile: RoundingProfile, agreed: str
) -> None:
    order = shop_order(Item("19.99", "3", discount_percent="10"))

    plan = plan_totals(order, refs=refs_of(order), profile=profile, agreed_gross=Decimal(agreed))

    assert plan.decision == "send"
    assert plan.predicted_gross == plan.expected_gross == Decimal(agreed)
    assert plan.storefront_gross == Decimal("64.23")
    assert [line.description for line in plan.lines if line.kind == "rounding"] in (
        [],
        ["Agreed correction"],
    )


def test_agreed_total_that_no_line_can_make_is_held() -> None:
    order = shop_order(Item("19.99", "3"))

    plan = plan_totals(
        order,
        refs=refs_of(order),
        profile=RoundingProfile(per="line", line_digits=0),
        agreed_gross=Decimal("70.55"),
    )

    assert plan.is_held
    assert "no single line makes them equal" in plan.message
