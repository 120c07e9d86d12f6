"""Drafts as Odoo gets them, and values as Odoo writes them. No server."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.odoo import wire
from integrations.adapters.odoo.external_ids import line_ref_of, line_xid, order_xid
from integrations.adapters.odoo.mapping import address_text, change_request, order_request
from integrations.adapters.odoo.names import NAMES_OF_19, LineNames
from integrations.adapters.odoo.settings import OdooSettings, read_settings
from integrations.errors import NeedsOperator
from integrations.records import Address, DraftLine, OrderDraft

SETTINGS = OdooSettings(database="lab", pricelists={"EUR": 6}, rounding_product_ref="9")
LINE = DraftLine(
    our_ref="li_1",
    kind="item",
    product_ref="60",
    description="Bolt",
    quantity=Decimal("2"),
    net_unit_price=Decimal("0.00000001"),
    discount_percent=Decimal(0),
    tax_refs=("1", "3"),
    tax_rates=(Decimal(15), Decimal(0)),
)
DRAFT = OrderDraft(
    our_ref="order_01",
    display_ref="#7",
    placed_at=datetime(2026, 11, 20, 10, 0, tzinfo=timezone(timedelta(hours=2))),
    currency="EUR",
    customer_ref="46",
    ship_to=Address(),
    bill_to=Address(),
    lines=(LINE, replace(LINE, our_ref="li_2", description="", tax_refs=())),
    expected_gross_total=Decimal(0),
)


def rows(request: dict[str, Any]) -> list[dict[str, str]]:
    return [dict(zip(request["fields"], row, strict=True)) for row in request["data"]]


def test_header_stands_in_the_first_row_only() -> None:
    first, second = rows(order_request(DRAFT, SETTINGS, NAMES_OF_19))

    assert first["origin"] == "order_01"
    assert first["pricelist_id/.id"] == "6"
    assert [cell for name, cell in second.items() if not name.startswith("order_line")] == [""] * 8


def test_times_are_sent_in_utc_and_said_to_be() -> None:
    request = order_request(DRAFT, SETTINGS, NAMES_OF_19)

    assert request["context"] == {"tz": "UTC"}
    assert rows(request)[0]["date_order"] == "2026-11-20 08:00:00"


def test_every_line_has_price_and_discount_and_taxes() -> None:
    first, second = rows(order_request(DRAFT, SETTINGS, NAMES_OF_19))

    assert first["order_line/price_unit"] == "0.00000001"
    assert first["order_line/discount"] == "0"
    assert (first["order_line/tax_ids/.id"], second["order_line/tax_ids/.id"]) == ("1,3", "")
    assert second["order_line/name"] == "li_2"  # an empty one would be refused


def test_older_names_are_used_where_odoo_has_them() -> None:
    request = order_request(DRAFT, SETTINGS, LineNames(taxes="tax_id"))

    assert "order_line/tax_id/.id" in request["fields"]


def test_no_note_leaves_the_terms_of_the_company() -> None:
    request = order_request(DRAFT, SETTINGS, NAMES_OF_19)

    assert "note" not in request["fields"]


def test_change_leaves_the_header_alone_and_empties_what_is_gone() -> None:
    gone = {
        "product_id": [61, "Nut"],
        "name": "Nut",
        "price_unit": 1.5,
        "discount": 0.0,
        "tax_ids": [1],
    }

    request = change_request(DRAFT, SETTINGS, NAMES_OF_19, {"li_9": gone})

    *_, last = rows(request)
    assert [name for name in request["fields"] if not name.startswith("order_line")] == ["id"]
    assert last["order_line/id"] == line_xid("order_01", "li_9")
    assert last["order_line/product_uom_qty"] == "0"
    assert last["order_line/tax_ids/.id"] == "1"


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (replace(DRAFT, lines=()), "empty_order"),
        (replace(DRAFT, currency="SEK"), "no_pricelist"),
        (replace(DRAFT, customer_ref="CUST-1"), "bad_customer_ref"),
        (replace(DRAFT, lines=(replace(LINE, product_ref=""),)), "no_product"),
        (replace(DRAFT, lines=(replace(LINE, product_ref="", kind="shipping"),)), "no_product"),
    ],
)
def test_draft_that_cannot_be_sent_says_why(draft: OrderDraft, reason: str) -> None:
    with pytest.raises(NeedsOperator) as caught:
        order_request(draft, SETTINGS, NAMES_OF_19)

    assert caught.value.reason == reason


# ---------------------------------------------------------------- external ids


@pytest.mark.parametrize("ref", ["ordli_01", "a b", "a.b", "ä/1", "50%"])
def test_line_reference_survives_the_external_id(ref: str) -> None:
    xid = line_xid("order.01", ref)

    assert line_ref_of(xid) == ref
    assert " " not in xid
    assert xid.startswith(order_xid("order.01"))


@pytest.mark.parametrize("xid", ["", "__import__.x", "sale.order_1", "other.order.line"])
def test_external_ids_of_others_are_not_ours(xid: str) -> None:
    assert line_ref_of(xid) == ""


# ---------------------------------------------------------------- values


def test_amounts_lose_the_noise_of_floats() -> None:
    assert wire.amount_of(Decimal("11.830000000000013")) == Decimal("11.83")
    assert wire.amount_of(False) == Decimal(0)
    assert str(wire.amount_of(Decimal("7136.0"))) == "7136"


def test_empty_is_false_for_everything() -> None:
    assert wire.text_of(False) == ""
    assert wire.id_of(False) is None
    assert wire.name_of(False) == ""
    assert wire.time_of(False) is None
    assert wire.day_of(False) is None


def test_times_and_days_are_read_as_utc() -> None:
    assert wire.time_of("2026-11-23 08:32:53.787116") == datetime(
        2026, 11, 23, 8, 32, 53, tzinfo=UTC
    )
    assert wire.day_of("2026-11-23 08:00:00") == date(2026, 11, 23)


def test_address_leaves_out_what_is_unknown() -> None:
    assert address_text(Address(last_name="Byron", city="Berlin")) == "Byron, Berlin"
    assert address_text(Address()) == ""


# ---------------------------------------------------------------- settings


def test_settings_are_typed() -> None:
    settings = read_settings(
        {
            "database": "lab",
            "pricelists": "eur=6, USD = 4",
            "company_id": "2",
            "api_key_expires_on": "2027-01-31",
        }
    )

    assert settings.pricelists == {"EUR": 6, "USD": 4}
    assert (settings.company_id, settings.warehouse_id) == (2, None)
    assert settings.api_key_expires_on == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("company_id", "main"),
        ("warehouse_id", "0"),
        ("pricelists", "EUR:6"),
        ("pricelists", "EURO=6"),
        ("rounding_product_ref", "ROUND"),
        ("api_key_expires_on", "31.01.2027"),
    ],
)
def test_bad_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(NeedsOperator, match=name) as caught:
        read_settings({"database": "lab", name: value})

    assert caught.value.reason == "bad_setting"
