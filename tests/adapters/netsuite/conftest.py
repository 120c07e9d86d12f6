"""The account of the contract suite, new for each test, and orders to send to it."""

from collections.abc import Iterator

import pytest

from tests.contract.offices.netsuite import NetSuiteOffice
from tests.contract.offices.netsuite import office as opened
from tests.contract.orders import Desk


@pytest.fixture
def office() -> Iterator[NetSuiteOffice]:
    with opened() as one:
        yield one


@pytest.fixture
def desk(office: NetSuiteOffice) -> Desk:
    return Desk(office, number=1)
