"""Sales prices a quote and saves a failed order with buttons, against an ERP and a storefront."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.models import User
from quotes.models import Version
from quotes.services import pricing
from quotes.states import VersionState
from tests.factories import operator, sales_rep
from tests.journeys.conftest import World
from tests.quotes.selling import accepted, draft_for, nordwind, offered

pytestmark = pytest.mark.slow

LIST = "admin:quotes_version_changelist"


def press(user: User, action: str, version: Version, **said: Any) -> str:
    client = Client()
    client.force_login(user)
    here = reverse("admin:quotes_version_change", args=[version.pk])
    sent = {"action": action, "_selected_action": [version.pk], "next": here, **said}
    page = client.post(reverse(LIST) + "?revisions=all", sent, follow=True)
    return page.content.decode()


def test_rep_prices_from_the_erp_and_reads_what_got_none(world: World) -> None:
    ben = nordwind(world.shop_seed)
    version = draft_for(ben, world.shop_seed, lines=(("TAPE-5M", "7"), ("UNKNOWN", "1")))

    page = press(sales_rep(), "price", version)

    assert "1 priced." in page
    assert "line 2 got no price: No product of the ERP is linked" in page
    assert version.lines.get(n=1).unit_price is not None
    assert Version.objects.get(pk=version.pk).edits == 1
    assert f"from {version.lines.get(n=1).basis['pricelist_name']}, 20" in page


def test_rep_reads_how_far_a_price_moved(world: World) -> None:
    sam = sales_rep()
    version = draft_for(nordwind(world.shop_seed), world.shop_seed)
    pricing.price_version(version, user=sam, on=timezone.now().date())
    line = version.lines.get(n=1)
    line.basis["net_unit_price"] = str(Decimal(line.basis["net_unit_price"]) / 2)
    line.save()

    page = press(sam, "what_moved", version)

    assert "line 1:" in page
    assert "(+100.0 %)" in page
    assert "line 2:" not in page


def test_support_retries_an_order_that_failed(world: World) -> None:
    version = offered(nordwind(world.shop_seed), world.shop_seed)
    total = version.gross_total
    Version.objects.filter(pk=version.pk).update(gross_total=total + Decimal("0.01"))
    version.refresh_from_db()
    acceptance = accepted(version, version.quote.buyer)
    world.settle()
    assert Version.objects.get(pk=version.pk).state == VersionState.ORDER_FAILED

    Version.objects.filter(pk=version.pk).update(gross_total=total)
    page = press(operator(), "retry_order", version, reason="tax mended", confirmed="1")
    world.settle()

    assert "1 tried again." in page
    acceptance.refresh_from_db()
    assert acceptance.order_ref


def test_support_gives_up_an_order_that_cannot_be_placed(world: World) -> None:
    version = offered(nordwind(world.shop_seed), world.shop_seed)
    Version.objects.filter(pk=version.pk).update(gross_total=Decimal(1))
    version.refresh_from_db()
    accepted(version, version.quote.buyer)
    world.settle()

    press(operator(), "give_up_order", version, reason="the buyer cancelled", confirmed="1")

    assert Version.objects.get(pk=version.pk).state == VersionState.WITHDRAWN
