"""The stand-in's own doings: webhooks and their faults, totals, stock, and remote control."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.callbacks import verify_and_parse
from integrations.adapters.medusa.sandbox import MedusaStandIn

SECRET = "whsec_" + base64.b64encode(b"a secret of our own, 24+").decode()


class Receiver:
    """A real HTTP server that keeps what it is sent; `refusals` says how often it says 503."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.refusals = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((dict(self.headers.items()), body))
                refused = receiver.refusals > 0
                receiver.refusals -= 1
                self.send_response(503 if refused else 202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.received]

    def ids(self) -> list[str]:
        return [headers["Webhook-Id"] for headers, _ in self.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    running.thread.start()
    yield running
    running.server.shutdown()
    running.server.server_close()
    running.thread.join()


@pytest.fixture
def hooked(standin: MedusaStandIn, receiver: Receiver) -> MedusaStandIn:
    standin.hooks.configure(url=receiver.url, secret=SECRET)
    return standin


# ---------------------------------------------------------------- webhooks


def test_everything_that_happens_to_an_order_is_told_in_order(
    hooked: MedusaStandIn, receiver: Receiver
) -> None:
    order_id = hooked.place_order([("BOLT", 3)])
    hooked.capture(order_id)
    hooked.refund(order_id, 5)
    hooked.edit(order_id, {"BOLT": 2})
    hooked.cancel(order_id)
    hooked.add_customer("new@buyer.test")

    assert hooked.hooks.wait()
    assert receiver.types() == [
        "order.placed",
        "payment.captured",
        "payment.refunded",
        "order-edit.confirmed",
        "order.canceled",
        "customer.created",
    ]
    data = [json.loads(body)["data"] for _, body in receiver.received]
    assert {one.get("order_id", order_id) for one in data} == {order_id}


def test_what_is_sent_passes_our_verification(hooked: MedusaStandIn, receiver: Receiver) -> None:
    order_id = hooked.place_order([("BOLT", 1)])
    assert hooked.hooks.wait()
    headers, body = receiver.received[0]

    (event,) = verify_and_parse(
        headers=headers,
        body=body,
        secrets={"hook_secret": SECRET},
        now=datetime.now(UTC),
        tolerance_s=300,
    )

    assert (event.type, event.subject) == ("order.placed", order_id)


def test_dropped_delivery_never_comes(hooked: MedusaStandIn, receiver: Receiver) -> None:
    hooked.hooks.drop = True
    hooked.place_order([("BOLT", 1)])
    hooked.hooks.drop = False
    hooked.place_order([("NUT", 1)])

    assert hooked.hooks.wait()
    assert len(receiver.received) == 1


def test_delivery_in_three_copies_has_one_id(hooked: MedusaStandIn, receiver: Receiver) -> None:
    hooked.hooks.configure(copies=3)
    hooked.place_order([("BOLT", 1)])

    assert hooked.hooks.wait()
    assert len(receiver.ids()) == 3
    assert len(set(receiver.ids())) == 1


def test_deliveries_can_come_in_reverse(hooked: MedusaStandIn, receiver: Receiver) -> None:
    hooked.hooks.configure(reverse=True)
    order_id = hooked.place_order([("BOLT", 1)])
    hooked.cancel(order_id)

    assert hooked.hooks.wait()
    assert receiver.types() == ["order.canceled", "order.placed"]


def test_refused_delivery_is_sent_again_until_it_is_taken(
    hooked: MedusaStandIn, receiver: Receiver
) -> None:
    receiver.refusals = 2
    hooked.place_order([("BOLT", 1)])

    assert hooked.hooks.wait()
    assert len(receiver.received) == 3
    assert len(set(receiver.ids())) == 1


# ---------------------------------------------------------------- totals and stock


def test_totals_equal_those_of_a_recorded_order(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.add_product("PX53A4A-1", {"eur": "69.50"})
    standin.add_product("PX53A4B-1", {"eur": "9.75"})

    order_id = standin.place_order([("PX53A4A-1", 12), ("PX53A4B-1", 7)], promo="TEN")

    whole = standin.orders[order_id]
    assert whole["total"] == Decimal("978.09075")
    assert whole["tax_total"] == Decimal("156.16575")
    assert whole["discount_total"] == Decimal("107.36775")
    assert whole["items"][0]["raw_tax_total"] == {"value": "142.614", "precision": 20}


def test_price_with_tax_is_divided_as_the_real_one_does(standin: MedusaStandIn) -> None:
    standin.shop.tax_inclusive.add("eur")

    order_id = standin.place_order([("BOLT", 3)], promo="TEN")

    item = standin.orders[order_id]["items"][0]
    assert item["raw_subtotal"]["value"] == "50.394957983193277311"
    assert standin.orders[order_id]["total"] == pytest.approx(Decimal("63.873"))


@pytest.mark.parametrize(
    ("country", "percent"), [("de", 19), ("fr", 20), ("nl", 21), ("us", 0), ("jp", 10)]
)
def test_tax_follows_the_country(country: str, percent: int, standin: MedusaStandIn) -> None:
    order_id = standin.place_order([("BOLT", 1)], country=country)

    (tax,) = standin.orders[order_id]["items"][0]["tax_lines"]
    assert (tax["rate"], tax["code"]) == (percent, f"VAT-{country.upper()}")


def test_managed_stock_is_reserved_by_an_order_and_given_back(standin: MedusaStandIn) -> None:
    standin.add_product("RARE", {"eur": 5}, stock=3)
    order_id = standin.place_order([("RARE", 2)])
    assert standin.catalogue.stock["RARE"]["reserved"] == 2

    standin.cancel(order_id)

    assert standin.catalogue.stock["RARE"]["reserved"] == 0


def test_unknown_sku_cannot_be_bought(standin: MedusaStandIn) -> None:
    with pytest.raises(LookupError, match="NOPE"):
        standin.place_order([("NOPE", 1)])


# ---------------------------------------------------------------- from another process


@pytest.fixture
def remote() -> Iterator[dict[str, Any]]:
    """A stand-in in a process of its own, as it printed itself."""
    command = [sys.executable, "-m", "integrations.adapters.medusa.sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()
        process.wait(10)


def test_standin_in_another_process_is_controlled_over_http(remote: dict[str, Any]) -> None:
    def tell(verb: str, **arguments: Any) -> Any:
        reply = requests.post(f"{remote['url']}/_standin/{verb}", json=arguments, timeout=10)
        assert reply.status_code == 200, reply.text
        return reply.json()["result"]

    tell("add_product", sku="BOLT", prices={"eur": "19.99"})
    tell("add_promotion", code="TEN", percent=10)
    order_id = tell("place_order", lines=[["BOLT", 3]], promo="TEN")
    tell("capture", order_id=order_id, amount="10")
    tell("hooks", url="http://127.0.0.1:9/", secret=SECRET, drop=True)

    (order,) = requests.get(f"{remote['url']}/_standin/orders", timeout=10).json()["result"]
    assert (order["id"], order["total"]) == (order_id, 76.00887)
    assert order["payment_status"] == "partially_captured"
    shop = requests.get(f"{remote['url']}/_standin/shop", timeout=10).json()["result"]
    assert shop["secret_key"] == remote["shop"]["secret_key"]


def test_mistaken_control_is_told(standin: MedusaStandIn) -> None:
    url = f"{standin.url}/_standin"

    unknown = requests.post(f"{url}/place_order", json={"lines": [["NOPE", 1]]}, timeout=10)
    refused = requests.post(f"{url}/cancel", json={"order_id": "order_x"}, timeout=10)
    wrong = requests.post(f"{url}/cancel", json={"order": "order_x"}, timeout=10)

    assert (unknown.status_code, refused.status_code, wrong.status_code) == (400, 404, 400)
    assert requests.get(f"{url}/nothing", timeout=10).status_code == 404
