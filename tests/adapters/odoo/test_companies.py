"""Fields of their own that an Odoo has for restrictions, read where the connection names them."""

from datetime import date

import pytest

from integrations.adapters.odoo.sandbox.fields import char, many
from integrations.errors import NeedsOperator
from integrations.records import ErpCustomer, ErpLicence, Window
from tests.adapters.odoo.office import Office
from tests.contract.walking import now

FIELDS = {"countries_field": "x_countries", "licences_field": "x_licences"}


def read(office: Office, **settings: str) -> dict[str, ErpCustomer]:
    adapter = office.adapter(settings=office.settings(**settings))
    page = adapter.customer_page(Window(start=None, end=now()), None)
    return {row.name: row for row in page.rows}


def test_text_fields_are_read(office: Office) -> None:
    for name in FIELDS.values():
        office.erp.add_field("res.partner", name, char())
    office.erp.add_partner(
        "Nordwind", x_countries="de, AT", x_licences="Chemicals | HH-1 | 2027-03-31"
    )

    found = read(office, **FIELDS)

    told = found["Nordwind"]
    assert told.allowed_countries == ("AT", "DE")
    assert told.licences == (
        ErpLicence(name="Chemicals", number="HH-1", valid_until=date(2027, 3, 31)),
    )
    assert (found["Acme GmbH"].allowed_countries, found["Acme GmbH"].licences) == ((), ())


def test_countries_may_be_a_relation(office: Office) -> None:
    office.erp.add_field("res.partner", "x_countries", many("res.country"))
    both = [office.erp.country(code) for code in ("DE", "FR")]
    office.erp.add_partner("Nordwind", x_countries=both)

    found = read(office, countries_field="x_countries")

    assert found["Nordwind"].allowed_countries == ("DE", "FR")
    assert found["Nordwind"].licences is None


def test_without_the_setting_nothing_is_told(office_19: Office) -> None:
    told = read(office_19)["Acme GmbH"]

    assert (told.allowed_countries, told.licences) == (None, None)


def test_field_that_is_not_there_stops_the_reading(office: Office) -> None:
    with pytest.raises(NeedsOperator, match="have no field x_countries"):
        read(office, countries_field="x_countries")


def test_field_of_another_form_is_refused_in_the_settings(office_19: Office) -> None:
    with pytest.raises(NeedsOperator, match="technical name"):
        read(office_19, countries_field="my field!")


def test_field_is_watched_like_all_that_are_used(office_19: Office) -> None:
    adapter = office_19.adapter(settings=office_19.settings(countries_field="x_countries"))

    (told,) = [one for one in adapter.used_fields() if one.name == "x_countries"]

    assert (told.entity, told.type, told.needed_by) == ("res.partner", "", ("PullsCustomers",))
