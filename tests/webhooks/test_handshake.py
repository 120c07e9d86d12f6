"""A sender who only makes sure that the address is ours gets its own token back."""

from typing import Any

import pytest
from django.test import Client

from integrations.models import Connection, Event
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def erp() -> Connection:
    return ConnectionFactory(erp=True, kind="business_central", credentials={"client_secret": "sk"})


def ask(connection: Connection, query: str, *, body: bytes = b"", token: str = "") -> Any:
    address = f"/api/hooks/{token or connection.hook_token}?{query}"
    return Client().post(address, data=body, content_type="application/json")


def test_token_comes_back_as_plain_text(erp: Connection) -> None:
    answer = ask(erp, "validationToken=a1b2-c3")

    assert (answer.status_code, answer.content) == (200, b"a1b2-c3")
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not Event.objects.exists()


@pytest.mark.parametrize("token", ["x" * 1001, "line%0Abreak", "%C3%A9", "%00"])
def test_token_that_is_none_is_not_repeated(erp: Connection, token: str) -> None:
    answer = ask(erp, f"validationToken={token}")

    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


def test_stranger_gets_no_token_back(erp: Connection) -> None:
    assert ask(erp, "validationToken=a1", token="unknown").status_code == 404


def test_sender_that_knows_no_handshake_gets_none() -> None:
    shop = ConnectionFactory(credentials={"secret_key": "sk", "hook_secret": "whsec_b25l"})

    assert ask(shop, "validationToken=a1").status_code == 401


def test_call_without_a_token_is_verified_as_ever(erp: Connection) -> None:
    assert ask(erp, "other=1", body=b'{"value": []}').status_code == 401
