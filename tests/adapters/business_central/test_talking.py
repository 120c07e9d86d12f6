"""Signing in, paging, what errors mean, settings, the test of the connection."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters import spec
from integrations.adapters.business_central.refs import goods_of, our_ref_of
from integrations.adapters.business_central.settings import read_settings
from integrations.adapters.business_central.wire import choice_of, day_of, id_of, time_of
from integrations.errors import AuthFailed, NeedsOperator, Unavailable
from integrations.records import ExchangeRecord, PaymentNotice, Window
from tests.adapters.business_central.desk import PLACED_AT, Desk

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ALL = Window(start=None, end=NOW.replace(year=2099))


class Kept:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def record(self, exchange: ExchangeRecord) -> None:
        self.texts.append(repr(exchange))


# ---------------------------------------------------------------- signing in


def test_one_token_serves_many_adapters(desk: Desk) -> None:
    for _ in range(3):
        desk.adapter().find_order("order_01NEVER")

    assert len(desk.erp.worked("token")) == 1


def test_refused_token_is_asked_for_anew_once(desk: Desk) -> None:
    desk.adapter().find_order("order_01NEVER")
    desk.erp.expire_tokens()

    assert desk.adapter().find_order("order_01NEVER") is None
    assert len(desk.erp.worked("token")) == 2


def test_app_that_is_not_enabled_stops_the_connection(desk: Desk) -> None:
    desk.erp.is_app_enabled = False

    with pytest.raises(AuthFailed) as caught:
        desk.adapter().find_order("order_01NEVER")

    assert "Microsoft Entra applications" in caught.value.hint


def test_neither_secret_nor_token_is_kept(desk: Desk) -> None:
    desk.erp.client_secret = "with special/characters+and=more"
    desk.seed.secrets["client_secret"] = desk.erp.client_secret  # type: ignore[index]
    kept = Kept()

    desk.adapter(recorder=kept).find_order("order_01NEVER")

    (token,) = desk.erp._tokens
    everything = "".join(kept.texts)
    assert "with+special%2Fcharacters%2Band%3Dmore" not in everything
    assert desk.erp.client_secret not in everything
    assert token not in everything
    assert "grant_type=client_credentials" in everything


@pytest.mark.parametrize(
    ("settings", "reason", "words"),
    [
        ({"environment": "Sandbox"}, "bad_setting", "no such environment"),
        ({"company_id": "0" * 8 + "-0000-4000-8000-" + "0" * 12}, "bad_setting", "no such company"),
        ({"extension_api": "acme/other/v1.0"}, "page_missing", "does not serve this page"),
    ],
)
def test_wrong_place_is_told(desk: Desk, settings: dict[str, str], reason: str, words: str) -> None:
    with pytest.raises(NeedsOperator, match=words) as caught:
        desk.adapter(**settings).find_order("order_01NEVER")

    assert caught.value.reason == reason
    assert caught.value.hint


def test_missing_permission_is_told(desk: Desk) -> None:
    desk.erp.denied.add("salesInvoices")

    with pytest.raises(NeedsOperator, match="may not do this") as caught:
        desk.adapter().find_order("order_01NEVER")

    assert caught.value.reason == "erp_access_denied"


# ---------------------------------------------------------------- paging


def test_pages_are_walked_by_their_links(desk: Desk) -> None:
    desk.erp.largest_page = 7
    adapter = desk.adapter()

    rows = list(adapter.client.rows(adapter.client.company("items"), {"$select": "number"}))

    assert len({row["number"] for row in rows}) == len(desk.seed.variants)


def test_next_page_at_another_place_is_not_asked_for(desk: Desk) -> None:
    """The token would go there."""
    client = desk.adapter().client

    with pytest.raises(Unavailable, match="another place"):
        client._next("https://evil.example/v2.0/x?$skiptoken=1")


# ---------------------------------------------------------------- payments


def notice(**changed: Any) -> PaymentNotice:
    known: dict[str, Any] = {
        "our_ref": "pay_01JABC:captured:100",
        "amount": Decimal("100.00"),
        "currency": "EUR",
        "provider": "card",
        "captured_at": PLACED_AT,
    }
    return PaymentNotice(**{**known, **changed})


def test_payment_is_a_credit_of_the_orders_customer(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())

    adapter.record_payment(order.ref, notice())

    (line,) = desk.erp.store.rows("customerPayments")
    assert (line["amount"], line["customerId"]) == (-100, desk.seed.customers["usual"])
    assert line["description"] == "Payment pay_01JABC:captured:100"


def test_payment_that_was_posted_is_found_in_the_ledger(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())
    adapter.record_payment(order.ref, notice())
    desk.erp.post_payments()

    again = adapter.record_payment(order.ref, notice())

    assert again == desk.erp.store.rows("generalLedgerEntries")[0]["id"]
    assert desk.erp.store.rows("customerPayments") == []


def test_payment_in_a_foreign_currency_waits_for_a_person(desk: Desk) -> None:
    adapter = desk.adapter()
    order = adapter.create_order(desk.draft())

    with pytest.raises(NeedsOperator, match="in USD; the payment journal takes EUR"):
        adapter.record_payment(order.ref, notice(currency="USD"))


def test_without_a_journal_nothing_is_told(desk: Desk) -> None:
    adapter = desk.adapter(payment_journal_id="")

    assert adapter.record_payment("order:1", notice()) == ""


# ---------------------------------------------------------------- products


def test_changed_variant_brings_its_whole_item(desk: Desk) -> None:
    item = desk.erp.add_item("BOLT", "Bolt", "1.10", vat="VAT19")
    small = desk.erp.add_variant(item, "S", "Small")
    desk.erp.add_variant(item, "L", "Large")
    adapter = desk.adapter()

    cursor = "itemVariants|"
    (product,) = adapter.product_page(ALL, cursor).rows

    assert [one.sku for one in product.variants] == ["BOLT-L", "BOLT-S"]
    assert product.variants[1].ref == f"{item}/{small}"
    assert product.variants[1].options == (("Variant", "Small"),)


def test_variant_is_ordered_by_its_id(desk: Desk) -> None:
    item = desk.erp.add_item("BOLT", "Bolt", "1.10", vat="VAT19")
    small = desk.erp.add_variant(item, "S", "Small")
    line = desk.line(product_ref=f"{item}/{small}", net_unit_price=Decimal("1.10"))

    order = desk.adapter().create_order(desk.draft([line], total="3.93"))

    assert order.lines[0].product_ref == f"{item}/{small}"


# ---------------------------------------------------------------- test of the connection


def test_closed_period_and_odd_currency_fail_the_test(desk: Desk) -> None:
    desk.erp.close_periods("2020-01-01", "2020-12-31")
    desk.erp.add_currency("HUF", precision="1")

    report = desk.adapter().test()

    failed = {check.name: check for check in report.checks if not check.ok}
    assert set(failed) == {"posting_period", "currencies"}
    assert "2020-01-01 to 2020-12-31" in failed["posting_period"].detail
    assert "HUF" in failed["currencies"].detail


def test_wrong_company_is_told_with_those_there_are(desk: Desk) -> None:
    other = "00000000-1111-4000-8000-000000000000"

    report = desk.adapter(company_id=other).test()

    (check,) = [one for one in report.checks if not one.ok]
    assert (check.name, desk.erp.company_id in check.detail) == ("company", True)


# ---------------------------------------------------------------- settings and values


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tenant_id", "a tenant"),
        ("environment", "Prod/../x"),
        ("company_id", "CRONUS"),
        ("client_id", "app"),
        ("client_secret_expires_on", "soon"),
        ("token_url", "login.microsoftonline.com"),
        ("token_url", "https://user:secret@login.example"),
        ("location_id", "MAIN"),
        ("unit_price_digits", "five"),
        ("unit_price_digits", "²"),
        ("extension_api", "contoso"),
        ("lost_answer_wait_s", "-1"),
        ("reread_minutes", "9999"),
    ],
)
def test_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(NeedsOperator, match=f"'{name}'.*expected is"):
        read_settings({name: value})


def test_unknown_page_of_the_extension_is_named() -> None:
    with pytest.raises(NeedsOperator, match="some of orders, prices"):
        read_settings({"extension_api": "a/b/c", "extension_pages": "orders, magic"})


def test_settings_of_the_seed_are_complete(desk: Desk) -> None:
    assert spec("business_central").problems(desk.seed.settings, desk.seed.secrets) == []


def test_values_that_spell_out_nothing() -> None:
    assert day_of("0001-01-01") is None
    assert time_of("0001-01-01T00:00:00Z") is None
    assert id_of("00000000-0000-0000-0000-000000000000") == ""
    assert choice_of(" ") == choice_of("_x0020_") == ""
    assert choice_of("In_x0020_Review") == "In Review"
    assert choice_of("Expired ") == "Expired"
    assert time_of("2026-03-14T09:12:01.5371234Z") == datetime(
        2026, 3, 14, 9, 12, 1, 537123, tzinfo=UTC
    )


def test_references_both_ways() -> None:
    assert our_ref_of("ORDER_01JABCDEF0123456789ABCDEF0") == "order_01JABCDEF0123456789ABCDEF0"
    assert our_ref_of("PO 4711") == "po 4711"
    assert goods_of("account:6810").account == "6810"
    assert goods_of("VALVE-10").item_number == "VALVE-10"
