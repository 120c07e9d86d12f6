"""Orders of an ERP that takes the header in one call and each line in another.

No call of it is all or nothing, so that is made by looking: the header carries how many lines
the order shall have. An order with fewer is half of one, which `find_order` does not show;
`create_order` finds it, looks which lines are there, and finishes them.
"""

from typing import Any

from integrations.adapters.custom.answers import NotThere
from integrations.adapters.custom.held import Held, content
from integrations.adapters.custom.orders import Orders
from integrations.adapters.custom.rows import Row
from integrations.errors import NeedsOperator, PortalError, Rejected
from integrations.records import ErpOrder, ErpOrderLine, OrderDraft


class LinesApart(Orders):
    """Header and lines in calls of their own."""

    def preview_order(self, draft: OrderDraft) -> dict[str, object]:
        """The header, and under `lines` what is sent for each of them."""
        values = self._values(draft)
        add = self.mapping["orders"]["lines_apart"]["add"]
        lines = [
            self.client.shown_body(add, _about_line({}, line, draft), currency=draft.currency)
            for line in values["lines"]
        ]
        return {"header": super().preview_order(draft), "lines": lines}

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        """As for an order in one call. What is right already is left alone, so that a change
        which broke off goes on where it was."""
        values = self._values(draft)
        held = self._read(ref)
        self._refuse_unchangeable(held, draft)
        if not self._is_as_wanted(held.order, draft) or held.lines_expected != len(draft.lines):
            self._write_header(held, values, draft)
            self._write_lines(held, values, draft)
            held = self._read(ref)
        return held.order

    def _completed(self, ref: str, draft: OrderDraft) -> ErpOrder:
        held = self._read(ref)
        try:
            self._write_lines(held, self._values(draft), draft)
        except (Rejected, NeedsOperator) as exc:
            self._discard(held, exc)
            raise
        return self._read(ref).order

    def _lines(self, row: Row) -> list[Row]:
        orders = self.mapping["orders"]
        values = {"ref": row.text("ref"), "number": row.text("number")}
        try:
            found = self.client.all_rows(orders["lines_apart"]["list"], values)
        except NotThere:
            found = []
        fields = orders["lines"]["fields"]
        return [self.row(raw, fields, currency=row.currency, parent=row.raw) for raw in found]

    # -- writing

    def _write_header(self, held: Held, values: dict[str, Any], draft: OrderDraft) -> None:
        header = self.mapping["orders"]["lines_apart"]["header"]
        self.client.call(header, {**values, **held.values}, writes=True, currency=draft.currency)

    def _write_lines(self, held: Held, values: dict[str, Any], draft: OrderDraft) -> None:
        """Adds, changes, then removes: an order is never without lines on the way."""
        apart = self.mapping["orders"]["lines_apart"]
        there: dict[str, ErpOrderLine] = {}
        surplus: list[ErpOrderLine] = []
        for one in held.order.lines:
            if one.our_ref and one.our_ref not in there:
                there[one.our_ref] = one
            elif one.our_ref:
                surplus.append(one)  # taken twice, when an answer was lost
        for line, told in zip(draft.lines, values["lines"], strict=True):
            known = there.pop(line.our_ref, None)
            about = _about_line(held.values, told, draft)
            if known is None:
                self.client.call(apart["add"], about, writes=True, currency=draft.currency)
            elif content(known, known.product_ref) != content(line, told["product_ref"]):
                about["line_ref"] = known.ref
                self.client.call(apart["change"], about, writes=True, currency=draft.currency)
        for unwanted in (*surplus, *there.values()):
            self._remove(held, unwanted)

    def _remove(self, held: Held, line: ErpOrderLine) -> None:
        remove = self.mapping["orders"]["lines_apart"]["remove"]
        try:
            self.client.call(remove, {**held.values, "line_ref": line.ref}, writes=True)
        except NotThere:
            return  # a repeated call

    def _discard(self, held: Held, reason: PortalError) -> None:
        """A header whose lines the ERP refused is taken back, where its API can do that."""
        discard = self.mapping["orders"]["lines_apart"]["discard"]
        if discard is None:
            return
        try:
            self.client.call(discard, held.values, writes=True)
        except PortalError as exc:
            reason.add_note(f"The header {held.order.number} stays in the ERP: {exc.message}")


def _about_line(known: dict[str, str], line: dict[str, Any], draft: OrderDraft) -> dict[str, Any]:
    told = {f"line.{name}": value for name, value in line.items()}
    return {**known, **told, "currency": draft.currency}
