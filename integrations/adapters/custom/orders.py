"""Pushing orders: look up, create, confirm, change."""

from typing import Any

from integrations.adapters.custom.answers import Duplicate, NotThere
from integrations.adapters.custom.base import Settling
from integrations.adapters.custom.client import misfit
from integrations.adapters.custom.drafts import draft_values, placed
from integrations.adapters.custom.held import (
    Held,
    as_expected,
    by_hand,
    cancelled_error,
    content,
    to_held,
)
from integrations.adapters.custom.paths import MISSING
from integrations.adapters.custom.rows import Row
from integrations.adapters.troubles import of_customer
from integrations.errors import Conflict, NeedsOperator, Rejected
from integrations.records import ErpOrder, OrderDraft


class Orders(Settling):
    """All of `PushesOrders` but `cancel_order`, for an ERP that takes an order in one call."""

    @property
    def enforces_key(self) -> bool:
        """As the mapping says."""
        return bool(self.mapping["orders"]["reference"]["enforced"])

    def find_order(self, our_ref: str) -> ErpOrder | None:
        """A cancelled order is returned only when there is no other; half of one never is."""
        held = self._known(our_ref)
        return None if held is None or held.is_half else held.order

    def create_order(self, draft: OrderDraft) -> ErpOrder:
        """Looks first: an existing order is adopted, brought to `draft` while it is a draft.

        Raises NeedsOperator when the ERP's currency or total is not the expected one; the
        order then stays there, unconfirmed.
        """
        values = self._values(draft)
        known = self._known(draft.our_ref)
        if known is not None:
            return self._adopt(known, draft)
        create = self.mapping["orders"]["create"]
        try:
            reply = self.client.call(create, values, writes=True, currency=draft.currency)
        except Conflict as exc:
            known = self._known(draft.our_ref)
            if known is None:
                raise _refused_key(draft) from exc if isinstance(exc, Duplicate) else exc
            return self._adopt(known, draft)
        except NeedsOperator as exc:
            raise of_customer(exc, draft) from exc
        return as_expected(self._completed(self.new_ref(create, reply), draft), draft)

    def preview_order(self, draft: OrderDraft) -> dict[str, object]:
        """Without any call."""
        values = self._values(draft)
        create = self.mapping["orders"]["create"]
        body = self.client.shown_body(create, values, currency=draft.currency)
        return body if isinstance(body, dict) else {"body": body}

    def confirm_order(self, ref: str) -> ErpOrder:
        """Looks first, and reads again after a refusal: another call may have confirmed it."""
        held = self._read(ref)
        if held.order.is_confirmed:
            return held.order
        self._refuse_unfinished(held)
        confirm = self.mapping["orders"]["confirm"]
        if confirm == "by_hand":
            raise by_hand("confirmed", held.order)
        if confirm != "at_once":
            try:
                self.client.call(confirm, held.values, writes=True)
            except (Rejected, Conflict):
                held = self._read(ref)
                if not held.order.is_confirmed:
                    raise
                return held.order
            held = self._read(ref)
        if not held.order.is_confirmed:
            raise NeedsOperator(
                f"The ERP did not confirm {held.order.number} and gave no reason.",
                reason="not_confirmed",
                hint="Open it in the ERP; or the table of states in the mapping is wrong.",
                ids={"order": held.order.our_ref},
            )
        return held.order

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        """Raises NeedsOperator when the order is cancelled, too far on, not the portal's, when
        more has left the house than `draft` leaves over, or when the API cannot change it."""
        values = self._values(draft)
        held = self._read(ref)
        self._refuse_unchangeable(held, draft)
        if self._is_as_wanted(held.order, draft) and not held.is_half:
            return held.order
        change = self.mapping["orders"]["change"]
        if change == "by_hand":
            raise by_hand("changed", held.order)
        self.client.call(change, {**values, **held.values}, writes=True, currency=draft.currency)
        return self._read(ref).order

    # -- reading

    def _known(self, our_ref: str) -> Held | None:
        """Whatever the ERP holds under this reference, half an order too."""
        orders = self.mapping["orders"]
        try:
            found = self.client.all_rows(orders["find"], {"our_ref": our_ref})
        except NotThere:
            return None  # how some say "none"
        rows = [self.row(raw, orders["fields"]) for raw in found]
        # a search may be by pattern, or ignore what it is asked for
        same = [row for row in rows if row.text("our_ref") == our_ref]
        alive = [row for row in same if row.get("state") != "cancelled"]
        chosen = alive or same[-1:]
        if len(chosen) > 1:
            raise _ambiguous(our_ref, chosen)
        return self._read(chosen[0].text("ref")) if chosen else None

    def _read(self, ref: str) -> Held:
        orders = self.mapping["orders"]
        try:
            reply = self.client.call(orders["read"], {"ref": ref}, writes=False)
        except NotThere as exc:
            raise NeedsOperator(
                f"The ERP has no order {ref} any more.",
                reason="order_gone",
                cause=f"order_gone:{ref}",
                hint="It was deleted there, or the portal's user may no longer see it.",
            ) from exc
        body = reply.json()
        raw = orders["row"].find(body) if orders["row"] is not None else body
        if raw is MISSING or raw is None:
            raise misfit(orders["read"], "answers without an order")
        row = self.row(raw, orders["fields"])
        return to_held(row, self._lines(row))

    def _lines(self, row: Row) -> list[Row]:
        lines = self.mapping["orders"]["lines"]
        return [
            self.row(raw, lines["fields"], currency=row.currency, parent=row.raw)
            for raw in row.rows(lines["rows"])
        ]

    # -- deciding

    def _values(self, draft: OrderDraft) -> dict[str, Any]:
        """What the holes are filled with. Raises NeedsOperator for what has no place."""
        orders = self.mapping["orders"]
        header = orders["create"].uses
        apart = orders["lines_apart"]
        line = header if apart is None else apart["add"].uses
        fitted = placed(draft, header, line, self.product_ref_for)
        return draft_values(fitted, self.product_ref_for)

    def _completed(self, ref: str, draft: OrderDraft) -> ErpOrder:
        """The order that was just made, with all of its lines."""
        return self._read(ref).order

    def _adopt(self, known: Held, draft: OrderDraft) -> ErpOrder:
        if known.order.is_cancelled:
            raise cancelled_error(known.order)
        if known.order.is_confirmed:
            return known.order  # people may have changed it since; the flow compares
        return as_expected(self.change_order(known.order.ref, draft), draft)

    def _is_as_wanted(self, known: ErpOrder, draft: OrderDraft) -> bool:
        """Equal totals are not enough: two other products may cost the same. An address is not
        compared; it is sent whenever something else changes."""
        wanted = {
            line.our_ref: content(line, line.product_ref or self.product_ref_for(line.kind))
            for line in draft.lines
        }
        there = {line.our_ref: content(line, line.product_ref) for line in known.lines}
        is_same = len(known.lines) == len(draft.lines) and there == wanted
        return is_same and known.gross_total == draft.expected_gross_total

    def _refuse_unfinished(self, held: Held) -> None:
        if held.order.is_cancelled:
            raise cancelled_error(held.order)
        if held.is_half:
            raise NeedsOperator(
                f"{held.order.number} has {len(held.order.lines)} of {held.lines_expected} lines "
                f"in the ERP, so it is not confirmed.",
                reason="half_order",
                hint="Requeue: the portal adds the lines that lack.",
                ids={"order": held.order.our_ref},
            )

    def _refuse_unchangeable(self, held: Held, draft: OrderDraft) -> None:
        order, ids = held.order, {"order": draft.our_ref}
        if order.is_cancelled:
            raise cancelled_error(order)
        if order.our_ref != draft.our_ref:
            raise NeedsOperator(
                f"{order.number} does not carry the reference {draft.our_ref}, so its lines "
                f"cannot be told apart.",
                reason="foreign_order",
                hint="Change it in the ERP by hand.",
                ids=ids,
            )
        if held.state not in self.mapping["orders"]["changeable_in"]:
            raise NeedsOperator(
                f"{order.number} is {held.state.replace('_', ' ')} in the ERP, which takes no "
                f"change then.",
                reason="erp_order_locked",
                hint="Make the change in the ERP by hand, or agree on another with the buyer.",
                ids=ids,
            )
        _refuse_below_shipped(held, draft)


def _refuse_below_shipped(held: Held, draft: OrderDraft) -> None:
    wanted = {line.our_ref: line.quantity for line in draft.lines}
    for line in held.order.lines:
        shipped = held.shipped.get(line.ref, 0)
        if wanted.get(line.our_ref, 0) < shipped:
            raise NeedsOperator(
                f"{held.order.number}: {shipped:f} of {line.product_ref} were already shipped, "
                f"the change leaves {wanted.get(line.our_ref, 0)}.",
                reason="below_delivered",
                hint="Agree on a return with the buyer and handle it in the ERP.",
                ids={"order": draft.our_ref, "line": line.our_ref},
            )


def _ambiguous(our_ref: str, rows: list[Row]) -> NeedsOperator:
    names = ", ".join(row.text("number") or row.text("ref") for row in rows)
    return NeedsOperator(
        f"The ERP has {len(rows)} orders with the reference {our_ref}: {names}.",
        reason="ambiguous_order",
        cause=f"ambiguous_order:{our_ref}",
        hint="Cancel those that are not wanted in the ERP, then requeue.",
        ids={"order": our_ref},
    )


def _refused_key(draft: OrderDraft) -> NeedsOperator:
    return NeedsOperator(
        f"The ERP says it has the reference {draft.our_ref} already, but finds no order by it.",
        reason="hidden_order",
        cause=f"hidden_order:{draft.our_ref}",
        hint="Look for it in the ERP; the portal's user may not see it, or 'find' is wrong.",
        ids={"order": draft.our_ref},
    )
