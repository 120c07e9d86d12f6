"""The sandbox: filled stand-ins, and a portal that is set up for them."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from integrations.engine import runner
from integrations.flows.links import target_of
from integrations.flows.runs import request_run
from integrations.gateways import connections
from integrations.models import Connection, Flow, IdLink, Run
from integrations.sandbox.company import NEWCOMER, NORDWIND, PRODUCTS
from integrations.sandbox.connecting import Connected, connect
from integrations.sandbox.desks import ShopDesk
from integrations.sandbox.seeds import Remotes
from integrations.sandbox.shop import customer_of
from integrations.sandbox.standins import running
from integrations.sandbox.storefront import log_in, place_order
from tests.support.hook_receiver import HookReceiver

# Calls to remotes are recorded in transactions of their own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def remotes() -> Iterator[Remotes]:
    with running() as found:
        yield found


@pytest.fixture
def connected(remotes: Remotes) -> Connected:
    assert remotes.shop is not None
    return connect(remotes.shop, remotes.erp, now=timezone.now())


def test_both_connections_pass_their_test(connected: Connected) -> None:
    with HookReceiver(secret=connected.hook.secret) as portal:
        ShopDesk(connected.shop.base_url).send_events(portal.hook_url, connected.hook.secret)

        for connection in (connected.shop, connected.erp):
            report = connections.test_connection(connection, actor="test")

            assert report.is_ok, [check for check in report.checks if not check.ok]


def test_all_three_flows_are_live(connected: Connected) -> None:
    assert set(Flow.objects.values_list("kind", "mode")) == {
        ("products", "live"),
        ("orders", "live"),
        ("order_status", "live"),
    }


def test_the_newcomer_has_no_counterpart_in_the_erp(connected: Connected, remotes: Remotes) -> None:
    assert remotes.shop is not None
    known, new = (customer_of(remotes.shop, one).id for one in (NORDWIND, NEWCOMER))

    assert target_of(IdLink.Kind.CUSTOMER, connected.shop, known, connected.erp)
    assert target_of(IdLink.Kind.CUSTOMER, connected.shop, new, connected.erp) is None


def test_the_whole_catalogue_is_for_sale_after_one_run(
    connected: Connected, remotes: Remotes
) -> None:
    assert remotes.shop is not None
    later = timezone.now() + timezone.timedelta(seconds=5)
    request_run(connected.products, actor="test", now=later)

    runner.drain()

    run = Run.objects.get()
    assert (run.created, run.failed, run.skipped) == (len(PRODUCTS), 0, 0), list(run.planned.all())
    anchor = IdLink.objects.get(kind="variant", label__contains="ANCHOR-6")
    token = log_in(remotes.shop, customer_of(remotes.shop, NORDWIND))
    order = place_order(remotes.shop, {anchor.target_ref: 3}, customer_token=token)
    assert order["id"].startswith("order_")


def test_a_sandbox_is_connected_once(connected: Connected, remotes: Remotes) -> None:
    assert Connection.objects.count() == 2
    assert connected.shop.hook_token == connected.hook.token
