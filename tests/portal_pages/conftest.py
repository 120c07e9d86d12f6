"""Buyers, their browsers, and everybody doing something at once."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from integrations.engine.runner import drain
from integrations.models import Buyer
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
