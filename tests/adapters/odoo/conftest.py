"""The adapter is tested over both protocols: what holds for one must hold for the other."""

from collections.abc import Iterator

import pytest

from integrations.adapters.odoo.sandbox import OdooStandIn
from tests.adapters.odoo.office import API_KEY, Office
from tests.adapters.odoo.sales import Sales


@pytest.fixture(params=[19, 17], ids=["json2", "jsonrpc"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    with OdooStandIn(version=request.param, api_key=API_KEY) as erp:
        yield Office(erp, protocol="json2" if request.param == 19 else "auto")


@pytest.fixture
def office_19() -> Iterator[Office]:
    """Where the protocol makes no difference."""
    with OdooStandIn(api_key=API_KEY) as erp:
        yield Office(erp, protocol="json2")


@pytest.fixture
def sales(office: Office) -> Sales:
    return Sales(office)


@pytest.fixture
def sales_19(office_19: Office) -> Sales:
    return Sales(office_19)
