"""Prices that fell under an open offer: what its buyer reads before they accept, and what not."""

from decimal import Decimal

import pytest

from quotes.models import PriceMargin, Version
from quotes.services import basis, offering
from quotes.services.pricing import Moved
from tests import factories as make
from tests.portal_pages.conftest import queries_of, signed_in
from tests.quotes.factories import VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db

HEADINGS = {
    "en": "Some prices have come down",
    "de": "Einige Preise sind gesunken",
    "fr": "Certains prix ont baissé",
}


@pytest.fixture
def offer() -> Version:
    """A drill and a lamp, 50.00 each, with Ben."""
    version = VersionFactory(quote__buyer__email="ben@company.example")
    VersionLineFactory(version=version, n=2, title="Site lamp")
    Version.objects.update(state="approved")
    version.refresh_from_db()
    return offering.offer(version, user=make.sales_rep())


def moved(line: int, price_now: str) -> Moved:
    """What the ERP said of a line at 50.00 that cost 30.00."""
    now = Decimal(price_now)
    return Moved(
        line=line,
        price_then=Decimal(50),
        price_now=now,
        cost_then=Decimal(30),
        cost_now=Decimal("27.77"),
        percent=(now - 50) * 2,
    )


def accept_page(offer: Version, language: str = "en") -> str:
    browser = signed_in(offer.quote.buyer)
    path = f"/portal/quotes/{offer.quote_id}/1/accept"
    return browser.get(path, headers={"Accept-Language": language}).text


@pytest.mark.parametrize("language", HEADINGS)
def test_buyer_reads_which_prices_fell_before_they_accept(offer, language):
    basis.keep(offer, [moved(1, "60"), moved(2, "41.41")])

    page = accept_page(offer, language)

    assert HEADINGS[language] in page
    assert "<li>Site lamp" in page
    assert "<li>Cordless drill" not in page
    assert f"/portal/quotes/{offer.quote_id}/1/change" in page


def test_what_the_erp_says_itself_is_not_the_buyers_matter(offer):
    basis.keep(offer, [moved(2, "41.41")])

    page = accept_page(offer)

    for hidden in ("41.41", "27.77", "30.00", "ERP"):
        assert hidden not in page.replace("ERP Portal", "")


def test_price_that_rose_is_not_told_and_the_offer_can_be_accepted(offer):
    basis.keep(offer, [moved(1, "90")])

    page = accept_page(offer)

    assert HEADINGS["en"] not in page
    assert "Accept and order" in page


def test_nothing_is_told_where_sales_does_not_want_it(offer):
    PriceMargin.objects.create(tells_buyer=False)
    basis.keep(offer, [moved(2, "41.41")])

    assert HEADINGS["en"] not in accept_page(offer)


def test_page_asks_the_database_alone_and_not_often(offer):
    basis.keep(offer, [moved(2, "41.41")])

    browser = signed_in(offer.quote.buyer)
    assert queries_of(browser, f"/portal/quotes/{offer.quote_id}/1/accept") <= 12
