"""The table of troubles in docs/erps/abilities.md, held against each ERP."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from integrations.errors import AuthFailed, NeedsOperator, PortalError, Unavailable
from integrations.ports.erp import PushesOrders
from tests.contract.abilities_page import section, table
from tests.contract.office import Office
from tests.contract.orders import Desk, able

WORDS = {AuthFailed: "pauses", NeedsOperator: "parks", Unavailable: "waits"}

# Makes the trouble; what is returned replaces settings and secrets. None: there is no such thing.
Trouble = Callable[[Office], Mapping[str, Any] | None]


def _no_such_place(office: Office) -> Mapping[str, Any] | None:
    wrong = office.wrong_place()
    return {"settings": wrong} if wrong else None


def _expire(office: Office) -> Mapping[str, Any]:
    office.expire_secrets()
    return {}


def _forbid(office: Office) -> Mapping[str, Any]:
    office.forbid_orders()
    return {}


def _block(office: Office) -> Mapping[str, Any] | None:
    office.block_customer("usual")
    return {} if office.refuses_blocked_customers() else None


TROUBLES: dict[str, Trouble] = {
    "Wrong credentials": lambda office: {"secrets": office.wrong_secrets()},
    "Expired credentials": _expire,
    "Wrong company": _no_such_place,
    "Missing permission": _forbid,
    "Unknown product": lambda office: {},
    "Blocked customer": _block,
    "Closed period": lambda office: {} if office.close_period() else None,
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_cell_tells_what_the_trouble_stops(own_office: Office, trouble: str) -> None:
    able(own_office, PushesOrders)
    desk = Desk(own_office, number=1)
    gone = own_office.no_product() if trouble == "Unknown product" else None
    draft = desk.draft([desk.line(product_ref=gone)] if gone else None)

    opened = TROUBLES[trouble](own_office)
    stops = "–" if opened is None else _stopped(own_office, draft, opened)

    assert table(section("What people get wrong"))[own_office.kind][trouble] == stops


def _stopped(office: Office, draft: Any, opened: Mapping[str, Any]) -> str:
    with pytest.raises(PortalError) as caught:
        adapter = office.adapter(**opened)
        adapter.confirm_order(adapter.create_order(draft).ref)
    return WORDS[type(caught.value)]
