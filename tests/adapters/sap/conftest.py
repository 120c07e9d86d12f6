"""One filled company for each test: what a test does there spoils no other."""

from collections.abc import Iterator

import pytest

from tests.adapters.sap.sales import Sales
from tests.contract.offices import sap
from tests.contract.offices.sap import SapOffice


@pytest.fixture
def office() -> Iterator[SapOffice]:
    with sap.office() as opened:
        yield opened


@pytest.fixture
def sales(office: SapOffice) -> Sales:
    return Sales(office)
