"""Pushing orders: look up, create, confirm.

The external id is unique in NetSuite, over all transactions: a second create with it is
refused, whenever it comes, and the refusal means that the first one worked. Orders are made
with POST and never with PUT, which appends the lines once more when it is repeated.
"""

import re
from typing import Any

from integrations.adapters.netsuite.answers import AlreadyThere
from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.mapping import (
    APPROVED,
    Row,
    amount_of,
    lines_of,
    order_request,
    to_order,
)
from integrations.adapters.netsuite.refs import ORDER, external_id
from integrations.adapters.netsuite.wire import id_of, storable
from integrations.adapters.troubles import of_customer, unknown_customer, unknown_product
from integrations.errors import NeedsOperator, Rejected
from integrations.records import ErpOrder, OrderDraft

_LINE_PATH = re.compile(r"item\.items\[(\d+)\]")
# "INVALID_CONTENT item.items[0].item: …": the value of the field itself is none
_NO_ITEM = re.compile(r"^INVALID_CONTENT item\.items\[\d+\]\.item:")
_NO_CUSTOMER = re.compile(r"^INVALID_CONTENT entity:")


class Orders(NetSuitePart):
    """Implements the first half of `PushesOrders`."""

    enforces_key = True
    settle_s = 5.0  # a create that runs on is refused nothing: the second one is

    def find_order(self, our_ref: str) -> ErpOrder | None:
        row = self._row(f"eid:{external_id(ORDER, our_ref)}")
        return None if row is None else self._order(row)

    def create_order(self, draft: OrderDraft) -> ErpOrder:
        """Looks first: an existing order is adopted, brought to `draft` while it is not approved.

        Raises NeedsOperator when NetSuite's currency or total is not the expected one; the
        order then stays there, pending approval.
        """
        known = self.find_order(draft.our_ref)
        if known is None:
            known = self._create(draft)
        elif not known.is_confirmed and not known.is_cancelled:
            known = self._brought_to(known, draft)
        if known.is_cancelled:
            raise cancelled(known)
        # people may have changed a confirmed one since; the flow compares
        return known if known.is_confirmed else _as_expected(known, draft)

    def preview_order(self, draft: OrderDraft) -> dict[str, object]:
        """Asks NetSuite for its currencies, once."""
        found: dict[str, object] = storable(self._request(draft))
        return found

    def confirm_order(self, ref: str) -> ErpOrder:
        """Approves: from pending approval to pending fulfilment."""
        order = self._read(ref)
        if order.is_confirmed:
            return order
        if order.is_cancelled:
            raise cancelled(order)
        self.client.update(f"salesOrder/{ref}", {"orderStatus": {"id": APPROVED}})
        order = self._read(ref)
        if not order.is_confirmed:
            raise NeedsOperator(
                f"NetSuite did not approve {order.number} and gave no reason.",
                reason="not_confirmed",
                hint="Open it in NetSuite: an approval workflow may want a person. Then requeue.",
                ids={"order": order.our_ref},
            )
        return order

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        raise NotImplementedError

    # -- creating

    def _create(self, draft: OrderDraft) -> ErpOrder:
        try:
            ref = self.client.create("salesOrder", self._request(draft))
        except AlreadyThere as exc:
            return self._adopted(draft, exc)
        except Rejected as exc:
            raise named(exc, draft) from exc
        except NeedsOperator as exc:
            raise of_customer(exc, draft) from exc
        return self._read(ref) if ref else self._adopted(draft, None)

    def _request(self, draft: OrderDraft) -> dict[str, Any]:
        return order_request(draft, self.settings, self.currency(draft.currency))

    def _adopted(self, draft: OrderDraft, cause: Exception | None) -> ErpOrder:
        """The order under our key; NetSuite's namespace is that of all transactions."""
        found = self.find_order(draft.our_ref)
        if found is None:
            raise NeedsOperator(
                f"Another transaction in NetSuite has the external id of order "
                f"{draft.display_ref}: {external_id(ORDER, draft.our_ref)}.",
                reason="external_id_taken",
                cause=f"external_id_taken:{draft.our_ref}",
                hint="Take the external id off that transaction in NetSuite, then requeue.",
                ids={"order": draft.our_ref},
            ) from cause
        return found

    def _brought_to(self, known: ErpOrder, draft: OrderDraft) -> ErpOrder:
        return known if self._is_as_wanted(known, draft) else self.change_order(known.ref, draft)

    def _is_as_wanted(self, known: ErpOrder, draft: OrderDraft) -> bool:
        """Equal totals are not enough: two other items may cost the same."""
        currency = self.currency(draft.currency)
        wanted = {
            line.our_ref: (
                line.product_ref or self.settings.product_ref_for(line.kind),
                line.quantity,
                amount_of(line, currency),
            )
            for line in draft.lines
        }
        there = {
            line.our_ref: (line.product_ref, line.quantity, line.net_total) for line in known.lines
        }
        return known.gross_total == draft.expected_gross_total and there == wanted

    # -- reading

    def _row(self, key: str) -> Row | None:
        return self.client.record(f"salesOrder/{key}", expandSubResources="true")

    def _held(self, ref: str) -> Row:
        row = self._row(ref) if ref.isascii() and ref.isdigit() else None
        if row is None:
            raise NeedsOperator(
                f"NetSuite has no sales order with the id {ref} any more.",
                reason="order_gone",
                cause=f"order_gone:{ref}",
                hint="It was deleted there, or the role of the portal may no longer see it.",
            )
        return row

    def _read(self, ref: str) -> ErpOrder:
        return self._order(self._held(ref))

    def _order(self, row: Row) -> ErpOrder:
        code = self.code_of(id_of(row.get("currency")))
        return to_order(row, currency=code, line_field=self.settings.line_field)

    def _our_lines(self, row: Row) -> dict[str, Row]:
        field = self.settings.line_field
        return {str(line[field]): line for line in lines_of(row) if line.get(field)}


def named(error: Rejected, draft: OrderDraft) -> Rejected | NeedsOperator:
    """The refusal with the title of the line that NetSuite only counts."""
    if _NO_CUSTOMER.search(error.remote_words):
        return unknown_customer(erp="NetSuite", draft=draft, words=error.message)
    found = _LINE_PATH.search(error.remote_words)
    place = int(found[1]) if found else len(draft.lines)
    if place >= len(draft.lines):
        return error
    line = draft.lines[place]
    if _NO_ITEM.search(error.remote_words):
        return unknown_product(erp="NetSuite", draft=draft, line=line, words=error.message)
    return Rejected(
        f"NetSuite refused line {line.description or line.our_ref!r}: {error.message}",
        status=error.status,
        endpoint=error.endpoint,
        remote_words=error.remote_words,
        hint="Check in NetSuite that its item is active, sold and in the order's subsidiary.",
        ids={"order": draft.our_ref, "line": line.our_ref},
    )


def cancelled(order: ErpOrder) -> NeedsOperator:
    return NeedsOperator(
        f"{order.number} is cancelled or closed in NetSuite.",
        reason="erp_order_cancelled",
        cause=f"erp_order_cancelled:{order.our_ref}",
        hint="Reopen its lines in NetSuite and requeue, or cancel the buyer's order too.",
        ids={"order": order.our_ref},
    )


def _as_expected(order: ErpOrder, draft: OrderDraft) -> ErpOrder:
    expected: Any = (draft.currency, draft.expected_gross_total)
    if (order.currency, order.gross_total) == expected:
        return order
    raise NeedsOperator(
        f"{order.number} came to {order.gross_total} {order.currency} in NetSuite, expected is "
        f"{draft.expected_gross_total} {draft.currency}.",
        reason="total_differs" if order.currency == draft.currency else "currency_differs",
        hint="Compare taxes and lines of both orders: a script, a tax rule or the rounding of "
        "the nexus may change them. It is not approved in NetSuite.",
        ids={"order": order.our_ref},
    )
