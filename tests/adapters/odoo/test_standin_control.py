"""The stand-in as a program of its own: staff works over HTTP, Odoo's rule calls a webhook."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.standin import Request, Response, StandIn, route
from tests.adapters.odoo.office import Office

PROGRAM = """
import sys, time
from integrations.adapters.odoo.sandbox import OdooStandIn
with OdooStandIn() as erp:
    print(erp.url, flush=True)
    sys.stdin.read()
"""


def do(erp_url: str, verb: str, **arguments: object) -> requests.Response:
    return requests.post(f"{erp_url}/_standin/do/{verb}", json=arguments, timeout=10)


def made(erp_url: str, verb: str, **arguments: object) -> int:
    """The id of what the verb made."""
    answer = do(erp_url, verb, **arguments)
    assert answer.ok, answer.text
    return int(answer.json()["result"])


@pytest.fixture
def program() -> Iterator[str]:
    """A stand-in in another process; its address."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        assert process.stdin is not None
        process.stdin.close()


def test_staff_works_from_another_process(program: str) -> None:
    product = made(program, "add_product", sku="BOLT", name="Bolt", price="19.99")
    customer = made(program, "add_partner", name="Acme")
    lines = [[product, 3, "19.99"]]

    made(program, "add_order", partner=customer, origin="order_01", lines=lines)
    made(program, "confirm", order="order_01")
    made(program, "deliver", order="order_01", quantities={"BOLT": 1}, tracking="T-1")
    invoice = made(program, "invoice", order="order_01")
    do(program, "pay", invoice=invoice)

    (order,) = requests.get(f"{program}/_standin/orders", timeout=10).json()["orders"]
    assert (order["state"], order["delivery_status"]) == ("sale", "partial")
    assert [one["carrier_tracking_ref"] for one in order["deliveries"]] == ["T-1", False]
    assert order["invoices"][0]["payment_state"] == "paid"


def test_verb_that_cannot_be_done_says_why(office_19: Office) -> None:
    url = office_19.erp.url

    assert do(url, "deliver", order="order_99").status_code == 422
    assert do(url, "deliver", orders="order_99").status_code == 400
    assert "deliver" in do(url, "fly").json()["message"]


class Receiver(StandIn):
    """Takes what the automation rule sends."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[dict[str, object]] = []

    @route("POST", "/hook/secret", "hook")
    def take(self, request: Request) -> Response:
        self.taken.append(request.json())
        return Response(200, {})


def test_rule_calls_the_webhook_after_each_change(office_19: Office) -> None:
    ref = office_19.adapter().create_order(office_19.draft()).ref
    with Receiver() as receiver:
        office_19.erp.webhook_url = f"{receiver.url}/hook/secret"

        office_19.adapter().confirm_order(ref)
        wait_for(lambda: len(receiver.taken) >= 1)
        office_19.erp.deliver("order_01")
        wait_for(lambda: len(receiver.taken) >= 2)

    shown = [(one["_model"], one["id"], one["delivery_status"]) for one in receiver.taken]
    assert shown == [("sale.order", 1, "pending"), ("sale.order", 1, "full")]


def test_receiver_that_is_down_loses_the_call_and_nothing_else(office_19: Office) -> None:
    office_19.erp.webhook_url = "http://127.0.0.1:9/hook"
    adapter = office_19.adapter()

    order = adapter.confirm_order(adapter.create_order(office_19.draft()).ref)

    assert order.is_confirmed


def test_failed_call_leaves_nothing_behind() -> None:
    with OdooStandIn() as erp:
        office = Office(erp)
        with pytest.raises(Exception, match="no-such-product"):
            erp.work(lambda: _order_then_fail(office))

        assert erp.orders() == []
        assert erp.orders_with("half") == []


def _order_then_fail(office: Office) -> None:
    office.erp.add_order(office.customer, "half", [(office.bolt, 1, "1")])
    raise RuntimeError("no-such-product")


def wait_for(is_so: Callable[[], bool]) -> None:
    for _ in range(100):
        if is_so():
            return
        time.sleep(0.02)
    raise AssertionError("it never happened")
