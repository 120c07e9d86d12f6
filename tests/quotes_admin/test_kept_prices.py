"""Pricing found the ERP away: the page offers what is kept, with its age, and asks why."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.engine.models import Resource
from integrations.models import IdLink
from tests import factories as make
from tests.quotes.factories import VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow():
    made = make.FlowFactory(live=True)
    for kind, source, target in (
        ("customer", (made.source, "cus_ben"), (made.target, "c1")),
        (IdLink.Kind.VARIANT, (made.target, "v1"), (made.source, "variant_1")),
    ):
        make.IdLinkFactory(
            kind=kind,
            source=source[0],
            source_ref=source[1],
            target=target[0],
            target_ref=target[1],
            label="DRILL",
        )
    make.CustomerCopyFactory(source=made.target, ref="c1", price_list_ref="7")
    make.PriceRowFactory(
        source=made.target,
        variant_ref="v1",
        min_quantity=0,
        as_of=timezone.now() - timedelta(hours=2),
    )
    Resource.objects.filter(pk=made.target.resource_id).update(
        paused=True, pause_reason="maintenance"
    )
    return made


@pytest.fixture
def version(flow, sam):
    made = VersionFactory(quote__owner=sam, quote__buyer__storefront_customer_id="cus_ben", lines=0)
    VersionLineFactory(version=made, sku="DRILL", unit_price=None, list_price=None, unit_cost=None)
    return made


def page_of(version):
    return reverse("admin:quotes_version_change", args=[version.pk])


def test_pricing_without_the_erp_offers_what_is_kept(signed_in, sam, entered, version):
    sent = entered(version, **{"lines-0-unit_price": "", "price": "1"})

    page = signed_in(sam).post(page_of(version), sent, follow=True).content.decode()

    assert "is paused: maintenance" in page
    assert "The ERP could not be asked for prices." in page
    assert 'value="use_kept"' in page
    assert version.lines.get().unit_price is None


def test_sales_read_the_age_before_they_choose(press, sam, version):
    asked = press(sam, "use_kept", version).content.decode()

    assert "8.13 EUR (Dealers, kept price of" in asked or "8.125 EUR (Dealers" in asked
    assert "UTC, 2 h ago)" in asked
    assert version.lines.get().unit_price is None

    page = press(sam, "use_kept", version, reason="They wait for it").content.decode()

    assert version.lines.get().unit_price == Decimal("8.125")
    assert "priced from what is kept" in page


def test_line_says_that_its_price_is_a_kept_one(signed_in, press, sam, version):
    press(sam, "use_kept", version, reason="They wait for it")

    page = signed_in(sam).get(page_of(version)).content.decode()

    assert "kept price of" in page
    assert "the ERP could not be asked" in page
    assert "They wait for it" in page
