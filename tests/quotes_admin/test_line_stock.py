"""Sales read on each line of a quote what is in stock, from the portal's copy and with its age."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.models import IdLink
from quotes.admin import line_stock
from quotes.models import Version
from tests import factories as make
from tests.quotes.factories import VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow():
    made = make.FlowFactory(live=True)
    made.target.name = "Odoo"
    made.target.save()
    return made


def sell(flow, sku):
    """The products flow has linked it; its variant in the ERP."""
    ref = f"v-{sku}"
    make.IdLinkFactory(
        kind=IdLink.Kind.VARIANT,
        source=flow.target,
        source_ref=ref,
        target=flow.source,
        target_ref=f"variant-{sku}",
        label=sku,
    )
    return ref


def keep(flow, sku, *, ref=None, **level):
    level = {"as_of": timezone.now() - timedelta(minutes=5), **level}
    make.StockLevelFactory(source=flow.target, variant_ref=ref or sell(flow, sku), **level)


def version_of(sam, *quantities, sku="DRILL", **lines):
    version = VersionFactory(quote__owner=sam, lines=0)
    for n, quantity in enumerate(quantities, start=1):
        VersionLineFactory(version=version, n=n, sku=sku, quantity=quantity, **lines)
    return version


def page_of(client, version):
    address = reverse("admin:quotes_version_change", args=[version.pk])
    return " ".join(client.get(address).content.decode().split())


def test_line_tells_what_is_available_and_what_is_coming(signed_in, sam, flow):
    ref = sell(flow, "DRILL")
    keep(flow, "DRILL", ref=ref, location_ref="1", available=7)
    keep(
        flow, "DRILL", ref=ref, location_ref="2", available=5,
        incoming=40, incoming_on=date(2026, 12, 3),
    )  # fmt: skip

    page = page_of(signed_in(sam), version_of(sam, 2))

    assert "12 available (Odoo, 5 min ago); 40 more on 3 Dec 2026" in page
    assert "more than available" not in page


def test_more_than_there_is_is_marked_also_over_two_lines(signed_in, sam, flow):
    keep(flow, "DRILL", available=7)
    client = signed_in(sam)

    assert "more than available" in page_of(client, version_of(sam, 8))
    assert "more than available" in page_of(client, version_of(sam, 4, 4))
    assert "more than available" not in page_of(client, version_of(sam, 4, 4, is_optional=True))


def test_what_the_erp_named_long_ago_is_marked_stale(signed_in, sam, flow, settings):
    settings.CATALOGUE_COPY_STALE_HOURS = 3
    keep(flow, "DRILL", as_of=timezone.now() - timedelta(hours=4))

    page = page_of(signed_in(sam), version_of(sam, 1))

    assert "stale" in page
    assert "(Odoo, 4 h ago)" in page


def test_only_locations_that_are_sold_from_count(signed_in, sam, flow):
    make.FlowFactory(kind="stock", source=flow.target, target=flow.source)
    make.IdLinkFactory(
        kind=IdLink.Kind.WAREHOUSE,
        source=flow.target,
        source_ref="1",
        target=flow.source,
        target_ref="sloc_1",
    )
    ref = sell(flow, "DRILL")
    keep(flow, "DRILL", ref=ref, location_ref="1", available=7)
    keep(flow, "DRILL", ref=ref, location_ref="scrap", available=90)

    assert "7 available" in page_of(signed_in(sam), version_of(sam, 1))


def test_orders_that_the_erp_does_not_have_yet_are_taken_off(signed_in, sam, flow):
    keep(flow, "DRILL", available=7)
    order = make.OrderFactory(storefront=flow.source, erp=flow.target, lines=0)
    make.OrderLineFactory(order=order, sku="DRILL", quantity=Decimal(3))

    page = page_of(signed_in(sam), version_of(sam, 1))

    assert "4 available" in page
    assert "3 taken off for orders that the ERP does not have yet" in page


def test_unsaved_quantity_counts(signed_in, sam, flow, entered):
    keep(flow, "DRILL", available=7)
    version = version_of(sam, 1)
    sent = entered(version, **{"lines-0-quantity": "70", "recalculate": "1"})

    answer = signed_in(sam).post(reverse("admin:quotes_version_change", args=[version.pk]), sent)

    assert "more than available" in answer.content.decode()


def test_nothing_is_told_where_nothing_is_kept(signed_in, sam, flow):
    sell(flow, "DRILL")

    assert " available" not in page_of(signed_in(sam), version_of(sam, 1, sku="DRILL"))


def test_fifty_lines_cost_as_many_queries_as_one(flow):
    counts = []
    for count in (1, 50):
        version = VersionFactory(lines=0)
        for n in range(1, count + 1):
            VersionLineFactory(version=version, n=n, sku=f"A{count}-{n}")
            keep(flow, f"A{count}-{n}")
        lines = list(Version.objects.get(pk=version.pk).lines.all())
        with CaptureQueriesContext(connection) as seen:
            assert None not in line_stock.of_lines(lines)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 6
