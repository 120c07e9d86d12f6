"""Signed-in regulars."""

from collections.abc import Callable

import pytest
from django.test import Client

from integrations.models import User

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    """A browserless client of the given person."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
