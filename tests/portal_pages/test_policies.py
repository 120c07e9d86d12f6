"""The rules of getting in, as tables."""

import pytest

from quotes.signin import policies


@pytest.mark.parametrize("typed", [" Bea@Buyer.Example ", "bea@buyer.example", "BEA@BUYER.EXAMPLE"])
def test_addresses_are_written_in_one_way(typed):
    assert policies.normal_email(typed) == "bea@buyer.example"


def test_a_code_has_six_digits_and_belongs_to_its_salt_and_key(settings):
    code = policies.code_of("salt")
    settings.SECRET_KEY = "another key of this portal, long enough"

    assert len(code) == 6
    assert code.isdigit()
    assert policies.code_of("salt") != code


def test_codes_are_spread_over_all_values():
    codes = {policies.code_of(str(n)) for n in range(2000)}

    assert len(codes) > 1980  # a thousandth of the pairs may meet, not more
    assert {code[0] for code in codes} == set("0123456789")


def test_spaces_between_the_digits_do_no_harm():
    code = policies.code_of("salt")

    assert policies.is_code(f" {code[:3]} {code[3:]} ", "salt")
    assert not policies.is_code("", "salt")
    assert not policies.is_code("é" * 6, "salt")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::1", "fe80::1%eth0", False),
        ("", "nonsense", True),
    ],
)
def test_visitors_are_counted_by_address_and_by_network_in_ipv6(one, other, alike):
    assert (policies.ip_digest(one) == policies.ip_digest(other)) is alike


def test_long_addresses_get_a_user_name_that_fits():
    email = f"{'a' * 64}@{'b' * 180}.example"

    assert len(policies.username_of(email)) <= 150
    assert policies.username_of(email) == policies.username_of(email)
    assert policies.username_of("bea@buyer.example") == "bea@buyer.example"
