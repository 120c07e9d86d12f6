"""Customers that cannot be read, row by row: each says why, and a wrong answer stays an error."""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.business_central import customers as of_business_central
from integrations.adapters.customers_apart import (
    field,
    flag_of,
    read_customers,
    unreadable_customer,
)
from integrations.adapters.netsuite.wire import number_of, time_of
from integrations.adapters.odoo.customer_mapping import Around
from integrations.adapters.odoo.customer_mapping import to_customer as of_odoo
from integrations.adapters.sap.wire import text_of
from integrations.errors import NeedsOperator
from integrations.records import ErpCustomer

Row = Mapping[str, Any]


def _read(row: Row) -> ErpCustomer:
    name = text_of(row["name"])
    field(row, "limit", number_of)
    field(row, "changed", lambda value: time_of(value, UTC))  # type: ignore[arg-type]
    field(row, "blocked", flag_of)
    return unreadable_customer(row["id"], number="", name=name, problem="")


def _named(row: Row) -> tuple[Any, Any, Any]:
    return row.get("id"), row.get("number"), row.get("name")


GOOD = {"id": "1", "name": "Good", "limit": "1", "changed": "2026-11-23 12:00:00", "blocked": "F"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"limit": "call us"}, "its limit is 'call us', which cannot be read"),
        ({"limit": "NaN"}, "its limit is 'NaN', which is no amount"),
        ({"limit": {"value": 1}}, "its limit is {'value': 1}, which cannot be read"),
        ({"changed": "soon"}, "its changed is 'soon', which cannot be read"),
        ({"blocked": "perhaps"}, "its blocked is 'perhaps', which cannot be read"),
        ({"name": ["Bad"]}, "['Bad'] is not a text"),
    ],
)
def test_row_says_what_of_it_cannot_be_read(values: Row, words: str) -> None:
    good, bad, other = read_customers([GOOD, {**GOOD, "id": "2", **values}, GOOD], _read, _named)

    assert (good.problem, other.problem) == ("", "")
    assert (bad.ref, bad.problem) == ("2", words)


def test_field_that_one_row_lacks_is_named() -> None:
    _, bad = read_customers([GOOD, {"id": "2", "number": "D2"}], _read, _named)

    assert (bad.number, bad.name, bad.problem) == ("D2", "", "the ERP does not tell its name")


def test_one_row_alone_says_nothing_of_the_answer() -> None:
    (bad,) = read_customers([{**GOOD, "limit": "call us"}], _read, _named)

    assert "call us" in bad.problem


def test_field_that_all_lack_is_an_error_of_the_page() -> None:
    with pytest.raises(KeyError, match="name"):
        read_customers([{"id": "1"}, {"id": "2"}], _read, _named)


def test_row_that_does_not_say_who_it_is_is_an_error_of_the_page() -> None:
    with pytest.raises(KeyError, match="name"):
        read_customers([GOOD, GOOD, {}], _read, _named)


def test_what_needs_an_operator_is_no_matter_of_one_row() -> None:
    def refused(row: Row) -> ErpCustomer:
        raise NeedsOperator("May not.", reason="erp_access_denied")

    with pytest.raises(NeedsOperator):
        read_customers([GOOD, GOOD, GOOD], refused, _named)


@pytest.mark.parametrize(("value", "is_so"), [(True, 1), ("T", 1), ("F", 0), (None, 0), (False, 0)])
def test_flags_of_all_vendors_are_read(value: Any, is_so: int) -> None:
    assert flag_of(value) == bool(is_so)


@pytest.mark.parametrize("value", [1, 0.0, "no", {}, Decimal(1)])
def test_what_is_neither_yes_nor_no_is_told(value: Any) -> None:
    with pytest.raises(ValueError, match="neither yes nor no"):
        flag_of(value)


# ---------------------------------------------------------------- their own


BC_ROW: Row = dict.fromkeys(of_business_central.CUSTOMER_FIELDS.split(","), "") | {
    "id": "11111111-0000-0000-0000-000000000000"
}


@pytest.mark.parametrize("name", [name for name in BC_ROW if name not in ("id", "number")])
def test_field_that_a_customer_of_business_central_lacks_is_named(name: str) -> None:
    row = {key: value for key, value in BC_ROW.items() if key != name}

    def read(one: Row) -> ErpCustomer:
        return of_business_central.to_customer(one, None, {}, "EUR")

    _, bad = read_customers([BC_ROW, row], read, lambda one: (one["id"], one["number"], ""))

    assert name in bad.problem


def test_country_that_odoo_does_not_list_is_told() -> None:
    around = Around(
        parts={},
        countries={57: "DE"},
        pricelists={},
        exempt_positions=frozenset(),
        limits_count=False,
    )
    empty = ("ref", "vat", "email", "phone", "street", "street2", "city", "zip", "state_id",
             "property_product_pricelist", "property_payment_term_id",
             "property_account_position_id", "write_date")  # fmt: skip
    row = {"id": 7, "name": "Nordwind", "active": True, **dict.fromkeys(empty, False)}

    assert of_odoo({**row, "country_id": [57, "Germany"]}, around).bill_to.country_code == "DE"
    with pytest.raises(ValueError, match="'Atlantis' is none that Odoo lists"):
        of_odoo({**row, "country_id": [99, "Atlantis"]}, around)
