"""Countries and licences of customers, where the mapping names them."""

from datetime import UTC, date, datetime

from integrations.records import ErpCustomer, ErpLicence, Window
from integrations.standin import Response
from tests.adapters.custom.lab import SMALL, Echo, adapter_on

SECTION = """\
customers:
  list: {path: /customers, rows: data, paging: {style: none}}
  fields:
    ref: id
    name: name
"""
NAMED = "    allowed_countries: ship_to\n    licences: papers\n"
ROW = {"id": 7, "name": "Nordwind", "ship_to": "de at", "papers": "Spirits | 9 | 2027-03-31"}


def read(named: str, **changed: object) -> ErpCustomer:
    with Echo(Response(json={"data": [{**ROW, **changed}]})) as erp:
        adapter = adapter_on(erp.url, SMALL + SECTION + named)
        window = Window(start=None, end=datetime(2027, 1, 1, tzinfo=UTC))
        (row,) = adapter.customer_page(window, None).rows
    found: ErpCustomer = row
    return found


def test_mapped_texts_are_read() -> None:
    told = read(NAMED)

    assert told.allowed_countries == ("AT", "DE")
    assert told.licences == (ErpLicence(name="Spirits", number="9", valid_until=date(2027, 3, 31)),)


def test_empty_ones_tell_of_none_and_unmapped_ones_tell_nothing() -> None:
    empty = read(NAMED, ship_to=None, papers="")

    assert (empty.allowed_countries, empty.licences) == ((), ())
    assert (read("").allowed_countries, read("").licences) == (None, None)


def test_text_that_cannot_be_read_is_told_and_stops_nobody() -> None:
    told = read(NAMED, papers="Spirits until March")  # a name of its own, without a day
    bad = read(NAMED, ship_to="Germany")

    assert told.licences == (ErpLicence(name="Spirits until March"),)
    assert (bad.name, bad.allowed_countries) == ("Nordwind", None)
    assert bad.unread[0][0] == "allowed countries"
