"""What the client sends, and what it makes of Odoo's many ways to fail."""

from decimal import Decimal

import pytest

from integrations.adapters.odoo.client import OdooClient
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.errors import (
    AuthFailed,
    NeedsOperator,
    NotSent,
    OutcomeUnknown,
    PortalError,
    Rejected,
    Throttled,
    Unavailable,
)
from tests.adapters.odoo.office import API_KEY, Office


@pytest.fixture
def client(office: Office) -> OdooClient:
    return office.adapter().client


def some_order(office: Office) -> int:
    return int(office.erp.add_order(office.customer, "order_77", [(office.bolt, 1, "19.99")]))


# ---------------------------------------------------------------- credentials


def test_wrong_or_expired_key_pauses_the_connection(office: Office) -> None:
    office.erp.expire_key(API_KEY)

    with pytest.raises(AuthFailed) as caught:
        office.adapter().find_order("order_01")

    assert "expired" in caught.value.hint


def test_key_that_expires_between_two_calls_is_noticed(office: Office) -> None:
    adapter = office.adapter()
    adapter.find_order("order_01")
    office.erp.expire_key(API_KEY)

    with pytest.raises(AuthFailed):
        adapter.find_order("order_01")


def test_older_odoo_needs_a_login() -> None:
    with OdooStandIn(version=18, api_key=API_KEY) as erp:
        office = Office(erp)
        with pytest.raises(NeedsOperator, match="needs the login"):
            office.adapter(settings=office.settings(login="")).find_order("order_01")


def test_deleted_user_is_told_as_refused_credentials(office: Office) -> None:
    adapter = office.adapter()
    adapter.find_order("order_01")
    office.erp.store.delete("res.users", office.erp.service_uid)
    office.erp.expire_key(API_KEY)

    with pytest.raises(AuthFailed):
        adapter.find_order("order_01")


@pytest.mark.parametrize("version", [17, 18, 19])
def test_each_version_is_spoken_to_in_its_own_names(version: int) -> None:
    for protocol in ("auto", "jsonrpc"):
        with OdooStandIn(version=version, api_key=API_KEY) as erp:
            office = Office(erp, protocol=protocol)
            order = office.adapter().create_order(office.draft())

            assert order.tax_total == Decimal("10.25")
            assert office.adapter().test().is_ok


@pytest.mark.parametrize("version", [18, 19])
def test_release_of_the_cloud_is_spoken_to_like_its_major_version(version: int) -> None:
    with OdooStandIn(version=version, api_key=API_KEY) as erp:
        erp.release = f"saas~{version}.2+e"
        office = Office(erp)

        report = office.adapter().test()

        assert report.is_ok
        assert report.version == f"saas~{version}.2+e"
        assert office.adapter().client.major_version() == version


def test_address_of_something_else_is_told(office: Office) -> None:
    office.erp.release = "nightly"

    with pytest.raises(NeedsOperator, match="tells no version") as caught:
        office.adapter().client.major_version()

    assert caught.value.reason == "not_odoo"


def test_login_happens_once(office: Office) -> None:
    adapter = office.adapter()

    for _ in range(3):
        adapter.find_order("order_01")

    assert len(office.erp.worked("common.authenticate")) <= 1


# ---------------------------------------------------------------- away


def test_wrong_database_is_never_taken_for_a_missing_record(office: Office) -> None:
    adapter = office.adapter(settings=office.settings(database="elsewhere"))

    with pytest.raises(Unavailable) as caught:
        adapter.find_order("order_01")

    assert "database" in caught.value.hint


def test_database_that_is_away_leaves_a_write_undone(office: Office, client: OdooClient) -> None:
    order_id = some_order(office)
    client.call("sale.order", "read", ids=[order_id], writes=False, fields=["name"])
    office.erp.is_database_up = False

    with pytest.raises(Unavailable):
        client.call("sale.order", "action_confirm", ids=[order_id], writes=True)


def test_server_that_is_down_was_sent_nothing(office: Office) -> None:
    adapter = office.adapter()
    office.erp.stop()

    with pytest.raises(NotSent):
        adapter.find_order("order_01")


@pytest.mark.parametrize(
    ("fault", "on_read", "on_write"),
    [
        ("fail", Unavailable, OutcomeUnknown),
        ("maintenance", Unavailable, OutcomeUnknown),
        ("throttle", Throttled, Throttled),
        ("lose_answer", Unavailable, OutcomeUnknown),
    ],
)
def test_server_trouble_is_in_doubt_only_for_a_write(
    office: Office,
    client: OdooClient,
    fault: str,
    on_read: type[PortalError],
    on_write: type[PortalError],
) -> None:
    order_id = some_order(office)
    client.call("sale.order", "read", ids=[order_id], writes=False, fields=["name"])
    office.erp.dials.set(fault, seconds=1, only="sale.order.*")

    with pytest.raises(on_read):
        client.call("sale.order", "read", ids=[order_id], writes=False, fields=["name"])
    with pytest.raises(on_write):
        client.call("sale.order", "action_confirm", ids=[order_id], writes=True)


# ---------------------------------------------------------------- refused


def test_refusal_comes_in_the_words_of_odoo(office: Office, client: OdooClient) -> None:
    order_id = some_order(office)
    office.erp.confirm(order_id)

    with pytest.raises(Rejected) as caught:
        client.call("sale.order", "action_confirm", ids=[order_id], writes=True)

    assert caught.value.remote_words == "Some orders are not in a state requiring confirmation."


def test_missing_right_names_the_right(office: Office, client: OdooClient) -> None:
    with pytest.raises(NeedsOperator, match="'Model Data'") as caught:
        client.call("ir.model.data", "search_read", writes=False, domain=[], fields=["name"])

    assert caught.value.reason == "erp_access_denied"


def test_mistake_of_ours_is_not_repeated_although_it_is_a_500(
    office: Office, client: OdooClient
) -> None:
    with pytest.raises(Rejected, match="Invalid field 'no_such_field'"):
        client.call("sale.order", "search_read", writes=False, domain=[], fields=["no_such_field"])


def test_stack_traces_are_not_kept(office: Office, client: OdooClient) -> None:
    with pytest.raises(Rejected):
        client.call("sale.order", "action_confirm", ids=[999], writes=True)

    kept = office.recorder.exchanges[-1].response_body
    assert "Traceback" not in kept
    assert "Record does not exist" in kept


def test_key_is_not_kept(office: Office) -> None:
    office.adapter().find_order("order_01")

    for exchange in office.recorder.exchanges:
        assert API_KEY not in exchange.request_body + str(exchange.request_headers)


# ---------------------------------------------------------------- own requests


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("action_confirm", {}),
        ("action_confirm", {"ids": []}),
        ("read", {"ids": ["58"], "fields": ["name"]}),
        ("read", {"ids": [58]}),
        ("search_read", {"fields": ["name"]}),
        ("search_read", {"domain": []}),
        ("search_read", {"domain": [], "fields": ["name"], "limit": 0}),
        ("load", {"ids": [1], "fields": [], "data": []}),
        ("_compute_name", {"ids": [1]}),
    ],
)
def test_requests_that_odoo_would_take_the_wrong_way_are_not_sent(
    office_19: Office, method: str, arguments: dict[str, object]
) -> None:
    client = office_19.adapter().client

    with pytest.raises(ValueError, match=r"\w+"):
        client.call("sale.order", method, writes=True, **arguments)  # type: ignore[arg-type]

    assert office_19.erp.log == []


def test_company_of_the_connection_goes_with_every_call(office: Office) -> None:
    adapter = office.adapter(settings=office.settings(company_id="1"))

    adapter.find_order("order_01")

    assert '"allowed_company_ids":[1]' in office.erp.log[-1].body


def test_company_of_somebody_else_is_refused(office: Office) -> None:
    adapter = office.adapter(settings=office.settings(company_id="2"))

    with pytest.raises(NeedsOperator, match="unauthorized or invalid companies"):
        adapter.find_order("order_01")
