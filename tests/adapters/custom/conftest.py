"""Both invented ERPs, filled, for what their own tests need beyond the contract."""

from collections.abc import Iterator

import pytest

from tests.contract.offices.custom import CustomOffice
from tests.contract.offices.custom import office as plain_office
from tests.contract.offices.custom_odd import OddOffice
from tests.contract.offices.custom_odd import office as odd_office

OFFICES = {"plain": plain_office, "odd": odd_office}


@pytest.fixture(scope="module", params=OFFICES)
def office(request: pytest.FixtureRequest) -> Iterator[CustomOffice]:
    with OFFICES[request.param]() as opened:
        yield opened


@pytest.fixture
def plain() -> Iterator[CustomOffice]:
    with plain_office() as opened:
        yield opened


@pytest.fixture
def odd() -> Iterator[OddOffice]:
    with odd_office() as opened:
        yield opened
