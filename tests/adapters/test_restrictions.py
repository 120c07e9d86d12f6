"""Countries and licences as somebody types them into a field of the ERP."""

from datetime import date

import pytest

from integrations.adapters.restrictions import countries_of, licences_of, restricted
from integrations.records import ErpLicence

CHEMICALS = ErpLicence(name="Chemicals", number="HH-1", valid_until=date(2027, 3, 31))


@pytest.mark.parametrize("said", ["de, AT", "AT;DE", "DE AT de", ["at", "DE"], "DE\nAT"])
def test_countries_are_codes_each_once(said: str | list[str]) -> None:
    assert countries_of(said) == ("AT", "DE")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("Chemicals | HH-1 | 2027-03-31", (CHEMICALS,)),
        ("Chemicals|HH-1|2027-03-31; Spirits", (CHEMICALS, ErpLicence(name="Spirits"))),
        ("Spirits\n\nSpirits", (ErpLicence(name="Spirits"),)),
        ("Spirits | | 2027-03-31", (ErpLicence(name="Spirits", valid_until=date(2027, 3, 31)),)),
    ],
)
def test_licences_are_lines_of_name_number_and_last_day(
    text: str, found: tuple[ErpLicence, ...]
) -> None:
    assert licences_of(text) == found


def test_what_is_not_read_is_not_told() -> None:
    found = restricted(None, None)

    assert (found.allowed_countries, found.licences, found.unread) == (None, None, ())


@pytest.mark.parametrize(
    ("countries", "licences", "words"),
    [
        ("Germany", None, "no country code"),
        (None, "Spirits | 7 | 31.03.2027", "no day"),
        (None, "| 7 |", "is no licence"),
        (None, "a|b|2027-01-01|c", "is no licence"),
        (None, "x" * 121, "too long"),
    ],
)
def test_what_cannot_be_read_is_never_taken_for_none(
    countries: str | None, licences: str | None, words: str
) -> None:
    found = restricted(countries, licences)

    assert (found.allowed_countries, found.licences) == (None, None)
    ((_, why),) = found.unread
    assert words in why
