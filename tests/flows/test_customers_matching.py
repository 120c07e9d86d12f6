"""Which company of the portal a customer of the ERP is."""

from typing import Any

import pytest

from integrations.flows.customers.matching import (
    AccountSide,
    ErpSide,
    Match,
    match_accounts,
    tax_key,
)


def erp(ref: str = "1", **more: Any) -> ErpSide:
    return ErpSide(**{"ref": ref, "name": "Nordwind GmbH", "tax_id": "DE 123.456", **more})


def account(pk: int = 1, **more: Any) -> AccountSide:
    return AccountSide(**{"pk": pk, "name": "Somebody", "tax_id": "", **more})


def match(customer: ErpSide, *accounts: AccountSide, beside: tuple[ErpSide, ...] = ()) -> Match:
    return match_accounts([customer, *beside], accounts)[customer.ref]


def test_tax_id_once_on_both_sides_is_exact() -> None:
    found = match(erp(), account(5, tax_id="de123456"), account(6, tax_id="DE999"))

    assert (found.confidence, found.account) == ("exact", 5)


@pytest.mark.parametrize("written", ["DE 123.456", "de123456", "DE-123/456"])
def test_tax_ids_are_compared_without_signs(written: str) -> None:
    assert tax_key(written) == "DE123456"


def test_two_companies_with_the_tax_id_are_a_tie() -> None:
    found = match(erp(), account(5, tax_id="DE123456"), account(6, tax_id="DE123456"))

    assert (found.confidence, found.account, found.candidates) == ("tie", None, (5, 6))
    assert found.reason.startswith("tie: ")


@pytest.mark.parametrize("accounts", [(), (account(5, tax_id="DE123456"),)])
def test_two_customers_of_the_erp_with_one_tax_id_are_a_tie(accounts: Any) -> None:
    found = match(erp("1"), *accounts, beside=(erp("2", name="Nordwind, branch"),))

    assert (found.confidence, found.account) == ("tie", None)
    assert "customer 2" in found.reason


def test_no_tax_id_is_not_a_tax_id_in_common() -> None:
    found = match(erp("1", tax_id=""), account(5, tax_id=""), beside=(erp("2", tax_id=""),))

    assert found.confidence == "none"


def test_same_mailbox_is_likely_and_never_enough() -> None:
    customer = erp(tax_id="", emails=frozenset({"a@n.example"}))

    found = match(customer, account(5, emails=frozenset({"a@n.example"})))

    assert (found.confidence, found.account, found.candidates) == ("likely", None, (5,))


def test_same_name_is_likely_and_two_of_them_a_tie() -> None:
    alike = account(5, name=" nordwind  gmbh")

    assert match(erp(tax_id=""), alike).confidence == "likely"
    assert match(erp(tax_id=""), alike, account(6, name="Nordwind GmbH")).confidence == "tie"


def test_company_that_is_somebody_already_is_no_candidate() -> None:
    taken = account(5, tax_id="DE123456", erp_ref="77", name="Nordwind GmbH")

    assert match(erp(), taken).confidence == "none"


def test_what_was_linked_stays_linked_whatever_the_tax_id_says() -> None:
    mine = account(5, tax_id="DE000", erp_ref="1")

    found = match(erp(), mine, account(6, tax_id="DE123456"))

    assert (found.confidence, found.account) == ("exact", 5)
