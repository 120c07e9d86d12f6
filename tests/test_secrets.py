"""Credentials at rest."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from integrations import secrets
from integrations.errors import NeedsOperator


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    sealed = secrets.seal({"api_key": "hunter2"})

    assert "hunter2" not in sealed
    assert secrets.unseal(sealed) == {"api_key": "hunter2"}


def test_keys_rotate_without_losing_a_credential(settings: Settings) -> None:
    old, new = secrets.generate_key(), secrets.generate_key()
    settings.CREDENTIAL_KEYS = [old]
    sealed = secrets.seal({"api_key": "hunter2"})

    settings.CREDENTIAL_KEYS = [new, old]
    resealed = secrets.reseal(sealed)
    settings.CREDENTIAL_KEYS = [new]

    assert secrets.unseal(resealed) == {"api_key": "hunter2"}
    with pytest.raises(NeedsOperator, match="cannot be decrypted") as caught:
        secrets.unseal(sealed)
    assert "CREDENTIAL_KEYS" in caught.value.hint


def test_a_key_that_is_none_is_named(settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ["not a key"]

    with pytest.raises(ImproperlyConfigured, match="CREDENTIAL_KEYS"):
        secrets.seal({})
