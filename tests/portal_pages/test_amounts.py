"""Numbers as people write them, and what is refused rather than guessed."""

from decimal import Decimal

import pytest

from quotes.portal.amounts import BadNumber, number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", "7"),
        (" 1,5 ", "1.5"),
        ("1.5", "1.5"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"),
        ("-2", "-2"),
        ("1.0000", "1"),
    ],
)
def test_either_separator_is_understood(text, number):
    assert number_in(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1,000",
        "999.999",
        "-1.234",
        "1,2,3",
        "1.23.456",
        "12,34.5",
        "1e5",
        "NaN",
        "٣",
        "1,",
        ".5",
    ]
    + ["1,234.567,8", "1234.567.890", "--1", "inf"],
)
def test_what_could_be_two_numbers_or_none_is_refused(text):
    with pytest.raises(BadNumber):
        number_in(text)
