"""Who may write what: the flow table decides, and a remote call never hides in a transaction."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import limits
from integrations.errors import NeedsOperator, Rejected
from integrations.gateways import open_storefront
from integrations.models import Connection, Exchange, Flow
from tests.adapters.medusa.quoting import NO_DIGEST, convert_seen, quoted_line, quoted_order
from tests.factories import ConnectionFactory, FlowFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as standin:
        standin.add_product("BOLT", {"eur": "1.50"})
        yield standin


@pytest.fixture
def connection(shop: MedusaStandIn) -> Connection:
    return ConnectionFactory(
        base_url=shop.url,
        allow_private_addresses=True,
        credentials={"secret_key": shop.shop.secret_key},
    )


def test_nobody_may_write_to_a_storefront_without_flows(
    shop: MedusaStandIn, connection: Connection
) -> None:
    order_id = shop.place_order([("BOLT", 1)])

    with open_storefront(connection) as storefront:
        assert storefront.get_order(order_id).order_id == order_id
        for write in (
            lambda: storefront.write_metadata(order_id, {"erp_number": "S1"}),
            lambda: storefront.cancel_order(order_id),
            lambda: storefront.write_products([]),
        ):
            with pytest.raises(NeedsOperator, match="No live flow owns"):
                write()
    assert not (shop.orders[order_id]["metadata"] or {}).get("erp_number")


@pytest.mark.parametrize(
    ("mode", "may_write"), [("off", False), ("shadow", False), ("assisted", True), ("live", True)]
)
def test_the_order_flows_mode_decides_whether_the_erps_number_is_written(
    shop: MedusaStandIn, connection: Connection, mode: str, may_write: bool
) -> None:
    FlowFactory(live=True, source=connection)
    Flow.objects.update(mode=mode)
    order_id = shop.place_order([("BOLT", 1)])

    with open_storefront(connection) as storefront:
        if may_write:
            storefront.write_metadata(order_id, {"erp_number": "S1"})
        else:
            with pytest.raises(NeedsOperator):
                storefront.write_metadata(order_id, {"erp_number": "S1"})

    written = (shop.orders[order_id]["metadata"] or {}).get("erp_number")
    assert written == ("S1" if may_write else None)


@pytest.mark.parametrize(
    ("mode", "may_place"), [("off", False), ("shadow", False), ("assisted", True), ("live", True)]
)
def test_the_order_flows_mode_decides_whether_a_quote_becomes_an_order(
    shop: MedusaStandIn, connection: Connection, mode: str, may_place: bool
) -> None:
    FlowFactory(live=True, source=connection)
    Flow.objects.update(mode=mode)
    order = quoted_order("quote:Q-1", shop.shop, quoted_line("1", "2", "30"))
    stray = shop.add_stray("quote:Q-1")

    with open_storefront(connection) as storefront:
        for write in (
            lambda: storefront.draft_quoted(order),
            lambda: convert_seen(storefront, "quote:Q-1"),
            lambda: storefront.remove_draft(stray),
            lambda: storefront.discard_quoted("quote:Q-2"),
        ):
            if may_place:
                write()
            else:
                with pytest.raises(NeedsOperator, match="No live flow owns the orders"):
                    write()
        found = storefront.find_quoted("quote:Q-1")

    assert bool(found and not found.is_draft) == may_place
    assert len(shop.orders) == may_place
    assert list(shop.drafts) == ([] if may_place else [stray])


def test_a_status_flow_alone_does_not_own_the_orders_of_quotes(
    shop: MedusaStandIn, connection: Connection
) -> None:
    FlowFactory(
        live=True, kind="order_status", source=ConnectionFactory(erp=True), target=connection
    )

    with (
        open_storefront(connection) as storefront,
        pytest.raises(NeedsOperator, match="owns the orders"),
    ):
        storefront.convert_quoted("quote:Q-1", digest=NO_DIGEST)


def test_an_order_flow_does_not_own_products(connection: Connection) -> None:
    FlowFactory(live=True, source=connection)

    with (
        open_storefront(connection) as storefront,
        pytest.raises(NeedsOperator, match="owns the products"),
    ):
        storefront.write_products([])


def test_a_write_that_the_gateway_does_not_name_does_not_exist(connection: Connection) -> None:
    with open_storefront(connection) as storefront, pytest.raises(AttributeError):
        storefront.delete_everything()


def test_a_call_inside_a_transaction_is_refused_because_its_exchange_could_vanish(
    connection: Connection,
) -> None:
    with (
        pytest.raises(RuntimeError, match="durable"),
        transaction.atomic(),
        open_storefront(connection) as storefront,
    ):
        storefront.get_order("order_1")


def test_every_call_is_kept_as_an_exchange_without_its_secret(connection: Connection) -> None:
    with (
        open_storefront(connection, actor="olga.operator") as storefront,
        pytest.raises(Rejected),
    ):
        storefront.get_order("order_unknown")

    kept = Exchange.objects.get()
    assert (kept.status, kept.error_kind, kept.actor) == (404, "rejected", "olga.operator")
    assert kept.connection == connection
    secret = connection.credentials["secret_key"]
    assert all(secret not in repr(value) for value in kept.__dict__.values())
    assert kept.request_headers["Authorization"] == "•••"


def test_a_paused_connection_is_not_opened(connection: Connection) -> None:
    limits.pause(connection.resource_id, "stock-taking", "olga.operator")

    with pytest.raises(NeedsOperator, match="is paused: stock-taking"), open_storefront(connection):
        pass
