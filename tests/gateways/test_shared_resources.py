"""Connections to one account of a vendor that counts requests per account."""

import pytest

from integrations.adapters.netsuite.sandbox import NetSuiteStandIn
from integrations.engine import limits
from integrations.engine.models import Resource, Slot
from integrations.errors import NeedsOperator
from integrations.gateways import connections
from integrations.models import Connection
from integrations.sandbox.erps.netsuite import CERTIFICATE_ID, CLIENT_ID, sign_in
from tests.factories import SyncJobFactory

pytestmark = pytest.mark.django_db
KEY = sign_in(NetSuiteStandIn())


def add(name: str, account_id: str = "1234567") -> Connection:
    return connections.add_connection(
        kind="netsuite",
        name=name,
        url="https://1234567.suitetalk.api.netsuite.com",
        settings=settings_of(account_id),
        credentials={"client_id": CLIENT_ID, "private_key": KEY},
        actor="olga.operator",
    )


def settings_of(account_id: str) -> dict[str, str]:
    return {
        "account_id": account_id,
        "certificate_id": CERTIFICATE_ID,
        "time_zone": "Europe/Berlin",
    }


def test_two_connections_of_one_account_share_its_places() -> None:
    retail, wholesale = add("Retail"), add("Wholesale")

    resource = retail.resource
    assert wholesale.resource == resource
    assert resource.name == "NetSuite account 1234567"
    jobs = [SyncJobFactory(resource=resource) for _ in range(3)]
    entered = [
        limits.enter(limits.door_of(resource), job.pk, probe_s=1, spares_first=False)
        for job in jobs
    ]
    assert entered == [True, True, False]


def test_another_account_has_places_of_its_own() -> None:
    production, sandbox = add("Production"), add("Sandbox", "1234567_SB1")

    assert production.resource != sandbox.resource
    assert Slot.objects.filter(resource=sandbox.resource).count() == 2


def test_pause_of_one_holds_both() -> None:
    retail, wholesale = add("Retail"), add("Wholesale")

    connections.pause_connection(retail, actor="olga.operator", reason="year-end close")

    wholesale.resource.refresh_from_db()
    assert wholesale.resource.paused


def test_removing_one_leaves_the_other_its_limits() -> None:
    retail, wholesale = add("Retail"), add("Wholesale")
    resource_id = retail.resource_id

    connections.remove_connection(retail, actor="olga.operator")
    assert Resource.objects.filter(pk=resource_id).exists()
    connections.remove_connection(wholesale, actor="olga.operator")

    assert not Resource.objects.filter(pk=resource_id).exists()


def test_connection_does_not_move_to_another_account() -> None:
    retail = add("Retail")

    with pytest.raises(NeedsOperator, match="add another connection"):
        connections.change_connection(
            retail, settings=settings_of("7654321"), credentials={}, actor="olga.operator"
        )


def test_name_of_an_accounts_limits_is_told_to_be_taken() -> None:
    add("Retail")

    with pytest.raises(NeedsOperator, match="another connection's limits"):
        connections.add_connection(
            kind="odoo",
            name="NetSuite account 1234567",
            url="https://erp.example",
            settings={"database": "main", "pricelists": "EUR=1"},
            credentials={"api_key": "k"},
            actor="olga.operator",
        )
