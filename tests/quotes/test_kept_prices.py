"""While the ERP is away sales may choose prices of the portal's copy, knowing how old they are."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.errors import NotSent
from integrations.flows.catalogue import KeptPrice
from integrations.flows.catalogue.decide import holding
from integrations.flows.prices.offers import Kept
from integrations.gateways import open_erp
from integrations.models import Buyer, Connection, Flow, IdLink, StateChange, User
from integrations.ports import PullsProducts
from integrations.records import Window
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.erp import API_KEY, seed_erp
from quotes.errors import Incomplete
from quotes.models import Version, VersionLine
from quotes.services import approving, kept_prices, pricing
from quotes.services.pricing import Unpriced
from tests import factories as make
from tests.quotes.factories import ApprovalRuleFactory, VersionFactory, VersionLineFactory
from tests.quotes.trading import trade

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 28)


class Erp:
    """The stand-in, which can be switched off, and what the portal keeps of it."""

    def __init__(self, running: ExitStack) -> None:
        self._running = running
        server = running.enter_context(OdooStandIn(api_key=API_KEY))
        books = seed_erp(server)
        self.ben: Buyer = make.BuyerFactory(storefront_customer_id="cus_ben")
        self.flow: Flow = trade(self.ben, books)
        self.articles = articles_of(self.flow.target)
        self.customer = str(books.customers[NORDWIND.email])
        make.CustomerCopyFactory(
            source=self.flow.target, ref=self.customer, price_list_ref="7", group_ref="9"
        )

    def goes_away(self) -> None:
        self._running.close()

    def sells(self, sku: str) -> str:
        ref = self.articles.get(sku, f"v-{sku}")
        make.IdLinkFactory(
            kind=IdLink.Kind.VARIANT,
            source=self.flow.target,
            source_ref=ref,
            target=self.flow.source,
            target_ref=f"variant-{sku}",
            label=sku,
        )
        return ref

    def keeps(self, ref: str, price: str, **row: Any) -> None:
        audience = row.pop("audience", "price_list")
        whose = {"price_list": "7", "customer_group": "9", "customer": self.customer}
        known = {
            "audience": audience,
            "audience_ref": whose.get(audience, ""),
            "min_quantity": 0,
            "as_of": timezone.now() - timedelta(hours=2),
            "offer": f"{ref}{audience}",
        }
        make.PriceRowFactory(
            source=self.flow.target, variant_ref=ref, net_unit_price=Decimal(price), **known | row
        )


def articles_of(erp: Connection) -> dict[str, str]:
    """Its variants by SKU."""
    with open_erp(erp, PullsProducts) as opened:
        page = opened.product_page(Window(start=None, end=timezone.now()), None)
    return {variant.sku: variant.ref for product in page.rows for variant in product.variants}


@pytest.fixture
def erp() -> Iterator[Erp]:
    with ExitStack() as running:
        yield Erp(running)


@pytest.fixture
def sam() -> User:
    return make.sales_rep()


def unpriced(erp: Erp, *skus: str, **line: Any) -> Version:
    version: Version = VersionFactory(quote__buyer=erp.ben, lines=0)
    for n, sku in enumerate(skus, start=1):
        given = {"unit_price": None, "list_price": None, "unit_cost": None, **line}
        VersionLineFactory(version=version, n=n, sku=sku, quantity=12, **given)
    return version


def use(version: Version, user: User) -> list[Unpriced]:
    return kept_prices.use_kept(version, user=user, reason="They wait", on=TODAY)


def test_kept_price_is_taken_with_its_source_and_age(erp: Erp, sam: User) -> None:
    ref = erp.sells("DRILL-18V")
    erp.keeps(ref, "8.125")
    erp.keeps(ref, "10", audience="everyone", audience_name="")
    erp.goes_away()
    version = unpriced(erp, "DRILL-18V")
    with pytest.raises(NotSent):
        pricing.price_version(version, user=sam, on=TODAY)
    assert version.lines.get().unit_price is None  # nothing falls back by itself

    assert use(version, sam) == []

    line = version.lines.get()
    assert (line.unit_price, line.list_price, line.unit_cost) == (Decimal("8.125"), 10, None)
    assert (line.basis["is_kept"], line.basis["pricelist_name"]) == (True, "Dealers")
    assert line.basis["priced_at"][:10] == f"{timezone.now() - timedelta(hours=2):%Y-%m-%d}"
    assert not line.is_price_manual
    noted = StateChange.objects.get(subject=Version.SUBJECT, reason__contains="kept prices")
    assert "They wait" in noted.reason
    assert noted.actor == str(sam)


def test_erp_that_answers_is_asked_instead(erp: Erp, sam: User) -> None:
    erp.keeps(erp.sells("DRILL-18V"), "8.125")
    version = unpriced(erp, "DRILL-18V")

    with pytest.raises(Incomplete, match="answers: press “Price from the ERP”"):
        use(version, sam)

    assert version.lines.get().unit_price is None


def test_later_answer_of_the_erp_takes_its_place(erp: Erp, sam: User) -> None:
    erp.keeps(erp.sells("DRILL-18V"), "8.125")
    version = unpriced(erp, "DRILL-18V")
    VersionLine.objects.update(unit_price=Decimal("8.125"), basis={"is_kept": True})

    assert pricing.price_version(version, user=sam, on=TODAY) == []

    line = version.lines.get()
    assert line.unit_price != Decimal("8.125")
    assert not line.basis["is_kept"]


def test_price_of_the_erp_or_by_hand_is_left(erp: Erp, sam: User) -> None:
    erp.sells("DRILL-18V")
    version = unpriced(erp, "DRILL-18V")
    pricing.price_version(version, user=sam, on=TODAY)
    asked = version.lines.get().unit_price
    erp.keeps(erp.articles["DRILL-18V"], "8.125")
    erp.goes_away()

    with pytest.raises(Incomplete, match="has a price already"):
        use(version, sam)

    assert version.lines.get().unit_price == asked


def test_stale_price_is_not_offered(erp: Erp, sam: User, settings: Any) -> None:
    settings.CATALOGUE_COPY_STALE_HOURS = 1
    erp.keeps(erp.sells("DRILL-18V"), "8.125")
    erp.goes_away()

    with pytest.raises(Incomplete, match="too old to quote from"):
        use(unpriced(erp, "DRILL-18V"), sam)


def test_line_without_a_kept_price_is_named(erp: Erp, sam: User) -> None:
    erp.keeps(erp.sells("DRILL-18V"), "8.125")
    erp.sells("TAPE-5M")
    erp.goes_away()
    version = unpriced(erp, "DRILL-18V", "TAPE-5M")

    left = use(version, sam)

    assert [(one.line, one.reason) for one in left] == [
        (2, "no price is kept for this customer, quantity and day")
    ]


def test_customer_whose_price_list_nobody_knows_gets_none(erp: Erp, sam: User) -> None:
    erp.flow.target.customer_copies.all().delete()
    erp.keeps(erp.sells("DRILL-18V"), "10", audience="everyone")
    erp.goes_away()

    with pytest.raises(Incomplete, match="cannot tell whose prices count"):
        use(unpriced(erp, "DRILL-18V"), sam)


def test_kept_price_needs_the_approval_of_one_by_hand(erp: Erp, sam: User) -> None:
    ApprovalRuleFactory(kind="price_manual", name="By hand", threshold=None)
    erp.keeps(erp.sells("DRILL-18V"), "8.125")
    erp.goes_away()
    version = unpriced(erp, "DRILL-18V")
    assert approving.needs_of(version) == ()

    use(version, sam)

    (need,) = approving.needs_of(Version.objects.get(pk=version.pk))
    assert need.reasons == ("By hand: a price is a kept one, for the ERP could not be asked",)


def test_price_tier_gets_the_kept_price_of_its_quantity(erp: Erp, sam: User) -> None:
    ref = erp.sells("DRILL-18V")
    erp.keeps(ref, "8.125")
    erp.keeps(ref, "7", min_quantity=50)
    erp.goes_away()
    tier = {"from": "50", "unit_price": None, "is_manual": False}
    version = unpriced(erp, "DRILL-18V", tiers=[tier])

    use(version, sam)

    line = version.lines.get()
    assert (line.unit_price, line.tiers[0]["unit_price"]) == (Decimal("8.125"), "7")
    assert line.tiers[0]["basis"]["is_kept"]


def test_forty_lines_cost_as_many_queries_as_one(erp: Erp) -> None:
    counts = []
    for count in (1, 40):
        skus = [f"A{count}-{n}" for n in range(count)]
        for sku in skus:
            erp.keeps(erp.sells(sku), "8.125")
        version = unpriced(erp, *skus)
        version = Version.objects.select_related("quote__account", "quote__buyer").get(
            pk=version.pk
        )
        with CaptureQueriesContext(connection) as seen:
            kept = kept_prices.kept_for(version, on=TODAY)
        assert all(isinstance(one, KeptPrice) for one in kept.values())
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 8


def row(price: str, audience: str = "everyone", **fields: Any) -> Kept:
    known: dict[str, Any] = {
        "pk": 1,
        "ref": f"{audience}-{price}",
        "variant_ref": "v",
        "sku": "DRILL",
        "audience": audience,
        "audience_ref": "",
        "audience_name": "",
        "currency": "EUR",
        "net_unit_price": Decimal(price),
        "min_quantity": Decimal(0),
        "starts_on": None,
        "ends_on": None,
        "is_active": True,
        "offer": audience,
    }
    return Kept(**known | fields)


LAST_WEEK = {"ends_on": TODAY - timedelta(days=1)}
PROMOTION = {"starts_on": TODAY, "ends_on": TODAY}
MANY = {"min_quantity": Decimal(10)}


@pytest.mark.parametrize(
    ("rows", "own_first", "price"),
    [
        ([row("10"), row("8", "price_list")], False, "8"),
        ([row("10"), row("12", "customer")], False, "10"),
        ([row("10"), row("12", "customer")], True, "12"),
        ([row("10"), row("9", **MANY)], False, "9"),
        ([row("10"), row("9", min_quantity=Decimal(13))], False, "10"),
        ([row("10"), row("5", **LAST_WEEK)], False, "10"),
        ([row("10"), row("5", is_active=False)], False, "10"),
        ([row("10"), row("7", **PROMOTION)], False, "7"),
        ([row("10"), row("9", **MANY), row("7", **PROMOTION)], False, "7"),
        ([row("5", **LAST_WEEK)], False, None),
    ],
)
def test_which_kept_price_holds(rows: list[Kept], own_first: bool, price: str | None) -> None:
    found = holding(rows, quantity=Decimal(12), day=TODAY, own_first=own_first)

    assert getattr(found, "net_unit_price", None) == (price and Decimal(price))


@pytest.mark.parametrize(
    "doubtful",
    [
        [row("8", "price_list", problem="cannot be read")],
        [row("8", "price_list"), row("9", "price_list", ref="other")],
    ],
)
def test_contract_price_in_doubt_is_not_replaced_by_the_list_price(doubtful: list[Kept]) -> None:
    found = holding([row("10"), *doubtful], quantity=Decimal(12), day=TODAY, own_first=False)

    assert isinstance(found, str)
