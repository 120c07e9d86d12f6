"""Finding orders that were taken twice, for an ERP that does not enforce our reference."""

from collections.abc import Sequence

from integrations.adapters.custom.answers import NotThere
from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.client import misfit
from integrations.adapters.custom.rows import Row
from integrations.records import ErpSighting, Page, Window


class Sightings(CustomPart):
    """Implements `ListsOrders`."""

    def orders_created(self, window: Window, cursor: str | None) -> Page[ErpSighting]:
        created = self.mapping["orders"]["created"]
        page = self.client.page(created, self.asked_window(window), cursor)
        rows = [self._order_row(raw) for raw in page.rows]
        sighted = tuple(self._sighting(row) for row in rows if row.text("our_ref"))
        return Page(rows=sighted, next_cursor=page.next_cursor)

    def orders_under(self, our_ref: str) -> Sequence[ErpSighting]:
        find = self.mapping["orders"]["find"]
        try:
            found = self.client.all_rows(find, {"our_ref": our_ref})
        except NotThere:
            return []
        rows = [self._order_row(raw) for raw in found]
        return [self._sighting(row) for row in rows if row.text("our_ref") == our_ref]

    def _order_row(self, raw: object) -> Row:
        return self.row(raw, self.mapping["orders"]["fields"])

    def _sighting(self, row: Row) -> ErpSighting:
        """Untouched only where the ERP says so of a draft: a state alone does not tell edits."""
        created_at = row.moment("created_at")
        if created_at is None:
            raise misfit(self.mapping["orders"]["created"], "tells no time of creation")
        state = row.text("state")
        return ErpSighting(
            ref=row.text("ref"),
            number=row.text("number") or row.text("ref"),
            our_ref=row.text("our_ref"),
            created_at=created_at,
            is_cancelled=state == "cancelled",
            is_untouched=state == "received" and row.flag("is_untouched", otherwise=False),
        )
