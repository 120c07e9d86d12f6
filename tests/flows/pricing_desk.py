"""A shop, a prices flow into it, and runs of it without a worker."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.prices.flow import PricePages
from integrations.flows.runs import PageOutcome, PlanItem, Work
from integrations.flows.runs.book import count_page
from integrations.flows.runs.plan import keep_items
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink
from integrations.records import ErpPrice, Window
from tests.factories import ConnectionFactory, FlowFactory, RunFactory
from tests.flows.erp_prices import PriceBook

BATCH = "price_lists.prices_batch"
VARIANTS = "variants.batch"
DEALERS, OWN = "price_list:7", "customer:42"


def prices_flow(medusa: MedusaStandIn, *skus: str, **settings: str) -> Flow:
    """A live flow; the SKUs are sold in the shop and linked."""
    shop = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
    )
    flow: Flow = FlowFactory(
        kind="prices",
        mode="live",
        source=ConnectionFactory(erp=True),
        target=shop,
        settings=settings,
    )
    for sku in skus:
        link_variant(flow, sku, medusa.catalogue.variant_id_of(sku))
    return flow


def link_variant(flow: Flow, sku: str, variant_id: str) -> None:
    IdLink.objects.create(
        kind="variant",
        source=flow.source,
        source_ref=f"v-{sku}",
        target=flow.target,
        target_ref=variant_id,
        label=sku,
    )


class Runs:
    """Runs of one flow, without a worker."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def sync(
        self,
        *prices: ErpPrice,
        changes_only: bool = False,
        planned: Mapping[str, str] | None = None,
        page_size: int = 500,
    ) -> list[PlanItem]:
        """A run from its first page to its last; what it did. Complete, unless told otherwise."""
        book = PriceBook(*prices, page_size=page_size)
        return [
            item
            for outcome in self.pages(book, changes_only=changes_only, planned=planned)
            for item in outcome.items
        ]

    def pages(
        self,
        book: Any,
        *,
        changes_only: bool = False,
        planned: Mapping[str, str] | None = None,
    ) -> list[PageOutcome]:
        now = datetime.now(UTC)
        window = Window(start=now - timedelta(hours=1) if changes_only else None, end=now)
        run = RunFactory(flow=self.flow, mode=self.flow.mode, state="running", finished_at=None)
        work = Work(flow=self.flow, run=run, actor="test", checkpoint=lambda: None, planned=planned)
        outcomes: list[PageOutcome] = []
        cursor: str | None = None
        with open_storefront(self.flow.target) as shop:
            pages = PricePages(work, erp=book, shop=shop)
            while not outcomes or cursor is not None:
                outcomes.append(pages.handle(window, cursor))
                keep_items(run, outcomes[-1].items)
                count_page(run, outcomes[-1])
                cursor = outcomes[-1].next_cursor
        return outcomes


class Desk(Runs):
    """Runs of one flow, and the stand-in's shop that they write to."""

    def __init__(self, medusa: MedusaStandIn, flow: Flow) -> None:
        super().__init__(flow)
        self.medusa = medusa

    # -- what the shop holds

    def lists(self) -> list[dict[str, Any]]:
        return list(self.medusa.price_lists.rows.values())

    def listed(self) -> list[tuple[str, Decimal, int | None, int | None]]:
        """(currency, amount, from, to) of all prices in lists."""
        rows = self.medusa.price_lists.prices.values()
        return [
            (one["currency_code"], one["amount"], one["min_quantity"], one["max_quantity"])
            for one in rows
        ]

    def own(self, sku: str) -> list[tuple[str, Decimal, int | None, int | None]]:
        """(currency, amount, from, to) of the variant's own prices, cheapest last."""
        variant = self.medusa.catalogue.variant(self.medusa.catalogue.variant_id_of(sku))
        assert variant is not None
        rows = [
            (one["currency_code"], one["amount"], one["min_quantity"], one["max_quantity"])
            for one in variant[1]["prices"]
        ]
        return sorted(rows, key=lambda row: (row[0], -row[1]))

    def group(self, ref: str) -> str:
        return IdLink.objects.get(kind="group", source_ref=ref).target_ref

    def buyer(self, email: str, *refs: str) -> str:
        """A customer in the groups of these audiences."""
        groups: Sequence[str] = [self.group(ref) for ref in refs]
        return self.medusa.add_customer(email, groups=groups)

    def pays(self, customer: str, sku: str, pieces: int, *, country: str = "de") -> Decimal:
        """The unit price of an order; a guest's without a customer."""
        order_id = self.medusa.place_order([(sku, pieces)], customer=customer, country=country)
        return Decimal(self.medusa.orders[order_id]["items"][0]["unit_price"])


def told(items: Sequence[PlanItem]) -> list[tuple[str, str]]:
    return [(item.action, item.label) for item in items]
