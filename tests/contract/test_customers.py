"""`PullsCustomers`: companies with what counts for selling to them."""

import pytest

from integrations.errors import PortalError
from integrations.ports.erp import PullsCustomers
from integrations.records import ErpCustomer
from integrations.sandbox.goods import CUSTOMERS, Role
from tests.contract.office import Office
from tests.contract.orders import able
from tests.contract.test_products import LONG_AGO
from tests.contract.walking import all_rows, everything, now, since


def customers(office: Office) -> dict[Role, ErpCustomer]:
    rows = all_rows(able(office, PullsCustomers).customer_page, everything())
    by_ref = {row.ref: row for row in rows}
    return {one.role: by_ref[office.customer(one.role)] for one in CUSTOMERS}


def test_every_customer_comes_with_name_and_address(office: Office) -> None:
    found = customers(office)

    for one in CUSTOMERS:
        told = found[one.role]
        assert told.name == one.name
        assert told.bill_to.city == one.city
        assert told.bill_to.country_code == one.country
        assert one.email in {told.email, *(contact.email for contact in told.contacts)}


def test_tax_id_is_told(office: Office) -> None:
    assert customers(office)["usual"].tax_id == "DE123456788"


def test_blocked_customer_is_told(office: Office) -> None:
    found = customers(office)

    assert found["blocked"].is_blocked
    assert found["blocked"].block_reason
    assert not found["usual"].is_blocked


def test_exempt_customer_is_told(office: Office) -> None:
    found = customers(office)

    assert found["exempt"].is_tax_exempt
    assert not found["usual"].is_tax_exempt


def test_currency_and_price_list_are_told(office: Office) -> None:
    found = customers(office)

    assert (found["usual"].currency, found["foreign"].currency) == ("EUR", "USD")
    assert _audience(found["contract"]) != _audience(found["usual"])


def _audience(one: ErpCustomer) -> tuple[str, str]:
    return one.price_list_ref or one.ref, one.group_ref


def test_credit_limit_is_told_or_said_to_be_unknown(office: Office) -> None:
    found = customers(office)

    for role, limit in (("usual", 25_000), ("over_limit", 1_000), ("exempt", None)):
        told = found[role]  # type: ignore[index]
        assert told.credit_limit == limit if told.is_credit_known else told.credit_limit is None


def test_payment_term_is_told(office: Office) -> None:
    told = customers(office)["usual"]

    assert told.payment_term_ref
    assert "30" in told.payment_term_name


def test_customer_that_was_blocked_comes_in_the_window(own_office: Office) -> None:
    adapter = able(own_office, PullsCustomers)
    began = now()
    own_office.block_customer("usual")

    rows = all_rows(adapter.customer_page, since(began))

    (row,) = {row.ref: row for row in rows if row.ref == own_office.customer("usual")}.values()
    assert row.is_blocked


def test_no_customer_changed_long_before_the_company_was_set_up(office: Office) -> None:
    assert all_rows(able(office, PullsCustomers).customer_page, LONG_AGO) == []


def test_small_pages_tell_the_same_customers(office: Office) -> None:
    adapter = able(office, PullsCustomers)
    whole = {row.ref for row in all_rows(adapter.customer_page, everything())}
    if hasattr(adapter, "page_size"):
        adapter.page_size = 2

    assert {row.ref for row in all_rows(adapter.customer_page, everything())} == whole


# ---------------------------------------------------------------- one that cannot be read


def test_customer_that_cannot_be_read_says_so_and_the_others_come(own_office: Office) -> None:
    adapter = able(own_office, PullsCustomers)
    before = {row.ref: row for row in all_rows(adapter.customer_page, everything())}
    left = own_office.spoil_customer("usual")

    after = all_rows(own_office.adapter().customer_page, everything())

    (bad,) = [row for row in after if row.problem]
    usual = before[own_office.customer("usual")]
    assert (bad.ref, bad.number, bad.name) == (usual.ref, usual.number, usual.name)
    assert left in bad.problem
    assert bad.is_blocked
    assert not bad.problem.endswith(".")
    others = {ref: row for ref, row in before.items() if ref != bad.ref}
    assert {row.ref: row for row in after if not row.problem} == others


def test_page_of_which_most_cannot_be_read_is_no_page(own_office: Office) -> None:
    """Then the ERP was changed, and no customer is at fault."""
    adapter = able(own_office, PullsCustomers)
    for one in CUSTOMERS:
        own_office.spoil_customer(one.role)

    with pytest.raises(PortalError):
        all_rows(adapter.customer_page, everything())
