"""The first page says what needs someone now, in a bounded number of queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.admin import panels
from integrations.engine.models import Canary
from integrations.flows import issues
from tests import factories as make

pytestmark = pytest.mark.django_db


def first_page(client):
    return client.get(reverse("admin:index"))


def test_calm_shop_says_that_all_is_well(signed_in):
    Canary.objects.create(lane="orders", asked_at=timezone.now(), beaten_at=timezone.now())
    make.OrderFactory(confirmed=True)

    page = first_page(signed_in(make.operator()))

    assert "All is well" in page.content.decode()


def test_money_of_two_currencies_is_never_added(signed_in):
    make.OrderFactory(held=True, gross_total=Decimal("119.00"))
    make.OrderFactory(held=True, gross_total=Decimal("1.50"))
    make.OrderFactory(gross_total=Decimal(4500), currency="JPY")

    page = first_page(signed_in(make.operator())).content.decode()

    assert "120.50 EUR · 4,500 JPY" in page


def test_oldest_order_comes_first(signed_in):
    make.OrderFactory(display_id="77", company="Newer")
    make.OrderFactory(display_id="66", company="Older", placed_at=make.NOON - timedelta(days=2))

    page = first_page(signed_in(make.operator())).content.decode()

    assert page.index("Older") < page.index("Newer")


def test_orders_from_before_the_start_do_not_ask_for_anybody(signed_in):
    make.OrderFactory(held=True, held_reason="before_start")

    page = first_page(signed_in(make.operator())).content.decode()

    assert "Every order is in the ERP." in page


def test_paused_connection_and_silent_worker_are_shown(signed_in):
    make.ConnectionFactory(name="Wholesale shop", resource__on_pause=True)

    page = first_page(signed_in(make.operator())).content.decode()

    assert "maintenance until noon" in page
    assert "No worker has run yet" in page


def test_number_of_queries_does_not_grow(signed_in):
    client = signed_in(make.operator())
    few = _queries(client, rows=1)
    many = _queries(client, rows=20)

    assert many == few
    assert many <= 25


def test_sales_rep_sees_orders_and_nothing_of_the_machinery(signed_in):
    make.OrderFactory(held=True)
    make.ConnectionFactory(name="Secret shop")

    page = first_page(signed_in(make.sales_rep())).content.decode()

    assert "Orders not confirmed in the ERP" in page
    assert "Secret shop" not in page
    assert "Causes to fix" not in page


def test_quotes_or_any_other_app_can_add_a_panel(signed_in):
    panels.register_panel("test", lambda request, now: panels.Panel(title="Ours", needs=2))
    try:
        page = first_page(signed_in(make.operator())).content.decode()
    finally:
        panels.unregister_panel("test")

    assert "Ours" in page


def _queries(client, *, rows):
    for _ in range(rows):
        order = make.OrderFactory(held=True)
        issues.note_parked(make.SyncJobFactory(parked=True, error_cause=order.storefront_ref))
        make.FlowFactory()
    with CaptureQueriesContext(connection) as caught:
        first_page(client)
    return len(caught)
