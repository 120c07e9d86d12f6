"""The faults of a stand-in are set from the console of a demo, and of nothing else ever."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.models import Connection
from integrations.sandbox.dials import FAULTS, clear_dials, is_standin, read_dials, set_dial
from integrations.standin import FAULTS as EVERY_FAULT
from tests import factories as make

pytestmark = pytest.mark.django_db
KEY = "one-run-of-a-demo"


@pytest.fixture
def erp() -> Iterator[OdooStandIn]:
    with OdooStandIn() as standin:
        standin.sandbox_key = KEY
        yield standin


@pytest.fixture
def connection(erp: OdooStandIn, settings) -> Connection:
    settings.DEBUG, settings.SANDBOX_KEY = True, KEY
    return make.ConnectionFactory(erp=True, base_url=erp.url, allow_private_addresses=True)


def page_of(connection: Connection) -> str:
    return reverse("admin:integrations_connection_faults", args=[connection.pk])


def test_every_fault_of_the_stand_ins_has_words() -> None:
    assert set(FAULTS) == set(EVERY_FAULT)


def test_fault_is_set_shown_and_reset(connection, erp, signed_in):
    browser = signed_in(make.integration_admin())
    dial = {
        "fault": "throttle",
        "seconds": "7.5",
        "size": "1",
        "times": "3",
        "only": "sale.order.*",
    }

    browser.post(page_of(connection), {**dial, "only": "sale.order.*"})

    (is_set,) = erp.dials.shown()
    assert (is_set["fault"], is_set["seconds"], is_set["times"]) == ("throttle", 7.5, 3)
    page = browser.get(page_of(connection)).content.decode()
    assert "7.5 s, calls sale.order.*, 3 more times" in page
    browser.post(page_of(connection), {"reset": "1"})
    assert erp.dials.shown() == []


def test_field_that_is_gone_comes_back_with_the_reset(connection, erp):
    set_dial(connection, {"fault": "drop_field", "field": "sale.order.client_order_ref"}, actor="x")
    assert "client_order_ref" not in erp.store.models["sale.order"].fields

    clear_dials(connection, actor="x")

    assert "client_order_ref" in erp.store.models["sale.order"].fields


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"fault": "drop_field"}, "Choose the field that is to change."),
        ({"seconds": "-1"}, "Only a clock can be behind"),
        ({"fault": "expire_token"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_told_beside_its_field(
    connection, erp, signed_in, changed, complaint
):
    dial = {"fault": "fail", "seconds": "1", "size": "1", "only": "*", **changed}

    answer = signed_in(make.integration_admin()).post(page_of(connection), dial)

    assert complaint in answer.content.decode()
    assert erp.dials.shown() == []


def test_link_to_the_page_is_on_the_connection_of_a_stand_in_only(connection, signed_in):
    browser = signed_in(make.integration_admin())
    home = reverse("admin:integrations_connection_change", args=[connection.pk])
    assert page_of(connection) in browser.get(home).content.decode()

    Connection.objects.update(base_url="https://erp.company.example")

    assert page_of(connection) not in browser.get(home).content.decode()


class TestNeverForARealSystem:
    def refused(self, connection: Connection, signed_in) -> None:
        answer = signed_in(make.integration_admin()).get(page_of(connection))
        assert answer.status_code == 404

    def test_portal_that_is_no_demo(self, connection, settings, signed_in):
        settings.SANDBOX_KEY = ""
        self.refused(connection, signed_in)

    def test_production(self, connection, settings, signed_in):
        settings.DEBUG = False
        self.refused(connection, signed_in)

    def test_stand_in_of_somebody_else(self, connection, erp, signed_in):
        erp.sandbox_key = "another demo's"
        self.refused(connection, signed_in)

    def test_system_that_knows_no_such_question(self, connection, erp, signed_in):
        """A real one on this machine answers with whatever it likes."""
        erp.control = lambda request: erp.unknown_route(request)
        self.refused(connection, signed_in)

    def test_system_elsewhere_is_not_even_asked(self, connection, settings):
        connection.base_url = "https://erp.company.example"
        assert not is_standin(connection)

    def test_system_that_is_down(self, connection, erp):
        erp.stop()
        assert not is_standin(connection)

    def test_key_is_never_sent(self, connection, erp):
        seen = []
        answer = erp.control
        erp.control = lambda request: (seen.append(repr(request)), answer(request))[1]

        assert is_standin(connection)
        read_dials(connection)

        assert seen
        assert not [one for one in seen if KEY in one]


@pytest.mark.parametrize("who", [make.operator, make.sales_rep, make.auditor])
def test_only_an_integration_admin_may(connection, erp, signed_in, who):
    answer = signed_in(who()).post(
        page_of(connection), {"fault": "fail", "seconds": "1", "size": "1", "only": "*"}
    )

    assert answer.status_code == 403
    assert erp.dials.shown() == []
