"""`manage.py generate_key` and `manage.py rotate_keys`."""

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from integrations.gateways.connections import change_credentials
from integrations.models import Connection
from tests.commands.conftest import Say
from tests.factories import ConnectionFactory


def test_a_generated_key_seals_credentials(say: Say) -> None:
    key = say("generate_key").out.strip()

    assert Fernet(key)
    assert Fernet(say("generate_key", "--json").json["key"])


@pytest.mark.django_db
def test_a_generated_webhook_secret_is_taken_by_a_connection(say: Say) -> None:
    secret = say("generate_key", "--webhook").out.strip()
    shop = ConnectionFactory()

    change_credentials(shop, {"hook_secret": secret}, actor="olga")

    assert Connection.objects.get(pk=shop.pk).credentials["hook_secret"] == secret


@pytest.mark.django_db
def test_after_rotation_the_old_key_is_not_needed(say: Say, settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [old]
    shop = ConnectionFactory(credentials={"secret_key": "sk_1"})

    settings.CREDENTIAL_KEYS = [new, old]
    said = say("rotate_keys", "--json")

    settings.CREDENTIAL_KEYS = [new]
    assert said.json == {"resealed": 1}
    assert Connection.objects.get(pk=shop.pk).credentials == {"secret_key": "sk_1"}


@pytest.mark.django_db
def test_rotation_without_the_old_key_changes_nothing(say: Say, settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    before = ConnectionFactory().sealed_credentials

    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    said = say("rotate_keys")

    assert said.code == 1
    assert "cannot be decrypted" in said.refusal
    assert Connection.objects.get().sealed_credentials == before
