"""Where sales sees that prices moved in the ERP, and who says how far they may."""

from decimal import Decimal

import pytest
from django.urls import reverse

from quotes.models import PriceMargin, Version
from quotes.services import basis
from quotes.services.pricing import Moved
from tests import factories as make
from tests.quotes.factories import VersionFactory

pytestmark = pytest.mark.django_db

LIST = "admin:quotes_version_changelist"
FAR = Moved(
    line=1,
    price_then=Decimal("189.00"),
    price_now=Decimal("226.80"),
    cost_then=Decimal("118.00"),
    cost_now=Decimal("121.54"),
    percent=Decimal(20),
    cost_percent=Decimal(3),
)


@pytest.fixture
def offer(sam):
    version = VersionFactory(quote__owner=sam, offered=True)
    version.lines.update(
        basis={"pricelist_name": "Contract prices", "priced_at": "2026-11-20T08:00:00+00:00"}
    )
    return version


def page_of(version):
    return reverse("admin:quotes_version_change", args=[version.pk])


def text(answer):
    return answer.content.decode()


def test_page_shows_what_a_price_came_from_and_what_it_is_now(signed_in, sam, offer):
    basis.keep(offer, [FAR])

    page = text(signed_in(sam).get(page_of(offer)))

    for part in ("Contract prices, 2026-11-20", "189.00 EUR", "226.80 EUR", "+20.0 %", "+3.0 %"):
        assert part in page
    assert "Moved beyond the margin of 5 %. The buyer can still accept" in page
    assert "prices moved in the ERP since: line 1: 189 → 226.8 (+20.0 %)" in page


def test_page_says_so_when_nothing_moved_and_when_the_erp_could_not_tell(signed_in, sam, offer):
    basis.keep(offer, [])
    assert "is still what it says" in text(signed_in(sam).get(page_of(offer)))

    basis.keep_problem(offer, "The customer has no link.")
    page = text(signed_in(sam).get(page_of(offer)))
    assert "without an answer: The customer has no link." in page


def test_page_without_a_check_has_no_such_card(signed_in, sam, offer):
    assert "Prices in the ERP since" not in text(signed_in(sam).get(page_of(offer)))


def test_board_list_and_first_page_mark_the_offer(signed_in, sam, offer):
    VersionFactory(quote__owner=sam, offered=True)
    basis.keep(offer, [FAR])
    client = signed_in(sam)

    assert text(client.get(reverse("admin:quotes_board"))).count("prices moved") == 1
    shown = client.get(reverse(LIST), {"prices": "moved"}).context["cl"].result_list
    assert list(shown) == [offer]
    first_page = text(client.get(reverse("admin:index")))
    assert "Offers whose prices moved in the ERP" in first_page
    assert f"{offer} {offer.quote.account}" in first_page


@pytest.mark.parametrize("state", ["ordered", "declined", "expired"])
def test_offer_that_ended_needs_nobody(signed_in, sam, offer, state):
    basis.keep(offer, [FAR])
    Version.objects.update(state=state)

    page = text(signed_in(sam).get(reverse("admin:index")))

    assert "Offers whose prices moved" not in page


def test_offers_of_others_are_not_on_the_first_page(signed_in, rita, offer):
    basis.keep(offer, [FAR])

    page = text(signed_in(rita).get(reverse("admin:index")))

    assert "Offers whose prices moved" not in page


def test_manager_sets_one_margin_and_no_second(signed_in, mia):
    client, add = signed_in(mia), reverse("admin:quotes_pricemargin_add")

    client.post(add, {"percent": "7.5", "tells_buyer": "on"})

    assert PriceMargin.current().percent == Decimal("7.5")
    assert client.get(add).status_code == 403
    client.post(reverse("admin:quotes_pricemargin_change", args=[1]), {"percent": "3"})
    margin = PriceMargin.objects.get()
    assert (margin.percent, margin.tells_buyer) == (3, False)


def test_another_margin_counts_at_once_for_what_is_known(signed_in, mia, offer):
    check = basis.keep(offer, [FAR])
    client = signed_in(mia)

    client.post(reverse("admin:quotes_pricemargin_add"), {"percent": "30", "tells_buyer": "on"})
    check.refresh_from_db()
    assert (check.is_beyond, check.margin_percent) == (False, 30)

    client.post(reverse("admin:quotes_pricemargin_delete", args=[1]), {"post": "yes"})
    as_of = check.as_of
    check.refresh_from_db()
    assert (check.is_beyond, check.margin_percent, check.as_of) == (True, 5, as_of)


@pytest.mark.parametrize("percent", ["-1", "", "many"])
def test_margin_that_is_none_is_refused(signed_in, mia, percent):
    add = reverse("admin:quotes_pricemargin_add")

    assert signed_in(mia).post(add, {"percent": percent}).status_code == 200
    assert not PriceMargin.objects.exists()


def test_rep_does_not_set_the_margin(signed_in, sam):
    add = reverse("admin:quotes_pricemargin_add")

    assert signed_in(sam).get(add).status_code == 403
    assert reverse("admin:quotes_pricemargin_changelist") not in text(
        signed_in(sam).get(reverse("admin:index"))
    )


def test_auditor_reads_the_margin(signed_in):
    PriceMargin.objects.create(percent=Decimal(4))

    page = signed_in(make.auditor()).get(reverse("admin:quotes_pricemargin_changelist"))

    assert "4 %" in text(page)
