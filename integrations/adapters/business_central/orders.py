"""Pushing orders: look up, create, confirm, change.

Nothing there is unique but the number that Business Central gives: two orders may carry one
`externalDocumentNumber`, and a create that was given up on may still be at work minutes later.
So everything is looked up first, also among the shipments and invoices of orders that are gone.
"""

import re
from collections.abc import Mapping
from typing import Any

from integrations.adapters.business_central.answers import is_gone
from integrations.adapters.business_central.mapping import (
    WITH_LINES,
    address_fields,
    comments_of,
    goods_in,
    goods_lines,
    is_released,
    line_content,
    line_parts,
    order_request,
    priced_fields,
    readable,
    to_order,
)
from integrations.adapters.business_central.posted import Posted, cancelled_order
from integrations.adapters.business_central.refs import code_of, goods_of, order_number
from integrations.adapters.business_central.refusals import (
    ambiguous,
    as_expected,
    locked,
    order_gone,
    refuse_below_shipped,
)
from integrations.adapters.business_central.wire import (
    Row,
    any_of,
    id_of,
    quoted,
    text_of,
)
from integrations.adapters.troubles import of_customer, unknown_customer, unknown_product
from integrations.errors import NeedsOperator, Rejected
from integrations.records import DraftLine, ErpOrder, OrderDraft

# "Item does not exist.", or "… contains a value (…) that cannot be found in the related table"
_NOT_FOUND = re.compile(
    r"does not exist|cannot be found|^Internal_(InvalidTableRelation|RecordNotFound)"
)


class Orders(Posted):
    """Implements `PushesOrders`."""

    enforces_key = False

    @property
    def settle_s(self) -> float:
        """A session may work for eight minutes, and its proxy gives up after ten."""
        return self.settings.lost_answer_wait_s

    @property
    def by_hand(self) -> bool:
        """Whether only people can release an order: API v2.0 has no action for it."""
        return not self.settings.has_page("orders")

    def find_order(self, our_ref: str) -> ErpOrder | None:
        """One that is invoiced in full is gone from the orders: it is told from its invoices,
        without lines. A cancelled one is deleted there: only the companion extension knows it."""
        code = code_of(our_ref)
        rows = self._orders(f"externalDocumentNumber eq {quoted(code)}")
        if len(rows) > 1:
            raise ambiguous(our_ref, [text_of(row["number"]) for row in rows])
        if rows:
            return to_order(rows[0], by_hand=self.by_hand)
        numbers = self.posted_under(code)
        if len(numbers) > 1:
            raise ambiguous(our_ref, numbers)
        if numbers:
            return self.posted_order(numbers[0], our_ref)
        deleted = self.logged(f"externalDocumentNumber eq {quoted(code)} and isDeleted eq true")
        return cancelled_order(deleted[-1], our_ref) if deleted else None

    def create_order(self, draft: OrderDraft) -> ErpOrder:
        """Looks first: an existing order is adopted, brought to `draft` while it is a draft.

        Raises NeedsOperator when the currency, the lines or the total are not the expected
        ones; the order then stays there, not released.
        """
        known = self.find_order(draft.our_ref)
        if known is not None:
            return self._adopt(known, draft)
        made = self._post_order(draft)
        number = text_of(made["number"]) if made else ""
        return as_expected(to_order(self._row(number), by_hand=self.by_hand), draft)

    def preview_order(self, draft: OrderDraft) -> dict[str, object]:
        """Makes no call. Numbers are shown as texts, and sent as numbers of the same digits."""
        return readable(order_request(draft, self.settings))

    def confirm_order(self, ref: str) -> ErpOrder:
        """Releases the order where the companion extension can; else there is nothing to do."""
        number = order_number(ref)
        row = self._row_or_none(number)
        if row is None:
            return self._gone(number)
        if self.by_hand or is_released(row):
            return to_order(row, by_hand=self.by_hand)
        self._task(row, "release")
        order = to_order(self._row(number), by_hand=False)
        if not order.is_confirmed:
            raise NeedsOperator(
                f"{order.number} is not released in Business Central: it waits for approval there.",
                reason="not_confirmed",
                hint="Approve it in Business Central, then requeue.",
                ids={"order": order.our_ref},
            )
        return order

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        """Line by line, since Business Central changes no order with its lines at once; lines
        added there by hand are left alone. A repeat goes on where the last one ended.

        A released order is reopened first and released again at the end. Raises NeedsOperator
        where that cannot be done, the order is gone, or more has left the house than `draft`
        leaves over.
        """
        number = order_number(ref)
        row = self._row_or_none(number)
        if row is None:
            raise self._unchangeable(number)
        lines = _ours(row)
        refuse_below_shipped(row, lines, draft)
        was_released = self._open_for_change(row)
        self._readdress(row, draft)
        self._bring_lines(row, lines, draft)
        if was_released:
            self._task(row, "release")
        return to_order(self._row(number), by_hand=self.by_hand)

    # -- reading

    def _orders(self, condition: str) -> list[Row]:
        path = self.client.company("salesOrders")
        return list(self.client.rows(path, {**WITH_LINES, "$filter": condition}))

    def _row_or_none(self, number: str) -> Row | None:
        if not number:
            return None
        rows = self._orders(any_of("number", [number]))
        return rows[0] if rows else None

    def _row(self, number: str) -> Row:
        row = self._row_or_none(number)
        if row is None:
            raise order_gone(number)
        return row

    def _gone(self, number: str) -> ErpOrder:
        posted = self.posted_order(number) if number else None
        if posted is None:
            raise order_gone(number)
        return posted

    def _unchangeable(self, number: str) -> NeedsOperator:
        posted = self.posted_order(number) if number else None
        if posted is None:
            return order_gone(number)
        return NeedsOperator(
            f"{number} is invoiced in full and cannot be changed in Business Central.",
            reason="erp_order_closed",
            hint="Agree on a return or a new order with the buyer.",
            ids={"order": posted.our_ref},
        )

    # -- writing

    def _post_order(self, draft: OrderDraft) -> Row | None:
        body = order_request(draft, self.settings)
        try:
            made: Row | None = self.client.post(self.client.company("salesOrders"), body)
        except NeedsOperator as exc:
            raise of_customer(exc, draft) from exc
        except Rejected as exc:
            if not _NOT_FOUND.search(exc.remote_words):
                raise
            raise self._not_found(exc, draft) from exc
        return made

    def _not_found(self, error: Rejected, draft: OrderDraft) -> NeedsOperator | Rejected:
        """Business Central says that an item is missing and not which: each is looked up."""
        for line in draft.lines:
            goods = goods_of(line.product_ref or self.settings.product_ref_for(line.kind))
            if goods.item_id and not self._is_there(f"items({goods.item_id})"):
                words = error.remote_words
                return unknown_product(erp="Business Central", draft=draft, line=line, words=words)
        if not self._is_there(f"customers({draft.customer_ref})"):
            return unknown_customer(erp="Business Central", draft=draft, words=error.remote_words)
        return error

    def _is_there(self, entity: str) -> bool:
        try:
            self.client.get(self.client.company(entity), {"$select": "id"})
        except Rejected as exc:
            if is_gone(exc):
                return False
            raise
        return True

    def _entity(self, row: Row, part: str = "") -> str:
        return self.client.company(f"salesOrders({id_of(row['id'])}){part}")

    def _task(self, row: Row, action: str) -> None:
        """An action of the companion extension; repeatable."""
        path = self.client.extension(f"portalOrders({id_of(row['id'])})")
        self.client.post(f"{path}/Microsoft.NAV.{action}", {})

    def _open_for_change(self, row: Row) -> bool:
        """Reopens a released order; whether it is to be released at the end, also when a
        change before this one broke off in between."""
        if self.by_hand:
            if is_released(row):
                raise locked(row)
            return False
        path = self.client.extension(f"portalOrders({id_of(row['id'])})")
        was_released = bool(self.client.get(path)["wasReleased"])  # reopening leaves it so
        if is_released(row):
            self._task(row, "reopen")
            return True
        return was_released

    def _readdress(self, row: Row, draft: OrderDraft) -> None:
        wanted = address_fields(draft.ship_to)
        if not wanted:
            return
        now = self.client.get(self._entity(row), {"$select": ",".join(wanted)})
        if any(text_of(now[name]) != value.strip() for name, value in wanted.items()):
            self.client.patch(self._entity(row), wanted, now["@odata.etag"])

    def _bring_lines(self, row: Row, lines: Mapping[str, Row], draft: OrderDraft) -> None:
        wanted = {line.our_ref: line for line in draft.lines}
        for our_ref, there in lines.items():
            line = wanted.get(our_ref)
            if line is None or not self._is_same_goods(there, line):
                for one in (there, *comments_of(row, our_ref)):
                    self.client.delete(_line_path(self, one), one["@odata.etag"])
            elif line_content(there) != line_content(line):
                self.client.patch(
                    _line_path(self, there), priced_fields(line), there["@odata.etag"]
                )
        for our_ref, line in wanted.items():
            if our_ref not in lines or not self._is_same_goods(lines[our_ref], line):
                for body in line_parts(draft, line, self.settings):
                    self.client.post(self._entity(row, "/salesOrderLines"), body)

    def _named(self, line: DraftLine) -> dict[str, str]:
        ref = line.product_ref or self.settings.product_ref_for(line.kind)
        return dict(goods_of(ref).as_fields())

    def _is_same_goods(self, there: Row, line: DraftLine) -> bool:
        wanted = self._named(line)
        return goods_in(there, wanted) == wanted

    # -- deciding

    def _adopt(self, known: ErpOrder, draft: OrderDraft) -> ErpOrder:
        if known.is_confirmed:
            return known  # people may have changed it since; the flow compares
        row = self._row(known.number)
        if not self._is_as_wanted(row, draft) or known.gross_total != draft.expected_gross_total:
            known = self.change_order(known.ref, draft)
        return as_expected(known, draft)

    def _is_as_wanted(self, row: Row, draft: OrderDraft) -> bool:
        """Equal totals are not enough: two other products may cost the same."""
        lines = _ours(row)
        return len(goods_lines(row)) == len(draft.lines) and all(
            line.our_ref in lines
            and self._is_same_goods(lines[line.our_ref], line)
            and line_content(lines[line.our_ref]) == line_content(line)
            for line in draft.lines
        )


def _line_path(part: Orders, line: Row) -> str:
    return part.client.company(f"salesOrderLines({id_of(line['id'])})")


def _ours(row: Row) -> dict[str, Row]:
    found: dict[str, Any] = {text_of(line["description2"]): line for line in goods_lines(row)}
    found.pop("", None)
    return found
