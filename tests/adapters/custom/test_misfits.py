"""Rows that cannot be read: each says so, the others come, and a wrong mapping is told as such."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import NeedsOperator
from tests.contract.offices.custom import CustomOffice
from tests.contract.walking import all_rows, everything

CALL_US: Any = "call us"  # what somebody typed where a number belongs


def spoil_price(office: CustomOffice, sku: str) -> str:
    """The ref of the list price of it, which is a text now."""
    goods = office.variant(sku)
    rows = office.standin.books.prices.values()
    row = next(one for one in rows if (one.goods, one.firm) == (goods, ""))
    row.amount = CALL_US
    return row.ref


def test_price_that_is_a_text_says_so_and_the_others_come(plain: CustomOffice) -> None:
    before = all_rows(plain.adapter().price_page, everything())
    ref = spoil_price(plain, "SAW-65")

    rows = all_rows(plain.adapter().price_page, everything())

    assert {row.ref for row in rows} == {row.ref for row in before}
    (bad,) = [row for row in rows if row.problem]
    assert (bad.ref, bad.variant_ref) == (ref, plain.variant("SAW-65"))
    assert "call us" in bad.problem


@pytest.mark.parametrize("amount", [0, -3])
def test_price_of_zero_or_less_says_so(plain: CustomOffice, amount: int) -> None:
    refs = {row.ref for row in all_rows(plain.adapter().price_page, everything())}
    plain.set_price("SAW-65", Decimal(amount))

    rows = all_rows(plain.adapter().price_page, everything())

    (bad,) = [row for row in rows if row.problem]
    assert (bad.variant_ref, bad.ref in refs) == (plain.variant("SAW-65"), True)
    assert "above zero" in bad.problem


def test_level_that_is_a_text_says_so_and_the_others_come(plain: CustomOffice) -> None:
    before = len(all_rows(plain.adapter().stock_page, everything()))
    stock, saw = plain.standin.books.stock, (plain.variant("SAW-65"), "main")
    stock[saw] = (CALL_US, stock[saw][1])

    rows = all_rows(plain.adapter().stock_page, everything())

    assert len(rows) == before
    (bad,) = [row for row in rows if row.problem]
    assert (bad.variant_ref, bad.location_ref) == (plain.variant("SAW-65"), "main")
    assert "call us" in bad.problem


def test_list_of_which_most_cannot_be_read_is_a_wrong_mapping(plain: CustomOffice) -> None:
    for row in plain.standin.books.prices.values():
        row.amount = CALL_US

    with pytest.raises(NeedsOperator, match="prices cannot be read") as told:
        all_rows(plain.adapter().price_page, everything())

    assert told.value.reason == "mapping_misfit"


def test_company_with_a_text_for_its_credit_limit_says_so_and_the_others_come(
    plain: CustomOffice,
) -> None:
    before = all_rows(plain.adapter().customer_page, everything())
    firm = next(iter(plain.standin.books.firms.values()))
    firm.credit_limit = CALL_US

    rows = all_rows(plain.adapter().customer_page, everything())

    assert {row.ref for row in rows} == {row.ref for row in before}
    (bad,) = [row for row in rows if row.problem]
    assert (bad.ref, bad.name, bad.is_blocked) == (firm.ref, firm.name, True)
    assert "call us" in bad.problem
