"""Products that the shop had before the portal came: linked, asked about, never made twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.engine import runner
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.matching import by_hand, presses
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PageOutcome, Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink, Issue, MatchKey, MatchProposal, MatchReading, Run
from integrations.records import ErpProduct, Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt, shirt

pytestmark = pytest.mark.django_db(transaction=True)

WINDOW = Window(start=None, end=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
WHO = {"actor": "olga", "reason": "looked at both"}


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
        settings={"sales_channel_id": medusa.shop.sales_channel_id},
    )
    made: Flow = FlowFactory(
        kind="products", mode="live", source=ConnectionFactory(erp=True), target=shop
    )
    return made


def sync(flow: Flow, *products: ErpProduct) -> PageOutcome:
    run = RunFactory(flow=flow, mode=flow.mode, finished_at=None)
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    with open_storefront(flow.target) as shop:
        return ProductPages(work, erp=Shelf(*products), shop=shop).handle(WINDOW, None)


def actions(outcome: PageOutcome) -> list[tuple[str, str]]:
    return [(item.action, item.ref) for item in outcome.items]


def stock_shop(medusa: MedusaStandIn, sku: str, title: str = "", **more: str) -> str:
    """A product that the shop has already; returns its id."""
    medusa.add_product(sku, {"eur": "5"}, title=title, **more)
    return list(medusa.products)[-1]


def links() -> set[tuple[str, str, str]]:
    return set(IdLink.objects.values_list("kind", "source_ref", "target_ref"))


def test_same_sku_on_both_sides_is_linked_and_written(medusa: MedusaStandIn, flow: Flow) -> None:
    there = stock_shop(medusa, "BOLT", "Old bolt")
    variant = medusa.products[there]["variants"][0]["id"]

    outcome = sync(flow, bolt())

    (item,) = outcome.items
    assert (item.action, item.reason) == ("change", "first contact: linked by same SKU BOLT")
    assert ("title", "Old bolt", "Bolt") in item.changes
    assert list(medusa.products) == [there]
    assert medusa.products[there]["variants"][0]["id"] == variant
    assert links() == {("product", "58", there), ("variant", "p58", variant)}
    match = MatchProposal.objects.get()
    assert (match.state, match.chosen_ref, match.reason) == ("matched", there, "same SKU BOLT")


def test_plan_tells_of_the_link_and_makes_none(medusa: MedusaStandIn, flow: Flow) -> None:
    stock_shop(medusa, "BOLT", "Old bolt")
    Flow.objects.filter(pk=flow.pk).update(mode="shadow")
    flow.refresh_from_db()

    outcome = sync(flow, bolt())

    assert actions(outcome) == [("change", "58")]
    assert links() == set()


@pytest.mark.parametrize(
    ("sku", "title", "more", "why"),
    [
        ("bolt", "Old", {}, "SKU BOLT is typed bolt there"),
        ("BO LT", "Old", {}, "SKU BOLT is typed BO LT there"),
        ("OLD-1", "Bolt", {}, "same name Bolt"),
        ("BOLT", "Old", {"external_id": "other-erp-7"}, "it comes from other-erp-7"),
    ],
)
def test_what_is_merely_alike_waits_and_nothing_is_created(
    medusa: MedusaStandIn, flow: Flow, sku: str, title: str, more: dict[str, str], why: str
) -> None:
    there = stock_shop(medusa, sku, title, **more)

    outcome = sync(flow, bolt())

    (item,) = outcome.items
    assert item.action == "skip"
    assert item.reason.startswith("waits in the matching workbench: ")
    assert why in item.reason
    assert list(medusa.products) == [there]
    assert medusa.products[there]["title"] == title
    assert MatchProposal.objects.get().state == "open"
    assert "1 record waits in the matching workbench" in Issue.objects.get(state="open").title


def test_two_that_are_alike_are_both_offered(medusa: MedusaStandIn, flow: Flow) -> None:
    first, second = stock_shop(medusa, "bolt", "A"), stock_shop(medusa, "BO LT", "B")

    sync(flow, bolt())

    match = MatchProposal.objects.get()
    assert {one["ref"] for one in match.candidates} == {first, second}
    with pytest.raises(NeedsOperator, match="several candidates"):
        presses.accept(match, **WHO)
    presses.accept(match, ref=second, **WHO)
    assert ("product", "58", second) in links()


def test_accepted_match_is_written_by_the_next_run(medusa: MedusaStandIn, flow: Flow) -> None:
    there = stock_shop(medusa, "bolt", "Old")
    variant = medusa.products[there]["variants"][0]["id"]
    sync(flow, bolt())

    presses.accept(MatchProposal.objects.get(), **WHO)

    assert links() == {("product", "58", there), ("variant", "p58", variant)}
    assert not Issue.objects.filter(state="open").exists()
    assert actions(sync(flow, bolt())) == [("change", "58")]
    (after,) = medusa.products.values()
    assert (after["title"], after["variants"][0]["sku"]) == ("Bolt", "BOLT")
    assert after["variants"][0]["id"] == variant


def test_rejected_match_is_created_and_not_asked_again(medusa: MedusaStandIn, flow: Flow) -> None:
    stock_shop(medusa, "OLD-1", "Bolt")
    sync(flow, bolt())

    presses.reject(MatchProposal.objects.get(), **WHO)

    assert actions(sync(flow, bolt())) == [("create", "58")]
    assert len(medusa.products) == 2
    assert MatchProposal.objects.get().state == "rejected"


def test_rejected_sku_is_not_linked_by_the_rules_either(medusa: MedusaStandIn, flow: Flow) -> None:
    stock_shop(medusa, "BOLT", "Old", external_id="other-erp-7")
    sync(flow, bolt())
    presses.reject(MatchProposal.objects.get(), **WHO)

    (item,) = sync(flow, bolt()).items

    assert item.action == "skip"
    assert "SKU BOLT is already in the storefront" in item.reason


def test_further_candidate_is_asked_about_after_a_rejection(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    stock_shop(medusa, "OLD-1", "Bolt")
    sync(flow, bolt())
    presses.reject(MatchProposal.objects.get(), **WHO)
    other = stock_shop(medusa, "OLD-2", "Bolt")

    outcome = sync(flow, bolt())

    assert actions(outcome) == [("skip", "58")]
    match = MatchProposal.objects.get()
    assert (match.state, [one["ref"] for one in match.candidates]) == ("open", [other])


def test_linked_by_hand_after_a_look(medusa: MedusaStandIn, flow: Flow) -> None:
    stock_shop(medusa, "OLD-1", "Bolt")
    right = stock_shop(medusa, "SCREW", "A screw")
    sync(flow, bolt())
    match = MatchProposal.objects.get()

    with pytest.raises(NeedsOperator, match="There is no product prod_nowhere"):
        by_hand.link(match, ref="prod_nowhere", **WHO)
    by_hand.link(match, ref=right, **WHO)

    variant = medusa.products[right]["variants"][0]["id"]
    assert links() == {("product", "58", right), ("variant", "p58", variant)}
    match.refresh_from_db()
    assert (match.state, match.ended_by, match.reason) == ("by_hand", "olga", "looked at both")


def test_record_that_is_linked_already_is_not_linked_twice(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    there = stock_shop(medusa, "bolt", "Old")
    sync(flow, bolt())
    IdLink.objects.create(
        kind="product", source=flow.source, target=flow.target, source_ref="9", target_ref=there
    )

    with pytest.raises(NeedsOperator, match="is linked to 9 already"):
        presses.accept(MatchProposal.objects.get(), **WHO)

    assert links() == {("product", "9", there)}
    assert MatchProposal.objects.get().state == "open"


@pytest.mark.parametrize("press", ["accept", "by_hand"])
def test_undo_puts_the_former_links_back(medusa: MedusaStandIn, flow: Flow, press: str) -> None:
    there = stock_shop(medusa, "bolt", "Old")
    sync(flow, bolt())
    IdLink.objects.create(
        kind="variant",
        source=flow.source,
        target=flow.target,
        source_ref="p58",
        target_ref="variant_gone",
        label="BOLT (removed)",
    )
    match = MatchProposal.objects.get()
    if press == "accept":
        presses.accept(match, **WHO)
    else:
        by_hand.link(match, ref=there, **WHO)
    assert ("product", "58", there) in links()

    presses.undo(match, **WHO)

    assert links() == {("variant", "p58", "variant_gone")}
    assert IdLink.objects.get().label == "BOLT (removed)"
    assert MatchProposal.objects.get().state == "open"


def test_undone_link_of_the_rules_is_not_made_again(medusa: MedusaStandIn, flow: Flow) -> None:
    there = stock_shop(medusa, "BOLT", "Old")
    sync(flow, bolt())

    presses.undo(MatchProposal.objects.get(), **WHO)

    assert links() == set()
    (item,) = sync(flow, bolt(title="Better bolt")).items
    assert (item.action, item.reason) == (
        "skip",
        "waits in the matching workbench: a person undid its link",
    )
    assert medusa.products[there]["title"] == "Bolt"


def test_undo_refuses_when_the_link_is_another_one_by_now(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    stock_shop(medusa, "bolt", "Old")
    sync(flow, bolt())
    match = MatchProposal.objects.get()
    presses.accept(match, **WHO)
    IdLink.objects.filter(kind="product").update(target_ref="prod_other")

    with pytest.raises(NeedsOperator, match="was linked to prod_other since"):
        presses.undo(match, **WHO)

    assert ("product", "58", "prod_other") in links()


def test_rejection_is_undone_unless_it_was_created(medusa: MedusaStandIn, flow: Flow) -> None:
    stock_shop(medusa, "OLD-1", "Bolt")
    sync(flow, bolt())
    match = MatchProposal.objects.get()
    presses.reject(match, **WHO)
    presses.undo(match, **WHO)
    assert actions(sync(flow, bolt())) == [("skip", "58")]

    presses.reject(match, **WHO)
    sync(flow, bolt())
    with pytest.raises(NeedsOperator, match="linked since"):
        presses.undo(match, **WHO)


def test_question_ends_by_itself(medusa: MedusaStandIn, flow: Flow) -> None:
    there = stock_shop(medusa, "OLD-1", "Bolt")
    sync(flow, bolt())
    medusa.catalogue.batch({"delete": [there]})

    assert actions(sync(flow, bolt())) == [("create", "58")]

    assert MatchProposal.objects.get().state == "gone"
    assert not Issue.objects.filter(state="open").exists()


def test_question_about_a_product_that_is_linked_elsewhere_ends(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    there = stock_shop(medusa, "bolt", "Old")
    sync(flow, bolt())
    IdLink.objects.create(
        kind="product", source=flow.source, target=flow.target, source_ref="58", target_ref=there
    )

    assert actions(sync(flow, bolt())) == [("change", "58")]

    assert MatchProposal.objects.get().state == "gone"


def test_variants_that_only_the_shop_has_are_never_removed_unasked(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    sync(flow, shirt("S", "M"))
    (there,) = medusa.products
    IdLink.objects.all().delete()
    medusa.catalogue.update(there, {"external_id": None})

    (item,) = sync(flow, shirt("S")).items

    assert (item.action, len(medusa.products[there]["variants"])) == ("skip", 2)
    assert "linking would remove what only it has there: SKU SHIRT-M" in item.reason


def test_shop_is_read_once_per_run_and_only_its_unlinked_products_are_kept(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    stock_shop(medusa, "NUT", "Nut")
    many = [bolt(ref=str(n), sku=f"PART-{n}", title=f"Part {n}") for n in range(250)]
    sync(flow, *many)

    reading = MatchReading.objects.get()
    assert reading.records == 1  # before the first of three batches, and not again
    assert set(MatchKey.objects.values_list("value", flat=True)) == {"NUT", "Nut"}

    sync(flow, replace(many[0], title="Another title"))
    assert MatchReading.objects.get().read_at == reading.read_at  # nothing new, nothing to find


# ---------------------------------------------------------------- what is said is done soon


def work() -> None:
    """A worker, a moment later."""
    SyncJob.objects.filter(state="queued").update(due_at=timezone.now() - timedelta(seconds=1))
    while runner.drain():
        pass


def test_accepted_match_is_written_without_another_reading(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    there = stock_shop(medusa, "bolt", "Old bolt")
    sync(flow, bolt())

    presses.accept(MatchProposal.objects.get(), **WHO)
    assert SyncJob.objects.filter(kind="apply_matches").count() == 1
    work()

    assert medusa.products[there]["title"] == "Bolt"
    run = Run.objects.latest("id")
    assert (run.state, run.changed, run.failed) == ("done", 1, 0)
    assert not MatchProposal.objects.get().is_due
    work()
    assert Run.objects.latest("id") == run


def test_rejected_one_is_created_without_another_reading(medusa: MedusaStandIn, flow: Flow) -> None:
    there = stock_shop(medusa, "OLD-1", "Bolt")
    sync(flow, bolt())

    presses.reject(MatchProposal.objects.get(), **WHO)
    work()

    assert {one["title"] for one in medusa.products.values()} == {"Bolt"}
    assert len(medusa.products) == 2
    assert medusa.products[there]["external_id"] is None


def test_what_the_erp_said_last_is_written(medusa: MedusaStandIn, flow: Flow) -> None:
    there = stock_shop(medusa, "bolt", "Old bolt")
    sync(flow, bolt())
    sync(flow, replace(bolt(), title="Better bolt"))

    presses.accept(MatchProposal.objects.get(), **WHO)
    work()

    assert medusa.products[there]["title"] == "Better bolt"


def test_many_presses_are_one_job_and_undone_ones_are_left(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    first, second = stock_shop(medusa, "bolt", "A"), stock_shop(medusa, "shirt-s", "B")
    sync(flow, bolt(), shirt("S"))

    for match in MatchProposal.objects.all():
        presses.accept(match, ref=match.candidates[0]["ref"], **WHO)
    presses.undo(MatchProposal.objects.get(source_ref="70"), **WHO)
    assert SyncJob.objects.filter(kind="apply_matches").count() == 1
    work()

    assert medusa.products[first]["title"] == "Bolt"
    assert medusa.products[second]["title"] == "B"
