"""Stock per plant: what lies there, and what can still be promised."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.base import SapPart
from integrations.adapters.sap.fields import AVAILABILITY, PRODUCTS, SALES_DATA, STOCK, STOCK_ROW
from integrations.adapters.sap.query import Query, reads_of
from integrations.adapters.sap.wire import (
    any_of,
    moment_literal,
    number_of,
    plain,
    quoted,
    text_of,
)
from integrations.records import ErpStock, Page, Window

_UNRESTRICTED = "01"
Place = tuple[str, str]  # material, plant


class Stock(SapPart):
    """Implements `PullsStock`."""

    def stock_page(self, window: Window, cursor: str | None) -> Page[ErpStock]:
        """All materials of the sales area every time: stock keeps no moment of its last change.

        A material without a row has no stock, which is told too. Own unrestricted stock counts,
        over all storage locations and batches of a plant; consignment and stock of an order do
        not.
        """
        query = Query(
            path=SALES_DATA.set,
            filter=self.in_sales_area(),
            select=("Product",),
            orderby="Product",
        )
        rows, following = self.client.page(PRODUCTS, query, cursor, size=self.page_size)
        numbers = [text_of(row["Product"]) for row in rows]
        as_of = datetime.now(UTC)
        on_hand, units = self._on_hand(numbers)
        base_units = {name: one.base_unit for name, one in self.materials(numbers).items()}
        places = [(number, plant) for number in numbers for plant in self.settings.plants]
        promised = self._available(places, as_of)
        return Page(
            rows=tuple(
                _to_stock(
                    place,
                    on_hand=on_hand.get(place, Decimal(0)),
                    available=promised.get(place),
                    unit=units.get(place[0]) or base_units.get(place[0], ""),
                    as_of=as_of,
                )
                for place in places
                if place[0] in base_units
            ),
            next_cursor=following,
        )

    def _on_hand(self, numbers: Sequence[str]) -> tuple[dict[Place, Decimal], dict[str, str]]:
        only = " and ".join(
            [
                any_of("Plant", self.settings.plants),
                f"InventoryStockType eq {quoted(_UNRESTRICTED)}",
                "InventorySpecialStockType eq ''",
            ]
        )
        reads = reads_of(STOCK_ROW.set, "Material", numbers, only=only, select=STOCK_ROW.read)
        sums: dict[Place, Decimal] = {}
        units: dict[str, str] = {}
        for row in self.client.gather(STOCK, reads):
            place = (text_of(row["Material"]), text_of(row["Plant"]))
            quantity = number_of(row["MatlWrhsStkQtyInMatlBaseUnit"])
            sums[place] = sums.get(place, Decimal(0)) + quantity
            units[place[0]] = text_of(row["MaterialBaseUnit"])
        return sums, units

    def _available(self, places: Sequence[Place], at: datetime) -> Mapping[Place, Decimal]:
        """What the availability check would still promise now; nothing where it is not asked.

        The other function, which takes a quantity, types it as less than one.
        """
        if not self.settings.atp_rule or not places:
            return {}
        reads = [self._availability_of(place, at) for place in places]
        answers = self.client.try_many(AVAILABILITY, reads)
        found: dict[Place, Decimal] = {}
        for place, answer in zip(places, answers, strict=True):
            record = _unwrapped(answer)
            if record is not None:
                found[place] = number_of(record["AvailableQuantityInBaseUnit"])
        return found

    def _availability_of(self, place: Place, at: datetime) -> Query:
        return Query(
            path="DetermineAvailabilityAt",
            more=(
                ("SupplyingPlant", quoted(place[1])),
                ("Material", quoted(place[0])),
                ("ATPCheckingRule", quoted(self.settings.atp_rule)),
                ("RequestedUTCDateTime", moment_literal(at)),
            ),
        )


def _unwrapped(answer: Any) -> Mapping[str, Any] | None:
    """Some releases wrap what a function returns in a property of its name."""
    if not isinstance(answer, Mapping):
        return None
    inner = answer.get("DetermineAvailabilityAt", answer)
    is_record = isinstance(inner, Mapping) and "AvailableQuantityInBaseUnit" in inner
    return inner if is_record else None


def _to_stock(
    place: Place, *, on_hand: Decimal, available: Decimal | None, unit: str, as_of: datetime
) -> ErpStock:
    promised = on_hand if available is None else available
    return ErpStock(
        variant_ref=place[0],
        sku=place[0],
        location_ref=place[1],
        location_name=place[1],
        on_hand=plain(on_hand),
        reserved=plain(max(on_hand - promised, Decimal(0))),
        available=plain(promised),
        incoming=Decimal(0),  # these services do not say what is on its way
        incoming_on=None,
        unit=unit,
        as_of=as_of,
    )
