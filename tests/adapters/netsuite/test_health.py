""" "Test connection" against accounts that are not set up right."""

import pytest

from integrations.adapters.netsuite.adapter import open_adapter
from integrations.http import Session
from integrations.records import Check
from tests.contract.offices.netsuite import NetSuiteOffice


def checks(office: NetSuiteOffice, **settings: str) -> dict[str, Check]:
    return {check.name: check for check in office.adapter(settings=settings).test().checks}


def failed(office: NetSuiteOffice, **settings: str) -> dict[str, Check]:
    return {name: check for name, check in checks(office, **settings).items() if not check.ok}


@pytest.mark.parametrize(
    ("table", "permission"),
    [
        ("aggregateitemlocation", "Locations"),
        ("pricing", "Set Up Pricing"),
        ("previoustransactionlinelink", "Item Fulfillment"),
    ],
)
def test_table_that_the_role_may_not_see_is_told_with_its_permission(
    office: NetSuiteOffice, table: str, permission: str
) -> None:
    office.standin.tables.hidden.add(table)

    (check,) = failed(office).values()

    assert check.name.lower() == f"may_read:{table}"
    assert permission in check.hint


def test_missing_column_field_is_told_with_how_to_make_it(office: NetSuiteOffice) -> None:
    del office.standin.schemas["salesOrder-itemElement"]["custcol_portal_line_ref"]

    (check,) = failed(office).values()

    assert check.name == "fields"
    assert "transaction column field custcol_portal_line_ref" in check.hint


def test_refreshed_sandbox_is_told(office: NetSuiteOffice) -> None:
    office.standin.refresh_sandbox()

    (check,) = failed(office).values()

    assert check.name == "signed_in"
    assert "M2M" in check.hint


def test_address_of_another_account_is_told_without_a_call() -> None:
    """A production key must not be sent to the sandbox."""
    session = Session(base_url="https://1234567-sb1.suitetalk.api.netsuite.com")
    settings = {"account_id": "1234567", "certificate_id": "c", "time_zone": "UTC"}
    adapter = open_adapter(session, settings, {"client_id": "c", "private_key": "never read"})

    (check,) = adapter.test().checks

    assert not check.ok
    assert "https://1234567.suitetalk.api.netsuite.com" in check.hint


def test_limit_is_told_to_an_administrator(office: NetSuiteOffice) -> None:
    office.standin.is_administrator = True

    check = checks(office)["concurrency"]

    assert check.ok
    assert check.detail.startswith("5 requests at once")


def test_limit_that_leaves_nothing_for_others_is_told(office: NetSuiteOffice) -> None:
    office.standin.is_administrator, office.standin.pool = True, 2

    assert set(failed(office)) == {"concurrency"}


def test_limit_that_the_role_may_not_see_is_no_failure(office: NetSuiteOffice) -> None:
    check = checks(office)["concurrency"]

    assert check.ok
    assert "Integration Governance" in check.hint


@pytest.mark.parametrize("name", ["rounding_product", "shipping_product"])
def test_item_that_is_not_there_is_told(office: NetSuiteOffice, name: str) -> None:
    assert set(failed(office, **{f"{name}_ref": "999999"})) == {name}


def test_location_that_is_not_there_is_told(office: NetSuiteOffice) -> None:
    assert set(failed(office, location_id="999999")) == {"location"}


def test_rounding_item_that_is_not_named_is_only_a_hint(office: NetSuiteOffice) -> None:
    check = checks(office, rounding_product_ref="")["rounding_product"]

    assert check.ok
    assert "rounding_product_ref" in check.hint


def test_several_columns_that_are_gone_are_each_told(office: NetSuiteOffice) -> None:
    office.standin.tables.gone |= {("item", "parent"), ("item", "subtype")}

    gone = [one.name for one in office.adapter().used_fields() if not one.type]

    assert sorted(gone) == ["parent", "subtype"]


def test_table_that_is_gone_loses_all_its_columns(office: NetSuiteOffice) -> None:
    office.standin.tables.hidden.add("pricing")

    told = [one for one in office.adapter().used_fields() if one.entity == "SuiteQL pricing"]

    assert told
    assert not any(one.type for one in told)
