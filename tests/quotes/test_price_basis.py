"""Prices that move in the ERP under an open offer: found by the clock, told to who should know."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.models import Buyer, Flow, IdLink, StateChange
from integrations.records import PriceAnswer
from integrations.records.codec import from_json
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed
from quotes import tiers
from quotes.models import BasisCheck, PriceMargin, Version
from quotes.services import approving, basis, drafting, offering, pricing
from quotes.services.editing import save_edit
from quotes.services.pricing import Moved
from quotes.states import VersionState
from quotes.tiers import Tier
from tests import factories as make
from tests.quotes.factories import QuoteFactory, VersionFactory
from tests.quotes.test_editing import with_line
from tests.quotes.trading import trade

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def erp() -> Iterator[OdooStandIn]:
    with OdooStandIn(api_key=API_KEY) as standin:
        yield standin


@pytest.fixture(scope="module")
def books(erp: OdooStandIn) -> ErpSeed:
    return seed_erp(erp)


@pytest.fixture
def ben() -> Buyer:
    return make.BuyerFactory(email="ben@company.example", storefront_customer_id="cus_ben")


@pytest.fixture
def flow(ben: Buyer, books: ErpSeed) -> Flow:
    return trade(ben, books)


@pytest.fixture
def lamp(erp: OdooStandIn, flow: Flow) -> int:
    """A lamp at 100.00 that costs 60.00; 95.00 for this customer."""
    product = erp.add_product("LAMP", "Lamp", 100)
    erp.set_cost(product, 60)
    make.IdLinkFactory(
        kind=IdLink.Kind.VARIANT,
        source=flow.target,
        source_ref=str(product),
        target=flow.source,
        target_ref="variant_lamp",
        label="LAMP",
    )
    return product


@pytest.fixture
def offer(ben: Buyer, lamp: int) -> Version:
    """Two lamps at the ERP's price, with the buyer."""
    sam = make.sales_rep()
    version = VersionFactory(quote=QuoteFactory(buyer=ben, owner=sam))
    version.lines.update(sku="LAMP", title="Site lamp")
    assert pricing.price_version(version, user=sam, on=timezone.now().date()) == []
    return offering.offer(approving.submit_version(version, user=sam), user=sam)


def tomorrow() -> None:
    """As if the last check were a day old."""
    BasisCheck.objects.update(tried_at=timezone.now() - timedelta(hours=25))


def checked(version: Version) -> BasisCheck:
    """What is known once the clock's jobs have run."""
    basis.start_checks()
    runner.drain("batch")
    return BasisCheck.objects.get(version=version)


def warnings() -> list[tuple[list[str], str]]:
    runner.drain("batch")
    told = [one for one in mail.outbox if "moved in the ERP" in one.subject]
    return [(one.to, one.body) for one in told]


def test_price_that_stays_is_noted_with_its_time_and_told_to_nobody(offer: Version) -> None:
    found = checked(offer)

    assert (found.moved, found.is_beyond, found.problem) == ([], False, "")
    assert found.as_of is not None
    assert warnings() == []


def test_price_that_rose_is_told_to_the_owner_once_per_version(
    offer: Version, erp: OdooStandIn, lamp: int
) -> None:
    erp.set_price(lamp, 120)

    assert checked(offer).is_beyond
    tomorrow()
    erp.set_price(lamp, 130)
    assert checked(offer).moved[0]["price_now"] == "123.5"

    [(to, body)] = warnings()
    assert to == [offer.quote.owner.email]
    assert "line 1: 95 → 114 (+20.0 %)" in body
    noted = StateChange.objects.filter(subject="version", before="offered", after="offered")
    assert [one.reason for one in noted] == [
        f"prices moved in the ERP since: {body.splitlines()[0]}"
    ]


def test_offer_stays_as_it_is(offer: Version, erp: OdooStandIn, lamp: int) -> None:
    before = Version.objects.filter(pk=offer.pk).values().get()
    erp.set_price(lamp, 200)
    checked(offer)

    assert Version.objects.filter(pk=offer.pk).values().get() == before
    assert offering.is_open_to_buyer(offer, timezone.now())


@pytest.mark.parametrize(
    ("price", "cost", "is_beyond"),
    [
        (104, 60, False),
        (106, 60, True),
        (90, 60, True),
        (100, 62, False),
        (100, 70, True),
        (100, 40, False),  # a cost that fell harms nobody
    ],
)
def test_margin_of_five_percent_counts_unless_sales_set_another(
    offer: Version, erp: OdooStandIn, lamp: int, price: int, cost: int, is_beyond: bool
) -> None:
    erp.set_price(lamp, price)
    erp.set_cost(lamp, cost)

    assert checked(offer).is_beyond is is_beyond
    assert len(warnings()) == is_beyond


def test_margin_is_what_sales_set(offer: Version, erp: OdooStandIn, lamp: int) -> None:
    PriceMargin.objects.create(percent=Decimal(30))
    erp.set_price(lamp, 120)

    found = checked(offer)

    assert (found.is_beyond, found.margin_percent) == (False, Decimal(30))
    assert len(found.moved) == 1


def test_product_that_is_sold_no_more_is_beyond_any_margin(
    offer: Version, erp: OdooStandIn, lamp: int
) -> None:
    erp.archive_product(lamp)

    assert checked(offer).is_beyond
    [(_, body)] = warnings()
    assert "and no price now" in body


def test_each_open_offer_is_asked_about_once_a_day(offer: Version) -> None:
    assert [basis.start_checks(), basis.start_checks()] == [1, 0]
    tomorrow()
    assert basis.start_checks() == 1


@pytest.mark.parametrize("end", ["ended", "withdrawn", "draft"])
def test_what_no_buyer_can_accept_is_not_asked_about(offer: Version, end: str) -> None:
    if end == "ended":
        Version.objects.update(valid_until=timezone.now() - timedelta(seconds=1))
    else:
        Version.objects.update(state=end)

    assert basis.start_checks() == 0


def test_offer_without_a_price_of_the_erp_is_not_asked_about(flow: Flow) -> None:
    VersionFactory(offered=True)

    assert basis.start_checks() == 0


def test_nothing_is_asked_without_an_orders_flow(db: None) -> None:
    VersionFactory(offered=True)

    assert basis.start_checks() == 0


def test_offer_that_ended_before_its_turn_is_left(offer: Version) -> None:
    basis.start_checks()
    Version.objects.filter(pk=offer.pk).update(state=VersionState.DECLINED)
    runner.drain("batch")

    assert BasisCheck.objects.get().as_of is None


def test_erp_that_is_away_is_asked_again_and_what_it_said_before_stands(
    offer: Version, erp: OdooStandIn
) -> None:
    first = checked(offer).as_of
    tomorrow()
    erp.dials.set("fail", times=1)
    basis.start_checks()
    runner.drain("batch")
    job = SyncJob.objects.filter(kind=basis.CHECK).latest("id")
    assert (job.state, job.error_kind) == ("queued", "unavailable")
    assert BasisCheck.objects.get().as_of == first

    SyncJob.objects.update(due_at=timezone.now())
    runner.drain("batch")

    assert BasisCheck.objects.get().as_of > first


def test_question_that_only_a_person_can_mend_is_noted_and_parks_no_job(offer: Version) -> None:
    IdLink.objects.filter(kind=IdLink.Kind.CUSTOMER).delete()
    Version.objects.update(erp_customer_ref="")

    found = checked(offer)

    assert "add one link" in found.problem
    assert found.as_of is None
    assert SyncJob.objects.get(kind=basis.CHECK).state == "done"


def test_edit_forgets_what_was_said_of_other_prices(offer: Version) -> None:
    checked(offer)
    sam = offer.quote.owner
    newer = drafting.requote(offer, user=sam)
    basis.keep(newer, [])
    assert BasisCheck.objects.filter(version=newer).exists()

    pricing.price_version(newer, user=sam, on=timezone.now().date())

    assert not BasisCheck.objects.filter(version=newer).exists()
    assert BasisCheck.objects.filter(version=offer).exists()


# ---------------------------------------------------------------- price tiers


@pytest.fixture
def tiered(offer: Version) -> Version:
    """The same, with a price for ten and one that was typed for twenty."""
    sam = offer.quote.owner
    version = drafting.requote(offer, user=sam)
    steps = [
        Tier(from_quantity=Decimal(10), unit_price=None),
        Tier(from_quantity=Decimal(20), unit_price=Decimal(80), is_manual=True),
    ]
    version.lines.update(tiers=tiers.written(steps))
    assert pricing.price_version(version, user=sam, on=timezone.now().date()) == []
    Version.objects.filter(pk=version.pk).update(valid_until=offer.valid_until)
    version.refresh_from_db()
    return offering.offer(approving.submit_version(version, user=sam), user=sam)


def test_tier_keeps_the_basis_of_its_price(tiered: Version) -> None:
    of_erp, by_hand = tiers.read(tiered.lines.get().tiers)

    assert (of_erp.unit_price, by_hand.basis) == (Decimal(95), {})
    kept = from_json(PriceAnswer, dict(of_erp.basis))
    assert (kept.net_unit_price, kept.list_price, kept.cost) == (95, 100, 60)
    assert kept.pricelist_name
    assert kept.priced_at > timezone.now() - timedelta(minutes=1)


def test_tier_whose_price_moved_is_told_by_its_quantity(
    tiered: Version, erp: OdooStandIn, lamp: int
) -> None:
    erp.set_price(lamp, 120)

    found = basis.moved_of(checked(tiered))

    assert [(one.from_quantity, one.price_then, one.price_now) for one in found] == [
        (None, 95, 114),
        (10, 95, 114),
    ]
    [(_, body)] = warnings()
    assert "line 1 from 10: 95 → 114 (+20.0 %)" in body


def test_buyer_is_told_of_lines_only(tiered: Version) -> None:
    far = Moved(
        line=1,
        price_then=Decimal(95),
        price_now=Decimal(40),
        cost_then=None,
        cost_now=None,
        percent=Decimal(-58),
        from_quantity=Decimal(10),
    )
    basis.keep(tiered, [far])

    assert basis.fallen(tiered)[0] == frozenset()


def test_tier_that_somebody_retyped_has_no_basis_of_the_erp(tiered: Version) -> None:
    sam = tiered.quote.owner
    newer = drafting.requote(tiered, user=sam)
    assert tiers.read(newer.lines.get().tiers)[0].basis
    steps = [Tier(from_quantity=Decimal(10), unit_price=Decimal(94))]

    save_edit(newer, user=sam, edit=with_line(newer, 1, tiers=steps))

    [typed] = tiers.read(newer.lines.get().tiers)
    assert (typed.is_manual, typed.basis) == (True, {})


def test_no_basis_is_in_what_the_buyer_signs(tiered: Version) -> None:
    document = tiered.document or {}

    assert [set(tier) for tier in document["lines"][0]["tiers"]] == [{"from", "unit_price"}] * 2


# ---------------------------------------------------------------- what the buyer may know


def told(version: Version, price_now: str, percent: str) -> set[int]:
    """Numbers of the lines that the buyer is told of when the first one costs so much now."""
    moved = Moved(
        line=1,
        price_then=Decimal(50),
        price_now=Decimal(price_now),
        cost_then=None,
        cost_now=None,
        percent=Decimal(percent),
    )
    basis.keep(version, [moved])
    return set(basis.fallen(version)[0])


def test_buyer_hears_of_a_price_that_fell_further_than_the_margin(db: None) -> None:
    version = VersionFactory(offered=True)

    assert told(version, "40", "-20") == {1}
    assert told(version, "49", "-2") == set()
    assert told(version, "60", "20") == set()


def test_buyer_whose_discount_is_larger_is_sent_nowhere(db: None) -> None:
    version = VersionFactory(discount_percent=Decimal(10))
    version.lines.update(discount_percent=Decimal(10))  # 40.50 for each after both
    Version.objects.update(state=VersionState.APPROVED)
    version.refresh_from_db()
    version = offering.offer(version, user=make.sales_rep())

    assert told(version, "41", "-18") == set()
    assert told(version, "40", "-20") == {1}


def test_sales_may_keep_it_from_buyers(db: None) -> None:
    PriceMargin.objects.create(tells_buyer=False)

    assert told(VersionFactory(offered=True), "40", "-20") == set()


def test_offer_that_was_never_checked_comes_first(flow: Flow, ben: Buyer) -> None:
    known, new = VersionFactory.create_batch(2, offered=True, quote__buyer=ben)
    for version in (known, new):
        version.lines.update(basis={"pricelist_name": "Contract prices"})
    BasisCheck.objects.create(version=known, tried_at=timezone.now() - timedelta(days=2))

    assert basis.start_checks(at_most=1) == 1
    assert SyncJob.objects.get().payload == {"version": new.pk}
