"""Products that the ERP no longer has leave the sale, and only those."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import NeedsOperator
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import PageOutcome, Work
from integrations.flows.runs.reading import place_of
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink, Run
from integrations.records import ErpProduct, Page, Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_products import Shelf, bolt

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EVERYTHING = Window(start=None, end=NOW)


class Books(Shelf):
    """A shelf that honours its window by what was changed when."""

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        self.asked.append((window, cursor))
        rows = [
            one
            for one in self.products
            if one.updated_at <= window.end
            and (window.start is None or one.updated_at >= window.start)
        ]
        return Page(rows=tuple(rows), next_cursor=None)


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


def read(flow: Flow, *products: ErpProduct, window: Window = EVERYTHING) -> list[PageOutcome]:
    """A whole run, page by page."""
    started = Run.objects.count()
    run = RunFactory(
        flow=flow,
        mode=flow.mode,
        state="running",
        finished_at=None,
        started_at=NOW + timedelta(hours=started),
    )
    work = Work(flow=flow, run=run, actor="test", checkpoint=lambda: None)
    outcomes: list[PageOutcome] = []
    with open_storefront(flow.target) as shop:
        pages = ProductPages(work, erp=Books(*products), shop=shop)
        cursor: str | None = None
        while not outcomes or cursor is not None:
            outcomes.append(pages.handle(window, cursor))
            cursor = outcomes[-1].next_cursor
    return outcomes


def told(outcomes: list[PageOutcome]) -> list[tuple[str, str]]:
    return [(item.action, item.ref) for one in outcomes for item in one.items]


def status(medusa: MedusaStandIn) -> dict[str, str]:
    return {one["title"]: one["status"] for one in medusa.products.values()}


def nut(**more: str) -> ErpProduct:
    return bolt(ref="59", sku="NUT", title="Nut", **more)


def test_product_that_the_erp_no_longer_names_is_taken_off_sale(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, bolt(), nut())

    outcomes = read(flow, bolt())

    assert told(outcomes) == [("remove", "59")]
    assert "the ERP no longer has it" in outcomes[-1].items[0].reason
    assert status(medusa) == {"Bolt": "published", "Nut": "draft"}


def test_it_is_removed_once_and_comes_back(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt(), nut())
    read(flow, bolt())

    assert told(read(flow, bolt())) == []
    assert told(read(flow, bolt(), nut())) == [("change", "59")]
    assert status(medusa) == {"Bolt": "published", "Nut": "published"}


def test_reading_of_changes_removes_nothing(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt(), nut())

    read(flow, bolt(), window=Window(start=NOW - timedelta(hours=1), end=NOW))

    assert status(medusa) == {"Bolt": "published", "Nut": "published"}


def test_product_edited_while_the_others_are_read_is_not_taken_for_gone(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    read(flow, bolt(), nut())
    edited = replace(nut(price="7"), updated_at=EVERYTHING.end + timedelta(seconds=30))

    outcomes = read(flow, bolt(), edited)

    assert told(outcomes) == [("change", "59")]
    assert status(medusa)["Nut"] == "published"


def test_what_is_read_twice_is_told_once(medusa: MedusaStandIn, flow: Flow) -> None:
    late = replace(nut(), updated_at=EVERYTHING.end - timedelta(seconds=10))

    outcomes = read(flow, bolt(), late)

    assert sum(one.read for one in outcomes) == 2
    assert sorted(told(outcomes)) == [("create", "58"), ("create", "59")]


def test_deleted_on_both_sides_is_no_failure(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt(), nut())
    there = IdLink.objects.get(kind="product", source_ref="59").target_ref
    medusa.catalogue.batch({"delete": [there]})

    assert told(read(flow, bolt())) == [("remove", "59")]
    assert told(read(flow, bolt())) == []


def test_many_archived_at_once_stop_before_they_are_written(
    medusa: MedusaStandIn, flow: Flow
) -> None:
    parts = [bolt(ref=str(n), sku=f"PART-{n}", title=f"Part {n}") for n in range(40)]
    read(flow, *parts)
    archived = [
        bolt(ref=str(n), sku=f"PART-{n}", title=f"Part {n}", is_active=False) for n in range(40)
    ]

    with pytest.raises(NeedsOperator, match="would remove 40 records"):
        read(flow, *archived)

    assert set(status(medusa).values()) == {"published"}


def test_shadow_plans_what_would_leave(medusa: MedusaStandIn, flow: Flow) -> None:
    read(flow, bolt(), nut())
    flow.mode = Flow.Mode.SHADOW
    flow.save()

    outcomes = read(flow, bolt())

    assert told(outcomes) == [("remove", "59")]
    assert outcomes[-1].items[0].changes == (("status", "for sale", "draft"),)
    assert status(medusa)["Nut"] == "published"


@pytest.mark.parametrize(
    ("cursor", "answered", "following"),
    [
        (None, "2", "2"),
        ("2", None, "late:"),
        ("late:", "7", "late:7"),
        ("late:7", None, "gone:0"),
    ],
)
def test_complete_reading_goes_from_the_window_to_what_is_late_to_what_is_gone(
    cursor: str | None, answered: str | None, following: str
) -> None:
    assert place_of(EVERYTHING, cursor).following(answered) == following


def test_late_changes_are_read_from_before_the_window_ended() -> None:
    late = place_of(EVERYTHING, "late:9")

    assert late.cursor == "9"
    assert late.window.start is not None
    assert late.window.start < EVERYTHING.end < late.window.end
