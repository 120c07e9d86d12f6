"""Prices of the catalogue: condition records. What binds is the simulation, in pricing.py."""

from collections.abc import Iterable, Sequence
from datetime import date

from integrations.adapters.sap.base import Material, SapPart
from integrations.adapters.sap.conditions import to_prices
from integrations.adapters.sap.fields import CONDITION, PRICES, SCALE, VALIDITY
from integrations.adapters.sap.query import Query, reads_of
from integrations.adapters.sap.wire import (
    Row,
    any_of,
    day_literal,
    moment_literal,
    quoted,
    row_of,
    rows_of,
    text_of,
)
from integrations.records import ErpPrice, Page, Window


class Prices(SapPart):
    """Implements `PullsPrices`."""

    def price_page(self, window: Window, cursor: str | None) -> Page[ErpPrice]:
        """Releases that keep no moment of a record's last change are read whole every time."""
        terms = [any_of("ConditionType", self.settings.list_condition_types)]
        if window.start is not None and self._knows_changes():
            terms.append(f"LastChangeDateTime ge {moment_literal(window.start)}")
            terms.append(f"LastChangeDateTime le {moment_literal(window.end)}")
        query = Query(
            path=CONDITION.set,
            filter=" and ".join(terms),
            select=self._record_fields(),
            # whole, because a key that is not known to us must not be overlooked
            expand=("to_SlsPrcgCndnRecdValidity", "to_SlsPrcgCndnRecordScale"),
            orderby="ConditionRecord",
        )
        records, following = self.client.page(PRICES, query, cursor, size=self.page_size)
        pairs = [(record, rows_of(record["to_SlsPrcgCndnRecdValidity"])) for record in records]
        materials = self.materials(
            text_of(validity["Material"]) for _, validities in pairs for validity in validities
        )
        return Page(
            rows=tuple(
                price
                for record, validities in pairs
                for price in to_prices(record, validities, materials, self.settings)
            ),
            next_cursor=following,
        )

    def prices_of(self, materials: Sequence[Material], *, on: date) -> dict[str, list[ErpPrice]]:
        """The prices of these materials that are valid on this day, by material."""
        reads = self._validity_reads([one.number for one in materials], on)
        by_number = {one.number: one for one in materials}
        found: dict[str, list[ErpPrice]] = {one.number: [] for one in materials}
        for validity in self.client.gather(PRICES, reads):
            record = row_of(validity["to_SlsPrcgConditionRecord"])
            if record is None:
                continue
            for price in to_prices(record, [_bare(validity)], by_number, self.settings):
                if not price.problem:
                    found[price.variant_ref].append(price)
        return found

    def _validity_reads(self, numbers: Iterable[str], on: date) -> Sequence[Query]:
        scale = "to_SlsPrcgConditionRecord/to_SlsPrcgCndnRecordScale"
        only = " and ".join(
            [
                any_of("ConditionType", self.settings.list_condition_types),
                f"SalesOrganization eq {quoted(self.settings.sales_organization)}",
                f"DistributionChannel eq {quoted(self.settings.distribution_channel)}",
                f"ConditionValidityStartDate le {day_literal(on)}",
                f"ConditionValidityEndDate ge {day_literal(on)}",
            ]
        )
        return reads_of(
            VALIDITY.set,
            "Material",
            numbers,
            only=only,
            expand=("to_SlsPrcgConditionRecord", scale),
        )

    def _record_fields(self) -> tuple[str, ...]:
        names = CONDITION.read if self._knows_changes() else _without_changes()
        return (
            *names,
            "to_SlsPrcgCndnRecdValidity",
            *SCALE.under("to_SlsPrcgCndnRecordScale"),
        )

    def _knows_changes(self) -> bool:
        entity = self.client.shape(PRICES).entities.get(CONDITION.set)
        return entity is not None and "LastChangeDateTime" in entity.properties


def _without_changes() -> tuple[str, ...]:
    return tuple(name for name in CONDITION.read if name != "LastChangeDateTime")


def _bare(validity: Row) -> Row:
    return {name: value for name, value in validity.items() if not name.startswith("to_")}
