"""The prediction against totals that a real ERP computed, and against its variations."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.flows.totals import predict
from integrations.records import DraftLine, RoundingProfile

GLOBALLY = RoundingProfile(per="total")
PER_LINE = RoundingProfile(per="line")

# (quantity, unit price, discount %, tax %) as the ERP held them; then net, tax and gross.
Row = tuple[str, str, str, str | None]
MIXED_CART: list[Row] = [
    ("1", "7.78", "0", "15"),
    ("10", "20", "10", "15"),
    ("2", "40", "20", "15"),
    ("1", "226", "10", "15"),
    ("3", "150", "10", "15"),
]
COST_PLUS_CART: list[Row] = [
    ("1", "8.45", "0", "15"),
    ("10", "18", "0", "15"),
    ("2", "31.2", "0", "15"),
    ("1", "0", "0", "15"),
    ("3", "117", "0", "15"),
]
THREE_TINY: list[Row] = [("0.33", "0.1", "0", "15")] * 3

RECORDED: list[tuple[str, RoundingProfile, list[Row], tuple[str, str, str]]] = [
    ("one line", GLOBALLY, [("1", "7.78", "0", "15")], ("7.78", "1.17", "8.95")),
    ("percentage", GLOBALLY, [("1", "20", "10", "15")], ("18.00", "2.70", "20.70")),
    ("five lines", GLOBALLY, MIXED_CART, ("860.18", "129.03", "989.21")),
    ("a line priced zero", GLOBALLY, COST_PLUS_CART, ("601.85", "90.28", "692.13")),
    ("no rule", GLOBALLY, [("2", "40", "0", "15")], ("80.00", "12.00", "92.00")),
    ("export", GLOBALLY, [("2", "31.2", "0", "0")], ("62.40", "0.00", "62.40")),
    ("euro", GLOBALLY, [("2", "36.8", "0", "15")], ("73.60", "11.04", "84.64")),
    ("own price", GLOBALLY, [("2", "30", "0", "15")], ("60.00", "9.00", "69.00")),
    ("ten pieces", GLOBALLY, [("10", "20", "10", "15")], ("180.00", "27.00", "207.00")),
    ("list price", GLOBALLY, [("10", "20", "0", "15")], ("200.00", "30.00", "230.00")),
    (
        "loaded order",
        GLOBALLY,
        [("2", "41.5", "5", "15"), ("1", "50", "0", "15"), ("1", "203.4", "0", "15")],
        ("332.25", "49.84", "382.09"),
    ),
    (
        "loaded order, quantity raised",
        GLOBALLY,
        [("3", "41.5", "5", "15"), ("1", "50", "0", "15"), ("1", "203.4", "0", "15")],
        ("371.68", "55.75", "427.43"),
    ),
    ("pricelist discount", GLOBALLY, [("1", "50", "10", "15")], ("45.00", "6.75", "51.75")),
    ("net price", GLOBALLY, [("1", "45", "0", "15")], ("45.00", "6.75", "51.75")),
    ("both discounts", GLOBALLY, [("1", "45", "10", "15")], ("40.50", "6.08", "46.58")),
    ("half percent", GLOBALLY, [("1", "50", "7.5", "15")], ("46.25", "6.94", "53.19")),
    ("118.275", GLOBALLY, [("3", "41.5", "5", "15")], ("118.28", "17.74", "136.02")),
    ("odd digits", GLOBALLY, [("7.13", "12.34567", "33.33", "15")], ("58.69", "8.80", "67.49")),
    ("untaxed", GLOBALLY, [("1", "50", "0", None)], ("50.00", "0.00", "50.00")),
    ("three tiny, globally", GLOBALLY, THREE_TINY, ("0.10", "0.01", "0.11")),
    ("three tiny, per line", PER_LINE, THREE_TINY, ("0.09", "0.00", "0.09")),
    ("a refund", GLOBALLY, [("1", "-5", "0", "15")], ("-5.00", "-0.75", "-5.75")),
    ("half a cent of tax", GLOBALLY, [("1", "45.5", "0", "15")], ("45.50", "6.83", "52.33")),
    ("unit of six", GLOBALLY, [("2", "300", "0", "15")], ("600.00", "90.00", "690.00")),
    ("beside notes", GLOBALLY, [("1", "10", "0", "15")], ("10.00", "1.50", "11.50")),
    (
        "with shipping",
        GLOBALLY,
        [("1", "50", "0", "15"), ("1", "12.34", "0", "15")],
        ("62.34", "9.35", "71.69"),
    ),
    (
        "euro pricelist",
        GLOBALLY,
        [("2", "41.5", "0", "15"), ("1", "50", "0", "15")],
        ("133.00", "19.95", "152.95"),
    ),
    ("converted", GLOBALLY, [("2", "46", "0", "15")], ("92.00", "13.80", "105.80")),
    (
        "changed after confirmation",
        GLOBALLY,
        [("1", "88", "0", "15"), ("0", "78", "0", "15"), ("1", "110", "0", "15")],
        ("198.00", "29.70", "227.70"),
    ),
    (
        "100 000 pieces",
        GLOBALLY,
        [("100000", "160", "0", "15")],
        ("16000000.00", "2400000.00", "18400000.00"),
    ),
    (
        "invoice",
        GLOBALLY,
        [("4", "130", "0", "15"), ("2", "140", "10", "15")],
        ("772.00", "115.80", "887.80"),
    ),
    ("invoice, later reversed", GLOBALLY, [("2", "130", "0", "15")], ("260.00", "39.00", "299.00")),
]


def lines_of(rows: list[Row]) -> list[DraftLine]:
    return [
        DraftLine(
            our_ref=f"line_{n}",
            kind="item",
            product_ref="1",
            description="",
            quantity=Decimal(quantity),
            net_unit_price=Decimal(price),
            discount_percent=Decimal(discount),
            tax_refs=() if rate is None else (rate,),
            tax_rates=() if rate is None else (Decimal(rate),),
        )
        for n, (quantity, price, discount, rate) in enumerate(rows)
    ]


def totals(rows: list[Row], profile: RoundingProfile, currency: str = "USD") -> tuple[str, ...]:
    seen = predict(lines_of(rows), currency=currency, profile=profile)
    return str(seen.net), str(seen.tax), str(seen.gross)


@pytest.mark.parametrize(
    ("profile", "rows", "expected"),
    [case[1:] for case in RECORDED],
    ids=[case[0] for case in RECORDED],
)
def test_prediction_equals_what_the_erp_recorded(
    profile: RoundingProfile, rows: list[Row], expected: tuple[str, str, str]
) -> None:
    assert totals(rows, profile) == expected


def test_taxes_are_rounded_each_on_its_own() -> None:
    rows: list[Row] = [("1", "0.07", "0", "7"), ("1", "0.03", "0", "19")]

    seen = predict(lines_of(rows), currency="EUR", profile=GLOBALLY)

    # 0.0049 and 0.0057: one cent together, and one cent apart only because 0.0057 rounds up.
    assert seen.tax_by_ref == {"7": Decimal("0.00"), "19": Decimal("0.01")}


def test_half_even_gives_the_half_cent_to_the_even_side() -> None:
    rows: list[Row] = [("1", "0.125", "0", None)]

    assert totals(rows, RoundingProfile(per="line", method="half_even"))[0] == "0.12"
    assert totals(rows, PER_LINE)[0] == "0.13"


def test_lines_kept_with_more_digits_are_rounded_in_the_total() -> None:
    four_digits = RoundingProfile(per="line", line_digits=4)

    # 3 × 0.0330 net and 3 × 0.0050 tax
    assert totals(THREE_TINY, four_digits) == ("0.10", "0.02", "0.12")


@pytest.mark.parametrize(
    ("currency", "expected"),
    [("JPY", ("334", "33", "367")), ("KWD", ("333.600", "33.360", "366.960"))],
)
def test_each_currency_has_its_own_digits(currency: str, expected: tuple[str, str, str]) -> None:
    assert totals([("3", "111.2", "0", "10")], GLOBALLY, currency) == expected


@pytest.mark.parametrize(
    ("row", "apart", "at_once"),
    [
        (("1", "0.05", "10", None), "0.04", "0.05"),  # 0.05 − 0.01 against 0.045
        (("3", "33.335", "50", None), "50.00", "50.00"),  # 100.01 − 50.01 against 50.0025
        (("1", "19.99", "0", None), "19.99", "19.99"),
    ],
)
@pytest.mark.parametrize("per", ["line", "total"])
def test_discount_may_be_rounded_apart_from_the_price(
    per: str, row: Row, apart: str, at_once: str
) -> None:
    rounded = RoundingProfile(per=per, rounds_line_nets=True)  # type: ignore[arg-type]

    assert totals([row], replace(rounded, discount_apart=True))[0] == apart
    assert totals([row], rounded)[0] == at_once


def test_tax_of_rounded_lines_is_rounded_once() -> None:
    rows: list[Row] = [("1", "0.036", "0", "21")] * 10

    assert totals(rows, RoundingProfile(per="total", rounds_line_nets=True)) == (
        "0.40",
        "0.08",  # of 0.40, rounded once; line by line it would be 10 × 0.01
        "0.48",
    )
