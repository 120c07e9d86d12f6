"""A remote that calls us only as long as we ask it to: asked in time, and taken as a hint."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from integrations.adapters.business_central.sandbox import BusinessCentralStandIn
from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.flows.order_status.subscribing import start_keeping
from integrations.models import Event, Exchange, Flow
from integrations.sandbox.erps.business_central import filled
from tests.factories import ConnectionFactory, FlowFactory

pytestmark = pytest.mark.django_db(transaction=True)
RESOURCES = {"salesOrders", "salesInvoices", "salesCreditMemos"}


@pytest.fixture
def erp() -> Iterator[BusinessCentralStandIn]:
    with BusinessCentralStandIn() as standin:
        yield standin


@pytest.fixture
def flow(erp: BusinessCentralStandIn, live_server: LiveServer, settings: Settings) -> Flow:
    """Order status out of that ERP; the ERP reaches the portal."""
    settings.BASE_URL = live_server.url
    seed = filled(erp)
    connection = ConnectionFactory(
        erp=True,
        kind=seed.kind,
        base_url=seed.url,
        settings=dict(seed.settings),
        credentials=dict(seed.secrets),
        allow_private_addresses=True,
    )
    return FlowFactory(kind=Flow.Kind.ORDER_STATUS, mode="live", source=connection)


def keep(flow: Flow) -> SyncJob:
    (job,) = start_keeping(timezone.now())
    while runner.drain():
        pass
    job.refresh_from_db()
    return job


def subscriptions(erp: BusinessCentralStandIn) -> dict[str, str]:
    """Id by kind of document."""
    rows = erp.store.rows("subscriptions")
    return {row["resource"].rpartition("/")[2]: row["subscriptionId"] for row in rows}


def test_subscriptions_are_made_once_and_left_alone(
    erp: BusinessCentralStandIn, flow: Flow
) -> None:
    first = keep(flow)
    made = subscriptions(erp)
    again = keep(flow)

    assert (first.state, again.state) == ("done", "done")
    assert set(made) == RESOURCES
    assert subscriptions(erp) == made
    assert len(erp.worked("subscriptions.post")) == 3
    assert erp.worked("subscriptions*.patch") == []


def test_subscription_that_is_soon_over_is_renewed(erp: BusinessCentralStandIn, flow: Flow) -> None:
    keep(flow)
    soon = (datetime.now(UTC) + timedelta(hours=30)).isoformat()[:19] + "Z"
    for row in erp.store.rows("subscriptions"):
        row["expirationDateTime"] = soon

    job = keep(flow)

    ends = {row["expirationDateTime"] for row in erp.store.rows("subscriptions")}
    assert soon not in ends
    assert datetime.fromisoformat(job.steps.get().output["ends_at"]) > timezone.now() + timedelta(
        days=2
    )


def test_subscription_that_was_deleted_is_made_again(
    erp: BusinessCentralStandIn, flow: Flow
) -> None:
    keep(flow)
    lost = next(row for row in erp.store.rows("subscriptions") if "salesOrders" in row["resource"])
    erp.store.delete("subscriptions", lost)

    keep(flow)

    assert set(subscriptions(erp)) == RESOURCES


def test_change_is_a_hint_that_starts_a_poll(erp: BusinessCentralStandIn, flow: Flow) -> None:
    keep(flow)
    customer = erp.store.rows("customers")[0]["id"]
    erp.enter_order(customer, "PO 4711")

    calls = erp.deliver_notifications()

    event = Event.objects.get()
    assert calls == 1
    assert (event.type, event.state) == ("orders.changed", "handled")
    assert event.job is not None
    assert event.job.kind == "poll_progress"
    assert "clientState" not in event.body


def test_change_with_another_secret_is_refused_and_the_subscription_comes_back(
    erp: BusinessCentralStandIn, flow: Flow
) -> None:
    keep(flow)
    for row in erp.store.rows("subscriptions"):
        row["clientState"] = "guessed"
    erp.enter_order(erp.store.rows("customers")[0]["id"], "PO 4712")

    erp.deliver_notifications()
    lost = set(subscriptions(erp))
    keep(flow)

    assert not Event.objects.exists()
    assert "salesOrders" not in lost  # a refusal ends the subscription
    assert set(subscriptions(erp)) == RESOURCES
    secret = flow.source.subscription_secret
    assert {row["clientState"] for row in erp.store.rows("subscriptions")} == {secret}


def test_secrets_of_a_subscription_are_not_kept(erp: BusinessCentralStandIn, flow: Flow) -> None:
    keep(flow)

    kept = "".join(
        f"{row.request_body}{row.response_body}{row.url}" for row in Exchange.objects.all()
    )
    assert flow.source.subscription_secret not in kept
    assert flow.source.hook_token not in kept
    assert "clientState" in kept


def test_portal_without_https_asks_for_none(flow: Flow) -> None:
    flow.source.allow_private_addresses = False
    flow.source.save()

    assert start_keeping(timezone.now()) == []


def test_erp_that_needs_no_subscription_is_not_asked(flow: Flow) -> None:
    flow.source.kind = "odoo"
    flow.source.settings = {"database": "odoo", "pricelists": "EUR=1"}
    flow.source.save()

    assert start_keeping(timezone.now()) == []


def test_flow_that_is_off_asks_for_none(flow: Flow) -> None:
    flow.mode = "off"
    flow.save()

    assert start_keeping(timezone.now()) == []


def test_address_that_does_not_answer_is_told(
    erp: BusinessCentralStandIn, flow: Flow, settings: Settings
) -> None:
    settings.BASE_URL = "http://127.0.0.1:9"

    job = keep(flow)

    assert job.state == "parked"
    assert "did not take the portal's address" in job.error_text
