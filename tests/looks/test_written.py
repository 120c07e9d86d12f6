"""Money, quantities and ages as people read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.engine import declare
from integrations.looks import badges, words, written

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("1234.5", "EUR", "1,234.50 EUR"),
        ("0.005", "EUR", "0.01 EUR"),
        ("4500", "JPY", "4,500 JPY"),
        ("1.2345", "BHD", "1.235 BHD"),
        ("-3", "USD", "-3.00 USD"),
        ("7", "", "7.00"),
    ],
)
def test_amount_has_the_digits_of_its_currency(value, currency, shown):
    assert written.amount(Decimal(value), currency) == shown


def test_missing_amount_is_a_dash_and_not_a_zero():
    assert written.amount(None, "EUR") == "–"


@pytest.mark.parametrize(
    ("value", "shown"), [("2.0000000000", "2"), ("1.5", "1.5"), ("100", "100")]
)
def test_quantity_has_no_needless_zeros(value, shown):
    assert written.quantity(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(seconds=2), "just now"),
        (timedelta(seconds=42), "42 s ago"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=12), "12 days ago"),
        (-timedelta(minutes=5), "in 5 min"),
    ],
)
def test_age_is_told_in_its_largest_whole_unit(span, shown):
    assert written.age(NOW - span, now=NOW) == shown


def test_instant_is_utc_whatever_zone_it_came_in():
    elsewhere = datetime.fromisoformat("2026-03-02T13:00:00+02:00")

    assert "2026-03-02 11:00" in written.instant(elsewhere, now=NOW)


def test_body_keeps_the_digits_of_its_numbers():
    assert "19.990000000000000001" in written.body_block('{"price": 19.990000000000000001}')


def test_body_from_a_remote_cannot_smuggle_markup():
    assert "<script>" not in written.body_block('{"name": "<script>alert(1)</script>"}')
    assert "<script>" not in written.body_block("<script>alert(1)</script>")


@pytest.mark.parametrize("what", sorted(badges.TONES))
def test_every_state_has_a_colour(what):
    assert set(badges.TONES[what]) == set(badges.LABELS[what])


def test_unknown_job_kinds_still_read_as_words():
    assert words.job("count_stock") == "Count stock"


# Other tests register kinds of their own; what the console must name are ours.
OUR_KINDS = [
    name
    for name in declare.known_names()
    if declare.kind_named(name).steps[0].do.__module__.startswith("integrations.")
]


@pytest.mark.parametrize("name", OUR_KINDS)
def test_every_kind_of_job_and_each_of_its_steps_has_plain_words(name):
    assert name in words.JOBS
    assert {spec.name for spec in declare.kind_named(name).steps} <= set(words.STEPS)
