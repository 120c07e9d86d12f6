"""Buyers, their browsers, and everybody doing something at once."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine.runner import drain
from integrations.models import Buyer
from integrations.models.roles import SALES
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed
from tests import factories as make

EMAIL = "bea@buyer.example"


@pytest.fixture
def bea(db: None) -> Buyer:
    """A buyer without a user, as the storefront's customers arrive."""
    return make.BuyerFactory(
        email=EMAIL, account__name="Acme Tools", storefront_customer_id="cus_1"
    )


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture(scope="session")
def books() -> Iterator[ErpSeed]:
    """An ERP that knows the sandbox's customers and how they stand."""
    with OdooStandIn(api_key=API_KEY) as erp:
        yield seed_erp(erp)


def mailed_code() -> str:
    """The code of the newest mail, once the jobs that send mail have run."""
    drain("batch")
    found = re.search(r"^ {4}(\d{6})$", mail.outbox[-1].body, re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def sign_in(browser: Client, email: str = EMAIL, **query: str) -> Any:
    """Everything a person does to get in; the answer to the code."""
    browser.post("/portal/sign-in", {"email": email, **query})
    return browser.post("/portal/sign-in/code", {"code": mailed_code()})


def at_once(times: int, action: Callable[[int], Any]) -> list[Any]:
    """Runs the action in that many threads that start together; what each returned."""
    start = Barrier(times)

    def run(n: int) -> Any:
        try:
            start.wait()
            return action(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def signed_in(buyer: Buyer) -> Client:
    """A browser of this buyer, as after the code."""
    if buyer.user is None:
        buyer.user = make.UserFactory(is_staff=False)
        buyer.save()
    browser = Client()
    browser.force_login(buyer.user)
    return browser


def kept_out(path: str, sent: dict[str, Any] | None = None) -> None:
    """Neither a buyer of another account, nor a visitor, nor staff get anything at this address."""
    stranger, visitor, staff = signed_in(make.BuyerFactory()), Client(), Client()
    staff.force_login(make.UserFactory(username="sue.sales", role=SALES))
    for browser in (stranger, staff):
        answers = [browser.get(path)] if sent is None else [browser.post(path, sent)]
        assert [answer.status_code for answer in answers] == [404], path
    answer = visitor.get(path) if sent is None else visitor.post(path, sent)
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/portal/sign-in"), path


def queries_of(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as work:
        assert browser.get(path).status_code == 200
    return len(work)
