"""Every reading port while the ERP fails: one of our errors of the right kind, never a guess."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations import ports
from integrations.errors import AuthFailed, Kind, RemoteError
from integrations.records import PriceAsk, PriceQuestion
from integrations.standin.dials import USUAL
from tests.contract.office import Office
from tests.contract.orders import able
from tests.contract.walking import all_rows, everything

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
    "busy": {Kind.THROTTLED, Kind.UNAVAILABLE},
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


@pytest.mark.parametrize("fault", ["delay", "slow_commit", "skew", "expire_token"])
@pytest.mark.parametrize("port", READS)
def test_read_that_only_takes_longer_or_signs_in_again_is_the_same(
    office: Office, port: str, fault: str
) -> None:
    adapter = able(office, getattr(ports, port))
    if fault not in (*USUAL, *office.standin.vendor_dials):
        pytest.skip("this ERP gives out no tokens that run out")
    once = _shown(READS[port](adapter, office))
    times = 1 if fault == "expire_token" else None
    office.standin.dials.set(fault, seconds=0.01, times=times)

    assert _shown(READS[port](office.adapter(), office)) == once


def _shown(found: Any) -> str:
    """Without the moments at which things were asked."""
    return re.sub(r"datetime\.datetime\([^)]*\)", "…", repr(found))


@pytest.mark.parametrize("port", ["PullsPrices", "PullsStock", "PullsCustomers"])
def test_smaller_pages_lose_no_row(office: Office, port: str) -> None:
    """Products are in `test_products`."""
    adapter = able(office, getattr(ports, port))
    if "shrink_pages" not in office.standin.vendor_dials:
        pytest.skip("this ERP sends pages as they are asked for")
    pages = {
        "PullsPrices": "price_page",
        "PullsStock": "stock_page",
        "PullsCustomers": "customer_page",
    }
    whole = {_key(row) for row in all_rows(getattr(adapter, pages[port]), everything())}
    office.standin.dials.set("shrink_pages", size=3)

    small = all_rows(getattr(office.adapter(), pages[port]), everything())

    assert {_key(row) for row in small} == whole


def _key(row: Any) -> tuple[str, ...]:
    names = ("ref", "variant_ref", "location_ref")
    return tuple(str(getattr(row, name, "")) for name in names)


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
