"""Every reading port while the ERP fails: one of our errors of the right kind, never a guess."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations import ports
from integrations.errors import AuthFailed, Kind, RemoteError
from integrations.records import PriceAsk, PriceQuestion
from tests.contract.office import Office
from tests.contract.orders import able
from tests.contract.walking import everything

pytestmark = pytest.mark.slow  # each is quick, but there are hundreds

Read = Callable[[Any, Office], Any]


def _question(office: Office) -> PriceQuestion:
    line = PriceAsk(our_ref="a", product_ref=office.variant("SAW-65"), quantity=Decimal(1))
    return PriceQuestion(
        customer_ref=office.customer("usual"),
        currency="EUR",
        asked_on=datetime.now(UTC).date(),
        lines=(line,),
    )


READS: dict[str, Read] = {
    "PullsProducts": lambda adapter, office: adapter.product_page(everything(), None),
    "PullsPrices": lambda adapter, office: adapter.price_page(everything(), None),
    "PullsStock": lambda adapter, office: adapter.stock_page(everything(), None),
    "PullsCustomers": lambda adapter, office: adapter.customer_page(everything(), None),
    "QuotesPrices": lambda adapter, office: adapter.quote_prices(_question(office)),
    "ChecksCredit": lambda adapter, office: adapter.credit_standing(office.customer("usual")),
    "PushesOrders": lambda adapter, office: adapter.find_order("order_01NEVER"),
    "TracksOrders": lambda adapter, office: adapter.changed_orders(everything(), None),
    "ListsOrders": lambda adapter, office: adapter.orders_created(everything(), None),
    "DescribesFields": lambda adapter, office: adapter.used_fields(),
    "ProposesRounding": lambda adapter, office: adapter.rounding_profile(),
}
# A read that failed is repeated; one that was throttled waits. Neither is ever "refused".
KINDS_BY_FAULT = {
    "throttle": {Kind.THROTTLED},
    "fail": {Kind.UNAVAILABLE},
    "maintenance": {Kind.UNAVAILABLE},
    "stall": {Kind.UNAVAILABLE},
    "lose_answer": {Kind.UNAVAILABLE},
    "truncate": {Kind.UNAVAILABLE},
}


@pytest.mark.parametrize("fault", KINDS_BY_FAULT)
@pytest.mark.parametrize("port", READS)
def test_read_that_fails_is_told_by_its_kind(office: Office, port: str, fault: str) -> None:
    adapter = able(office, getattr(ports, port))
    before = len(office.standin.log)
    office.standin.dials.set(fault, seconds=0.01)

    try:
        READS[port](adapter, office)
    except RemoteError as error:
        assert error.kind in KINDS_BY_FAULT[fault]
    else:
        assert len(office.standin.log) == before, "a failed read was taken for an answer"


@pytest.mark.parametrize("port", READS)
def test_read_works_again_afterwards(office: Office, port: str) -> None:
    adapter = able(office, getattr(ports, port))
    office.standin.dials.set("fail", times=1)
    try:
        READS[port](adapter, office)
    except RemoteError:
        office.standin.dials.clear()

    READS[port](adapter, office)


@pytest.mark.parametrize("port", READS)
def test_read_with_wrong_credentials_pauses_the_connection(office: Office, port: str) -> None:
    able(office, getattr(ports, port))
    adapter = office.adapter(secrets=office.wrong_secrets())
    before = len(office.standin.log)

    try:
        READS[port](adapter, office)
    except AuthFailed:
        return
    assert len(office.standin.log) == before, "refused credentials were taken for an answer"
