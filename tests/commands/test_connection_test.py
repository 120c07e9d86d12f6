"""`manage.py connection test`, against the sandbox."""

import pytest
from django.utils import timezone

from integrations.sandbox.connecting import connect
from integrations.sandbox.desks import ShopDesk
from integrations.sandbox.standins import running
from tests.commands.conftest import Say
from tests.support.hook_receiver import HookReceiver

pytestmark = pytest.mark.django_db(transaction=True)


def test_connections_that_work_exit_0(say: Say) -> None:
    with running() as remotes, HookReceiver() as portal:
        assert remotes.shop is not None
        connect(remotes.shop, remotes.erp, now=timezone.now())
        ShopDesk(remotes.shop.url).send_events(portal.hook_url, portal.secret)

        told = say("connection", "test", "Shop", "ERP")

    assert (told.code, told.refusal) == (0, "")
    assert "FAILS" not in told.out
    assert {row["tested"] for row in say("connection", "list", "--json").json} == {"ok"}


def test_a_refused_key_exits_1_with_a_sentence_and_without_the_key(say: Say) -> None:
    with running() as remotes:
        assert remotes.shop is not None
        connected = connect(remotes.shop, remotes.erp, now=timezone.now())
        connected.erp.seal_credentials({"api_key": "a-wrong-key"})
        connected.erp.save()

        told = say("connection", "test", "ERP")

    assert (told.code, told.refusal) == (1, "ERP fails its test: signed_in.")
    assert "FAILS  signed_in" in told.out
    assert "a-wrong-key" not in told.out


def test_several_are_tested_also_when_one_fails(say: Say) -> None:
    with running() as remotes:
        assert remotes.shop is not None
        connect(remotes.shop, remotes.erp, now=timezone.now())  # nobody told the plugin where to

        told = say("connection", "test", "Shop", "ERP", "--json")

    assert told.code == 1
    assert {row["name"]: row["ok"] for row in told.json} == {"Shop": False, "ERP": True}
