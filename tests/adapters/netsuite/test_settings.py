"""A wrong value of a setting is told in a sentence that says what is expected."""

import pytest

from integrations.adapters.netsuite import SPEC
from integrations.adapters.netsuite.settings import host_prefix, read_settings
from tests.contract.offices.netsuite import NetSuiteOffice

GOOD = {"account_id": "1234567_SB1", "certificate_id": "c1", "time_zone": "America/Los_Angeles"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("account_id", "1234567-sb1", "like 1234567 or 1234567_SB1"),
        ("account_id", "1234567_sb1", "like 1234567 or 1234567_SB1"),
        ("time_zone", "Pacific", "name of a time zone"),
        ("time_zone", "../etc/passwd", "name of a time zone"),
        ("certificate_id", "", "beside the certificate"),
        ("certificate_expires_on", "31.01.2027", "a day like 2027-01-31"),
        ("line_field", "line_ref", "id of a column field"),
        ("location_id", "Main", "internal id"),
        ("stock_locations", "6, north", "internal id"),
        ("base_price_level", "Base", "internal id"),
        ("matrix_options", "Size", "option=item field"),
        ("matrix_options", "Size=custitem size", "option=item field"),
        ("rounding_product_ref", "ROUNDING", "internal id"),
        ("tax_mode", "guess", "one of line_code, engine"),
        ("tax_rounding", "cent", "one of line, total"),
        ("payment_mode", "invoice", "one of note, deposit, none"),
        ("auth", "password", "one of oauth2, tba"),
    ],
)
def test_wrong_value_is_told(name: str, value: str, said: str) -> None:
    problems = SPEC.problems({**GOOD, name: value}, {"client_id": "c"})

    assert any(name in problem and said in problem for problem in problems), problems


def test_lists_are_read() -> None:
    typed = read_settings(
        {**GOOD, "stock_locations": "6, 7", "matrix_options": "Size=custitem_size"}
    )

    assert typed.stock_locations == ("6", "7")
    assert typed.matrix_options == (("Size", "custitem_size"),)


@pytest.mark.parametrize(
    ("account", "host"),
    [("1234567", "1234567"), ("1234567_SB1", "1234567-sb1"), ("T_A_B", "t-a-b")],
)
def test_every_underscore_of_the_account_is_a_hyphen_of_its_host(account: str, host: str) -> None:
    assert host_prefix(account) == host


def test_seed_makes_a_connection_that_can_be_saved(office: NetSuiteOffice) -> None:
    assert SPEC.problems(office.seed.settings, office.seed.secrets) == []
