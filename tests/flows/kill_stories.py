"""Two nights of each batch flow: what an ERP has at first, and what has changed of it by then.

Each touches every kind of page and write that its flow knows: new, changed and vanished
records, categories, lists with and without prices, people of a company that come and go.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.flows.customers.flow import CustomerPages
from integrations.flows.prices.flow import PricePages
from integrations.flows.products.flow import ProductPages
from integrations.flows.runs import Work
from integrations.flows.runs.batch import HandlePage
from integrations.flows.stock.flow import StockPages
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink
from integrations.records import ErpCategory
from tests.factories import ConnectionFactory, FlowFactory
from tests.flows.erp_customers import Books, customer
from tests.flows.erp_prices import PriceBook, price
from tests.flows.erp_products import Shelf, bolt, shirt
from tests.flows.erp_stock import Racks, level
from tests.flows.pricing_desk import DEALERS, OWN, link_variant

PAGE = 2
SOLD = ("BOLT", "NUT", "SCREW")


@dataclass
class Story:
    """`nights` are the ERP's records, one night after the other; `night` is which it is now."""

    kind: str
    pages: Callable[..., Any]
    erp: Callable[..., Any]
    nights: Sequence[Sequence[Any]]
    sells: Sequence[str] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    night: int = 0

    def open(self, work: Work) -> AbstractContextManager[HandlePage]:
        """What `register_batch` takes: the flow's own pages over the ERP of this night."""

        @contextmanager
        def opened() -> Iterator[HandlePage]:
            erp = self.erp(*self.nights[self.night], page_size=PAGE)
            with open_storefront(work.flow.target, actor=work.actor, run_id=work.run.pk) as shop:
                yield self.pages(work, erp=erp, shop=shop).handle

        return opened()

    def flow(self, medusa: MedusaStandIn) -> Flow:
        """Live, into that shop; what the flow needs there is there and linked."""
        shop = ConnectionFactory(
            base_url=medusa.url,
            allow_private_addresses=True,
            credentials={"secret_key": medusa.shop.secret_key},
            settings={
                "sales_channel_id": medusa.shop.sales_channel_id,
                "location_id": medusa.shop.location_id,
            },
        )
        made: Flow = FlowFactory(
            kind=self.kind,
            mode="live",
            source=ConnectionFactory(erp=True),
            target=shop,
            settings=self.settings,
        )
        for sku in self.sells:
            link_variant(made, sku, medusa.add_product(sku, {"eur": "10.00"}, stock=0))
        if self.kind == "stock":
            self._map_warehouses(made, medusa)
        return made

    def _map_warehouses(self, flow: Flow, medusa: MedusaStandIn) -> None:
        places = {"WH": medusa.shop.location_id, "WN": medusa.add_location("North")}
        for ref, place in places.items():
            IdLink.objects.create(
                kind="warehouse",
                source=flow.source,
                source_ref=ref,
                target=flow.target,
                target_ref=place,
            )


TOOLS = ErpCategory(ref="c1", name="Tools")
DRILLS = ErpCategory(ref="c2", name="Drills", parent_ref="c1")


def _drill(title: str) -> Any:
    return replace(bolt(ref="9", sku="DRILL", title=title), category_chain=(DRILLS, TOOLS))


def stories() -> dict[str, Story]:
    told = (_products(), _prices(), _stock(), _customers())
    return {one.kind: one for one in told} | {"moving SKUs": _moving()}


def _products() -> Story:
    kept = bolt(ref="1", sku="NUT", title="Nut")
    return Story(
        kind="products",
        pages=ProductPages,
        erp=Shelf,
        settings={"manage_inventory": "yes"},
        nights=(
            (kept, bolt(ref="2", sku="BOLT"), shirt("S", "M"), _drill("Drill"),
             bolt(ref="5", sku="GONE")),
            (kept, bolt(ref="2", sku="BOLT", title="Hex bolt", price="21.50"), shirt("M", "L"),
             _drill("Hammer drill"), bolt(ref="6", sku="NEW")),
        ),
    )  # fmt: skip


def _moving() -> Story:
    """SKUs that go from one article to another: an archived one's that comes back, and those of
    two pairs that swap them, on one page and over two."""
    old, archived = bolt(ref="2", sku="BOLT"), bolt(ref="2", sku="BOLT", is_active=False)
    new = bolt(ref="6", sku="BOLT", title="New bolt")
    pegs = bolt(ref="3", sku="PEG", title="Peg"), bolt(ref="4", sku="PIN", title="Pin")
    pins = bolt(ref="3", sku="PIN", title="Peg"), bolt(ref="4", sku="PEG", title="Pin")
    nut, screw = bolt(ref="1", sku="NUT", title="Nut"), bolt(ref="9", sku="SCREW", title="Screw")
    screws = bolt(ref="1", sku="SCREW", title="Nut"), bolt(ref="9", sku="NUT", title="Screw")
    return Story(
        kind="products",
        pages=ProductPages,
        erp=Shelf,
        settings={"manage_inventory": "yes"},
        nights=(
            (nut, old, *pegs, screw),
            (screws[0], archived, *pins, new, screws[1]),
            (screws[0], old, *pins, replace(new, is_active=False), screws[1]),
        ),
    )


def _prices() -> Story:
    kept = price("NUT", "0.90", DEALERS)
    return Story(
        kind="prices",
        pages=PricePages,
        erp=PriceBook,
        sells=SOLD,
        nights=(
            (price("BOLT", "9.90"), price("BOLT", "9.50", at=100), price("BOLT", "8.50", DEALERS),
             price("BOLT", "8.00", DEALERS, at=10), kept, price("SCREW", "7.00", OWN),
             price("SCREW", "8.00", DEALERS, ref="moves")),
            (price("BOLT", "9.80"), price("BOLT", "8.60", DEALERS), kept,
             price("NUT", "0.80", DEALERS, at=50), price("SCREW", "9.00", ref="moves")),
        ),
    )  # fmt: skip


def _stock() -> Story:
    return Story(
        kind="stock",
        pages=StockPages,
        erp=Racks,
        sells=SOLD,
        nights=(
            (level("BOLT", 7, at="WH"), level("BOLT", 2, at="WN"), level("NUT", 5, at="WH"),
             level("SCREW", 3, at="WH"), level("SCREW", 1, at="WN")),
            (level("BOLT", 6, at="WH"), level("BOLT", 2, at="WN"), level("NUT", 0, at="WH"),
             level("NUT", 4, at="WN"), level("SCREW", 3, at="WH")),
        ),
    )  # fmt: skip


def _customers() -> Story:
    return Story(
        kind="customers",
        pages=CustomerPages,
        erp=Books,
        settings={"unregistered": "grouped"},
        nights=(
            (customer("1", "Nordwind", "anna@nordwind.example", "bo@nordwind.example"),
             customer("2", "Atelier", "paul@atelier.example", price_list_ref="8"),
             customer("3", "Brandt", "ida@brandt.example")),
            (customer("1", "Nordwind GmbH", "anna@nordwind.example", "eva@nordwind.example"),
             customer("2", "Atelier", "paul@atelier.example", price_list_ref="7"),
             customer("4", "Harbor", "joe@harbor.example")),
        ),
    )  # fmt: skip
