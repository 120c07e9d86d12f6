"""Answers with status 200 that are none: never taken for "there is nothing", never a crash."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from integrations import ports
from integrations.errors import PortalError
from integrations.ports.erp import PushesOrders
from integrations.standin import Response
from tests.contract.office import Office
from tests.contract.orders import Desk, able
from tests.contract.test_order_faults import found_after
from tests.contract.test_read_faults import READS

# What proxies, gateways and half-made upgrades put in place of an answer.
BODIES: dict[str, Any] = {
    "object": {},
    "text": "OK",
    "number": 7,
    "message": {"message": "Backend is starting"},
}


@dataclass
class Gateway:
    """Stands before the ERP; from `break_down` on it answers by itself."""

    body: Any = None
    is_down: bool = False
    told: int = 0

    def break_down(self, body: Any) -> None:
        self.body, self.is_down = body, True

    def passed(self, response: Response | None) -> Response | None:
        """The answer as the portal gets it; only what carries JSON is hit."""
        if not self.is_down or response is None or response.json is None:
            return response
        self.told += 1
        return Response(200, self.body, headers=response.headers)


@pytest.fixture
def gateway(office: Office) -> Iterator[Gateway]:
    made, work = Gateway(), office.standin.answer

    def answer(request: Any) -> tuple[Response | None, str]:
        response, fault = work(request)
        return made.passed(response), fault

    office.standin.answer = answer  # type: ignore[method-assign]
    yield made
    office.standin.answer = work  # type: ignore[method-assign]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("port", READS)
def test_other_shape_is_an_error_of_ours(
    office: Office, gateway: Gateway, port: str, body: str
) -> None:
    adapter = able(office, getattr(ports, port))
    gateway.break_down(BODIES[body])

    try:
        READS[port](adapter, office)
    except PortalError as error:
        assert error.message
        return
    assert not gateway.told, "taken for an answer"


@pytest.mark.parametrize("body", BODIES)
def test_order_is_not_missed_for_another_shape(
    office: Office, gateway: Gateway, desk: Desk, body: str
) -> None:
    """What is not found is sent: a strange answer must not say "not found"."""
    adapter = able(office, PushesOrders)
    order = adapter.create_order(desk.draft())
    gateway.break_down(BODIES[body])

    with pytest.raises(PortalError):
        office.adapter().find_order(order.our_ref)


@pytest.mark.parametrize("body", BODIES)
def test_creation_answered_in_another_shape_leaves_one_order(
    office: Office, gateway: Gateway, desk: Desk, body: str
) -> None:
    able(office, PushesOrders)
    draft = desk.draft()
    adapter = office.adapter()
    adapter.find_order("order_01NEVER")  # signed in, so that it is the order that is hit
    gateway.break_down(BODIES[body])
    with pytest.raises(PortalError):
        adapter.create_order(draft)
    gateway.is_down = False

    if office.orders_with(draft.our_ref):
        assert found_after(office, draft.our_ref) is not None
    again = office.adapter().create_order(draft)

    assert [one.ref for one in office.orders_with(draft.our_ref)] == [again.ref]
