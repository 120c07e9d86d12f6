"""The offices that the contract is held against: every module in `offices/`, by itself.

`office` is one for the whole run, so its tests use their own order references and touch no
more of the company than they say. What spoils the company asks for `own_office`.
"""

import pkgutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest

from integrations.http import Limits
from tests.contract import offices
from tests.contract.office import Office
from tests.contract.orders import Desk

# The others are held against it in test-all: what makes theirs different has quick tests of its
# own in tests/adapters, of which some run there too.
IN_EVERY_RUN = ("odoo", "custom")
KINDS = sorted(one.name for one in pkgutil.iter_modules(offices.__path__))
SHORT = Limits(connect_s=1, read_s=0.2, deadline_s=2)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and _office_of(item) not in (None, *IN_EVERY_RUN):
            item.add_marker(pytest.mark.slow)


def _office_of(item: pytest.Item) -> str | None:
    params = (
        item.callspec.params
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else {}
    )
    found = (params.get(name) for name in ("shared_office", "own_office"))
    return next((one for one in found if one), None)


def opened(kind: str) -> AbstractContextManager[Office]:
    made: AbstractContextManager[Office] = import_module(f"tests.contract.offices.{kind}").office()
    return made


@pytest.fixture(scope="session", params=KINDS)
def shared_office(request: pytest.FixtureRequest) -> Iterator[Office]:
    with opened(request.param) as office:
        yield office


@pytest.fixture
def office(shared_office: Office) -> Iterator[Office]:
    shared_office.standin.dials.clear()
    yield shared_office
    shared_office.standin.dials.clear()


@pytest.fixture(params=KINDS)
def own_office(request: pytest.FixtureRequest) -> Iterator[Office]:
    with opened(request.param) as office:
        yield office


_numbers = count(1)


@pytest.fixture
def desk(office: Office) -> Desk:
    """Orders of this test alone."""
    return Desk(office, number=next(_numbers))
