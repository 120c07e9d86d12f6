"""The regulars have what their roles allow, and every factory makes a valid row."""

import pytest

from tests import factories as make

pytestmark = pytest.mark.django_db

ROWS = [
    make.AccountFactory,
    make.AttemptFactory,
    make.BuyerFactory,
    make.EventFactory,
    make.ExchangeFactory,
    make.FlowFactory,
    make.IdLinkFactory,
    make.InvoiceFactory,
    make.JobMoveFactory,
    make.OrderLineFactory,
    make.PaymentFactory,
    make.RunFactory,
    make.ShipmentFactory,
    make.SyncJobFactory,
]


@pytest.mark.parametrize("factory", ROWS, ids=lambda factory: factory.__name__)
def test_each_factory_makes_a_valid_row(factory):
    assert factory().pk


@pytest.mark.parametrize("trait", ["held", "pushing", "confirmed", "shipped", "paid"])
def test_orders_come_in_every_state(trait):
    assert make.OrderFactory(**{trait: True}, lines=2).lines.count() == 2


@pytest.mark.parametrize("trait", ["running", "waiting", "parked", "done", "cancelled"])
def test_jobs_come_in_every_state(trait):
    assert make.SyncJobFactory(**{trait: True}, steps=["read", "create"]).steps.count() == 2


def test_operator_may_press_and_auditor_may_only_look():
    assert make.operator().has_perms(["engine.operate_jobs", "integrations.push_orders"])
    auditor = make.auditor()
    assert auditor.has_perm("integrations.view_order")
    assert not auditor.has_perm("engine.operate_jobs")
