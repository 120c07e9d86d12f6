"""Which price holds for how many pieces, and what is to be done: pure rules."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.flows.prices.decide import (
    Terms,
    decide_base,
    decide_listed,
    list_key,
    texts_of,
)
from integrations.flows.prices.offers import Kept, contradictions, steps_of
from integrations.flows.prices.settings import terms_of, zone_of
from integrations.flows.prices.spans import moments_of

TODAY = date(2026, 11, 23)
MARCH, JUNE = date(2027, 3, 1), date(2027, 6, 30)
TERMS = Terms(
    audiences=frozenset({"everyone", "price_list"}),
    currencies=frozenset(),
    sold_in=frozenset({"EUR", "JPY", "KWD"}),
    gross=frozenset(),
    today=TODAY,
)


def row(amount: int | str, at: int | str = 0, **changed: Any) -> Kept:
    usual: dict[str, Any] = {
        "pk": 1,
        "ref": f"r{at}",
        "variant_ref": "v-BOLT",
        "sku": "BOLT",
        "audience": "price_list",
        "audience_ref": "7",
        "audience_name": "Dealers",
        "currency": "EUR",
        "net_unit_price": Decimal(amount),
        "min_quantity": Decimal(at),
        "starts_on": None,
        "ends_on": None,
        "is_active": True,
        "offer": "o",
    }
    return Kept(**{**usual, **changed})


def written(rows: list[Kept]) -> list[Kept]:
    """As if exactly these had been written."""
    return [
        replace(one.row, price_id=f"price_{one.row.ref}", fingerprint=one.fingerprint)
        for one in decide_listed(rows, "variant_1", TERMS)
    ]


# ---------------------------------------------------------------- quantity steps


@pytest.mark.parametrize(
    ("starts", "ranges"),
    [
        (["0"], [(1, None)]),
        (["1"], [(1, None)]),
        (["10"], [(10, None)]),
        (["0", "10", "100"], [(1, 9), (10, 99), (100, None)]),
        (["100", "0"], [(1, 99), (100, None)]),
        (["0", "2.5"], [(1, 2), (3, None)]),
        (["0", "1"], [(1, None)]),  # both begin with the first piece: the higher one is meant
        (["2.2", "2.8"], [(3, None)]),
        (["0.5", "1.5"], [(1, 1), (2, None)]),
    ],
)
def test_step_holds_up_to_where_the_next_begins(
    starts: list[str], ranges: list[tuple[int, int | None]]
) -> None:
    steps = steps_of([row(10, at) for at in starts])

    assert [(one.low, one.high) for one in steps] == ranges


def test_steps_from_none_and_from_one_are_the_same_step() -> None:
    unclear = decide_listed([row(10, 0), row(9, 1)], "variant_1", TERMS)
    same = decide_listed([row(10, 0), row(10, 1)], "variant_1", TERMS)

    assert [one.what for one in unclear] == ["skip", "skip"]
    assert "the same quantity (from 1)" in unclear[0].reason
    assert [one.what for one in same] == ["write", "unchanged"]


@pytest.mark.parametrize("is_there", [False, True])
def test_step_without_a_whole_piece_says_so_and_does_not_stay(is_there: bool) -> None:
    rows = [row(10, "2.2"), row(9, "2.8")]
    before = replace(rows[0], fingerprint="sold at before" if is_there else "")

    narrow, wide = decide_listed([before, rows[1]], "variant_1", TERMS)

    assert (narrow.what, wide.what) == ("remove" if is_there else "skip", "write")
    assert is_there or "no whole piece" in narrow.reason


# ---------------------------------------------------------------- contradictions


@pytest.mark.parametrize(
    ("one", "other", "is_clear"),
    [
        ({}, {}, False),  # the same days
        ({}, {"amount": 8, "starts_on": MARCH}, True),  # a cheaper season
        ({}, {"amount": 12, "starts_on": MARCH}, False),  # a dearer one
        ({"ends_on": MARCH}, {"starts_on": MARCH}, False),  # both on one day
        ({"ends_on": MARCH}, {"starts_on": JUNE}, True),
        (
            {"starts_on": MARCH, "ends_on": JUNE},
            {"starts_on": JUNE, "amount": 5},
            False,
        ),
        ({"amount": 9}, {}, True),  # the same price
        ({}, {"at": 10}, True),  # another quantity
    ],
)
def test_two_prices_contradict_each_other_or_not(
    one: dict[str, Any], other: dict[str, Any], is_clear: bool
) -> None:
    rows = [
        row(**{"amount": 10, "ref": "a", **one}),
        row(**{"amount": 9, "ref": "b", **other}),
    ]

    assert set(contradictions(rows)) == (set() if is_clear else {"a", "b"})


def test_prices_that_contradict_each_other_are_both_skipped_and_named() -> None:
    decisions = decide_listed([row(10, ref="a"), row(9, ref="b"), row(7, 10)], "variant_1", TERMS)

    assert [one.what for one in decisions] == ["skip", "skip", "write"]
    assert "price b of the ERP" in decisions[0].reason
    assert "price a of the ERP" in decisions[1].reason


def test_same_price_twice_is_sold_once() -> None:
    decisions = decide_listed([row(10, ref="a"), row(10, ref="b")], "variant_1", TERMS)

    assert [one.what for one in decisions] == ["write", "unchanged"]


# ---------------------------------------------------------------- what is done


def test_unchanged_rows_are_left() -> None:
    rows = written([row(10), row(9, 10)])

    assert {one.what for one in decide_listed(rows, "variant_1", TERMS)} == {"unchanged"}


@pytest.mark.parametrize(
    "change",
    [
        {"net_unit_price": Decimal(11)},
        {"starts_on": MARCH},
        {"currency": "JPY"},
        {"is_in_doubt": True},
    ],
)
def test_changed_row_is_written(change: dict[str, Any]) -> None:
    [before] = written([row(10)])

    [decision] = decide_listed([replace(before, **change)], "variant_1", TERMS)

    assert decision.what == "write"


def test_another_variant_is_written_anew() -> None:
    [decision] = decide_listed(written([row(10)]), "variant_2", TERMS)

    assert decision.what == "write"


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"ends_on": date(2026, 11, 22)},
        {"audience": "customer"},  # this flow does not take those
    ],
)
def test_what_is_no_longer_offered_is_removed_once(change: dict[str, Any]) -> None:
    [before] = written([row(10)])

    [there] = decide_listed([replace(before, **change)], "variant_1", TERMS)
    [never] = decide_listed([row(10, **change)], "variant_1", TERMS)

    assert (there.what, never.what) == ("remove", "unchanged")


@pytest.mark.parametrize(
    ("bad", "variant_id", "words"),
    [
        (row(0), "variant_1", "zero or less"),
        (row(-3), "variant_1", "zero or less"),
        (row(3), None, "BOLT is not in the storefront"),
        (row(3, currency="CHF"), "variant_1", "add CHF to the currencies"),
        (row(3, starts_on=JUNE, ends_on=MARCH), "variant_1", "before it begins"),
    ],
)
def test_row_that_cannot_be_sold_at_is_skipped_with_the_reason(
    bad: Kept, variant_id: str | None, words: str
) -> None:
    [decision] = decide_listed([bad], variant_id, TERMS)

    assert decision.what == "skip"
    assert words in decision.reason


def test_price_that_became_zero_is_neither_written_nor_removed() -> None:
    [before] = written([row(10)])

    [decision] = decide_listed([replace(before, net_unit_price=Decimal(0))], "variant_1", TERMS)

    assert decision.what == "skip"


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", "1500"), ("KWD", "1.2345"), ("EUR", "0.00125")]
)
def test_amounts_stay_as_they_are_whatever_the_currency(currency: str, amount: str) -> None:
    [decision] = decide_listed([row(amount, currency=currency)], "variant_1", TERMS)

    assert decision.wanted is not None
    assert decision.wanted.amount == Decimal(amount)
    assert decision.wanted.text == f"{amount} {currency}"


# ---------------------------------------------------------------- everyone


def everyone(amount: int | str, at: int | str = 0, **changed: Any) -> Kept:
    return row(amount, at, audience="everyone", audience_ref="", **changed)


def test_offer_to_everyone_is_written_as_a_whole() -> None:
    decision = decide_base([everyone(10), everyone(9, 10)], "variant_1", TERMS)

    assert decision.what == "write"
    assert [one.text for one in decision.wanted] == ["10 EUR from 1 to 9", "9 EUR from 10"]


def test_offer_to_everyone_that_was_written_is_left() -> None:
    rows = [everyone(10), everyone(9, 10)]
    fingerprint = decide_base(rows, "variant_1", TERMS).fingerprint

    again = decide_base([replace(one, fingerprint=fingerprint) for one in rows], "variant_1", TERMS)

    assert again.what == "unchanged"


def test_cheaper_price_of_today_goes_before_the_usual_one() -> None:
    season = everyone(8, ref="season", starts_on=TODAY, ends_on=TODAY)
    later = everyone(7, ref="later", starts_on=MARCH)

    decision = decide_base([everyone(10), season, later], "variant_1", TERMS)

    assert [one.text for one in decision.wanted] == ["8 EUR"]


USUAL = [(100, 1), (95, 10)]


@pytest.mark.parametrize(
    ("usual", "promotion", "sold"),
    [
        (USUAL, [(90, 1)], ["90 EUR"]),
        (USUAL, [(90, 0)], ["90 EUR"]),
        ([(100, 1)], [(90, 0)], ["90 EUR"]),
        ([(100, 0)], [(90, 1)], ["90 EUR"]),
        (USUAL, [(97, 1)], ["97 EUR from 1 to 9", "95 EUR from 10"]),
        (USUAL, [(97, 5)], ["100 EUR from 1 to 4", "97 EUR from 5 to 9", "95 EUR from 10"]),
        (USUAL, [(90, 20)], ["100 EUR from 1 to 9", "95 EUR from 10 to 19", "90 EUR from 20"]),
        (
            [(95, 1)],
            [(90, 10), (99, 20)],
            ["95 EUR from 1 to 9", "90 EUR from 10 to 19", "95 EUR from 20"],
        ),
        (USUAL, [], ["100 EUR from 1 to 9", "95 EUR from 10"]),
        ([(100, 1), (110, 10)], [], ["100 EUR from 1 to 9", "110 EUR from 10"]),
        ([(100, 1), (110, 10)], [(105, 5)], ["100 EUR from 1 to 9", "105 EUR from 10"]),
    ],
)
def test_lowest_price_of_today_holds_for_each_quantity(
    usual: list[tuple[int, int]], promotion: list[tuple[int, int]], sold: list[str]
) -> None:
    rows = [everyone(*one, ref=f"usual {one}") for one in usual]
    rows += [everyone(*one, ref=f"today {one}", starts_on=TODAY) for one in promotion]

    for some in (rows, rows[::-1]):
        decision = decide_base(some, "variant_1", TERMS)
        assert (decision.what, [one.text for one in decision.wanted]) == ("write", sold)
        assert decision.reasons == ()


def test_step_of_everyone_without_a_whole_piece_says_so_and_holds_up_nothing() -> None:
    decision = decide_base([everyone(10, "2.2", ref="a"), everyone(9, "2.8")], "variant_1", TERMS)

    assert [one.text for one in decision.wanted] == ["9 EUR from 3"]
    ((left_out, reason),) = decision.reasons
    assert (left_out.ref, "no whole piece" in reason) == ("a", True)


def test_what_a_row_is_sold_at_fits_the_copy_however_often_it_is() -> None:
    dear = [everyone(99 if n % 2 else 5, n + 2, ref=f"{n}", starts_on=TODAY) for n in range(20)]

    decision = decide_base([everyone(95, ref="usual"), *dear], "variant_1", TERMS)

    assert len(decision.wanted) == 21
    text = texts_of(decision.wanted)["usual"]
    assert text.startswith("95 EUR from 1 to 1 and 95 EUR from 3 to 3 and ")
    assert text.endswith(" and …")
    assert len(text) <= 120


def test_season_that_is_over_gives_way_to_the_usual_price() -> None:
    over = everyone(8, ref="season", ends_on=date(2026, 11, 22), fingerprint="of the season")

    decision = decide_base([everyone(10), over], "variant_1", TERMS)

    assert [one.text for one in decision.wanted] == ["10 EUR"]


def test_one_unclear_price_holds_up_all_that_everyone_pays() -> None:
    rows = [everyone(10), everyone(9, 10, ref="a"), everyone(8, 10, ref="b")]

    decision = decide_base(rows, "variant_1", TERMS)

    assert (decision.what, [one.ref for one, _ in decision.reasons]) == ("skip", ["a", "b"])


def test_last_price_of_everyone_goes_without_a_zero() -> None:
    gone = everyone(10, is_active=False, fingerprint="as written")

    decision = decide_base([gone], "variant_1", TERMS)

    assert (decision.what, decision.wanted) == ("write", ())


# ---------------------------------------------------------------- lists and days


def test_list_is_of_one_audience_and_its_days() -> None:
    assert list_key(row(1)) == "price_list:7||"
    assert list_key(row(1, starts_on=MARCH, ends_on=JUNE)) == "price_list:7|2027-03-01|2027-06-30"
    assert len(list_key(row(1, audience_ref="x" * 128))) <= 128


@pytest.mark.parametrize(
    ("zone", "span", "first", "last"),
    [
        ("UTC", (MARCH, MARCH), "2027-03-01T00:00:00", "2027-03-01T23:59:59.999000"),
        ("Europe/Berlin", (JUNE, JUNE), "2027-06-29T22:00:00", "2027-06-30T21:59:59.999000"),
        # The clocks go forward on this day: it has 23 hours.
        (
            "Europe/Berlin",
            (date(2027, 3, 28), date(2027, 3, 28)),
            "2027-03-27T23:00:00",
            "2027-03-28T21:59:59.999000",
        ),
    ],
)
def test_both_days_are_included_in_the_sellers_zone(
    zone: str, span: tuple[date, date], first: str, last: str
) -> None:
    found = moments_of(span, ZoneInfo(zone))

    assert [one.astimezone(UTC) for one in found if one] == [
        datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last)
    ]


def test_settings_say_whose_prices_are_taken() -> None:
    now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    nothing: frozenset[str] = frozenset()

    usual = terms_of({}, sold_in=nothing, gross=nothing, now=now)
    special = terms_of(
        {
            "list_prices": "no",
            "audiences": "customer",
            "currencies": "EUR, USD",
            "zone": "Asia/Tokyo",
        },
        sold_in=nothing,
        gross=nothing,
        now=now,
    )

    assert usual.audiences == {"everyone", "price_list", "customer_group", "customer"}
    assert (usual.currencies, usual.today) == (nothing, date(2026, 11, 23))
    assert (special.audiences, special.currencies) == ({"customer"}, {"EUR", "USD"})
    assert special.today == date(2026, 11, 24)
    assert zone_of({}).key == "UTC"
