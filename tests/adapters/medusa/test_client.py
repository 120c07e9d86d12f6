"""Credentials, refusals in Medusa's own words, and what "test connection" finds."""

import pytest

from integrations.adapters import spec
from integrations.adapters.medusa import SPEC
from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.client import NoSuchRoute, explain
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import (
    AuthFailed,
    Conflict,
    NotSent,
    OutcomeUnknown,
    PortalError,
    Rejected,
    Throttled,
    Unavailable,
)
from integrations.http import Reply, Session
from tests.adapters.medusa.conftest import open_on

JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html; charset=utf-8"}
UNKNOWN = '{"code":"unknown_error","type":"unknown_error","message":"An unknown error occurred."}'
BEARER = '{"message":"A secret API key was passed as a Bearer token."}'


def test_registry_knows_medusa_as_a_storefront() -> None:
    assert spec("medusa") is SPEC
    assert SPEC.problems({}, {}) == ["The secret 'secret_key' (Secret API key) is missing."]


@pytest.mark.parametrize(
    ("reply", "writes", "expected"),
    [
        (Reply(200, JSON, '{"orders":[]}'), False, None),
        (Reply(401, JSON, '{"message":"Unauthorized"}'), False, AuthFailed),
        (Reply(404, JSON, '{"type":"not_found","message":"gone"}'), False, Rejected),
        (Reply(404, HTML, "<pre>Cannot GET /admin/x</pre>"), False, NoSuchRoute),
        (Reply(400, JSON, '{"type":"invalid_data","message":"no"}'), True, Rejected),
        (Reply(409, JSON, '{"type":"conflict","message":"again"}'), True, Conflict),
        (Reply(413, JSON, '{"message":"request entity too large"}'), True, Rejected),
        (Reply(429, {**JSON, "retry-after": "7"}, "{}"), True, Throttled),
        (Reply(500, JSON, UNKNOWN), True, OutcomeUnknown),
        (Reply(500, JSON, UNKNOWN), False, Unavailable),
        (Reply(502, HTML, "<h1>Bad gateway</h1>"), True, OutcomeUnknown),
        (Reply(200, HTML, "<h1>Welcome</h1>"), False, Unavailable),
        (Reply(200, HTML, "<h1>Welcome</h1>"), True, OutcomeUnknown),
        (Reply(200, JSON, '{"orders":[{"id":'), False, Unavailable),
        (Reply(200, JSON, '{"order":{"id":'), True, OutcomeUnknown),
        (Reply(302, HTML, ""), False, Rejected),
    ],
)
def test_every_answer_has_its_meaning(
    reply: Reply, writes: bool, expected: type[PortalError] | None
) -> None:
    error = explain(reply, writes)

    assert (type(error) if error else None) is expected


def test_refusal_carries_medusas_own_words() -> None:
    error = explain(
        Reply(400, JSON, '{"type":"invalid_data","message":"SKU: X, already exists."}'), True
    )

    assert isinstance(error, Rejected)
    assert error.remote_words == "SKU: X, already exists."


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        (Reply(401, JSON, '{"message":"Unauthorized"}'), "not revoked"),
        (Reply(401, JSON, BEARER), "turns Basic authentication into Bearer"),
        (Reply(404, HTML, "Cannot GET"), "without /app or /admin"),
        (Reply(413, JSON, "{}"), "fewer rows"),
        (Reply(200, HTML, "<h1>"), "without /app or /admin"),
    ],
)
def test_operator_is_told_what_to_do(reply: Reply, hint: str) -> None:
    error = explain(reply, False)

    assert error is not None
    assert hint in error.hint


def test_wrong_key_fails_authentication(standin: MedusaStandIn) -> None:
    with pytest.raises(AuthFailed):
        open_on(standin, secret_key="sk_wrong").find_products(["a"])


def test_stopped_server_was_not_sent_to(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    standin.stop()

    with pytest.raises(NotSent):
        adapter.get_order("order_1")


def test_throttled_call_says_how_long_to_wait(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.dials.set("throttle", seconds=7, times=1)

    with pytest.raises(Throttled) as waits:
        adapter.get_order("order_1")

    assert waits.value.retry_after_s == 7


# ---------------------------------------------------------------- test connection


def failing(adapter: MedusaAdapter) -> dict[str, str]:
    return {check.name: check.detail for check in adapter.test().checks if not check.ok}


def test_connection_that_is_set_up_has_nothing_missing(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.hooks.configure(url="http://127.0.0.1:9/hook", secret="whsec_c2VjcmV0")

    report = adapter.test()

    assert report.is_ok
    assert [check.name for check in report.checks] == [
        "Store and secret key",
        "Currencies",
        "Sales channel",
        "Stock location",
        "Shipping profile",
        "Rights of the key",
        "Plugin",
        "Orders of quotes",
    ]


def test_wrong_key_is_reported_and_nothing_else_is_tried(standin: MedusaStandIn) -> None:
    report = open_on(standin, secret_key="sk_wrong").test()

    assert [(check.name, check.ok) for check in report.checks] == [("Store and secret key", False)]
    assert "Secret API keys" in report.checks[0].hint


def test_missing_plugin_and_missing_address_are_told_apart(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    assert failing(adapter) == {"Plugin": "No address or no secret is set."}

    standin.shop.plugins.remove("erp-portal-medusa")

    found = failing(adapter)
    assert "is not installed" in found["Plugin"]
    assert "Accepted quotes cannot be ordered" in found["Orders of quotes"]


@pytest.mark.parametrize("version", ["0.2.0", "0.2.99", "", "unknown"])
def test_plugin_that_is_too_old_for_quotes_is_told(
    standin: MedusaStandIn, adapter: MedusaAdapter, version: str
) -> None:
    standin.shop.plugin_version = version

    [told] = [one for one in adapter.test().checks if one.name == "Orders of quotes"]

    assert not told.ok
    assert f"{version} is too old for the orders of quotes; they need 0.4" in told.detail
    assert "db:migrate" in told.hint


@pytest.mark.parametrize("version", ["0.4.0", "0.10.1", "1.0.0-rc.1"])
def test_newer_plugins_place_the_orders_of_quotes(
    standin: MedusaStandIn, adapter: MedusaAdapter, version: str
) -> None:
    standin.shop.plugin_version = version

    assert "Orders of quotes" not in failing(adapter)


def test_plugin_whose_table_was_not_made_is_told(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.dials.set("fail", only="quote_orders.strays")

    [told] = [one for one in adapter.test().checks if one.name == "Orders of quotes"]

    assert (told.ok, "db:migrate" in told.hint) == (False, True)


def test_what_a_key_may_not_do_is_named(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    standin.shop.forbidden = {"orders", "product-variants"}

    [told] = [one for one in adapter.test().checks if one.name == "Rights of the key"]

    assert (told.ok, told.detail) == (False, "The key may not read orders, variants.")
    assert "role" in told.hint


def test_call_that_the_keys_role_forbids_says_what_to_do(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.shop.forbidden = {"orders"}

    with pytest.raises(Rejected, match="Insufficient permissions") as refused:
        adapter.get_order("order_1")

    assert "role" in refused.value.hint


def test_publishable_key_is_told_from_a_secret_one(standin: MedusaStandIn) -> None:
    report = open_on(standin, secret_key=standin.shop.publishable_key).test()

    [told] = report.checks
    assert (told.ok, "publishable" in told.detail, "sk_" in told.hint) == (False, True, True)


def test_events_that_are_refused_are_told(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    standin.hooks.configure(url=f"{standin.url}/no-such-page", secret="whsec_c2VjcmV0")
    standin.place_order([("BOLT", 1)])
    standin.hooks.wait(timeout_s=0.3)

    found = failing(adapter)["Plugin"]

    assert "event(s) wait since 20" in found
    assert "The portal answered 404." in found


def test_currency_whose_prices_include_tax_fails_when_it_is_sold_in(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.shop.tax_inclusive.add("eur")

    assert failing(adapter)["Currencies"].startswith("Prices in EUR include tax")


def test_other_currency_whose_prices_include_tax_is_a_hint(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.shop.tax_inclusive.add("usd")

    (check,) = (check for check in adapter.test().checks if check.name == "Currencies")

    assert (check.ok, check.hint) == (
        True,
        "Products are not written in USD: prices there include tax.",
    )


def test_ids_of_another_server_are_reported_one_by_one(standin: MedusaStandIn) -> None:
    settings = {
        "sales_channel_id": "sc_other",
        "location_id": "sloc_other",
        "shipping_profile_id": "sp_other",
        "price_currencies": "eur, chf",
    }
    session = Session(base_url=standin.url, allow_private=True)
    adapter = SPEC.open(session, settings, {"secret_key": standin.shop.secret_key})

    found = failing(adapter)

    assert found["Currencies"] == "The store does not sell in CHF."
    assert found["Sales channel"] == "Medusa has no sc_other."
    assert found["Stock location"] == "Medusa has no sloc_other."
    assert found["Shipping profile"] == "Medusa has no sp_other."


def test_report_of_an_empty_connection_says_what_is_unset(standin: MedusaStandIn) -> None:
    session = Session(base_url=standin.url, allow_private=True)
    adapter = SPEC.open(session, {}, {"secret_key": standin.shop.secret_key})

    assert "sales_channel_id is empty" in failing(adapter)["Sales channel"]


def test_check_that_fails_to_run_is_a_failing_check(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.dials.set("fail", only="shipping_profiles.list")

    assert "failed with 500" in failing(adapter)["Shipping profile"]
