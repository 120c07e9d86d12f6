"""Orders as SAP holds them: look up, read, confirm."""

from collections.abc import Iterable, Sequence

from integrations.adapters.sap.batch import Write
from integrations.adapters.sap.fields import (
    DELIVERY_ITEM,
    ITEM,
    ITEM_OBJECT,
    ORDER,
    ORDER_ADDRESS,
    ORDER_OBJECT,
    ORDER_PARTNER,
    ORDER_TEXT,
    ORDERS,
    PRICE_ELEMENT,
)
from integrations.adapters.sap.line_refs import order_ref_of
from integrations.adapters.sap.mapping import (
    NOT_RELEASED,
    is_cancelled,
    material_of,
    order_body,
    to_order,
)
from integrations.adapters.sap.query import Query, reads_of
from integrations.adapters.sap.refusals import Refusals
from integrations.adapters.sap.wire import Row, etag_of, key, quoted, text_of
from integrations.errors import NeedsOperator
from integrations.records import ErpOrder, OrderDraft


class Orders(Refusals):
    """Looking up and confirming: a part of `PushesOrders`."""

    enforces_key = False

    @property
    def settle_s(self) -> float:
        """SAP answers before its update task has run."""
        return self.settings.settle_s

    def find_order(self, our_ref: str) -> ErpOrder | None:
        """A cancelled order is returned only when there is no other."""
        rows = self.order_rows_under(our_ref)
        chosen = [row for row in rows if not is_cancelled(row)] or rows[-1:]
        if len(chosen) > 1:
            raise _ambiguous(our_ref, chosen)
        return to_order(chosen[0], self.settings) if chosen else None

    def preview_order(self, draft: OrderDraft) -> dict[str, object]:
        """Asks SAP for the sales units of the materials."""
        return order_body(draft, self.settings, self.units_of(draft))

    def confirm_order(self, ref: str) -> ErpOrder:
        """Takes off the delivery block.

        Raises NeedsOperator (`credit_block`) where SAP holds the order for the customer's credit.
        """
        row = self.order_row(ref)
        if is_cancelled(row):
            raise cancelled_error(to_order(row, self.settings))
        if text_of(row["DeliveryBlockReason"]) == self.settings.draft_block:
            write = Write(
                method="PATCH",
                path=key(ORDER.set, SalesOrder=ref),
                body={"DeliveryBlockReason": ""},
                etag=etag_of(row),
            )
            self.client.change(ORDERS, [write])
            row = self.order_row(ref)
        order = to_order(row, self.settings)
        if text_of(row["TotalCreditCheckStatus"]) in NOT_RELEASED:
            raise _credit_block(order)
        if not order.is_confirmed:
            raise NeedsOperator(
                f"SAP did not take the delivery block off {order.number} and gave no reason.",
                reason="not_confirmed",
                hint="Open it in SAP: an approval there may hold it. Then requeue.",
                ids={"order": order.our_ref},
            )
        return order

    # -- reading

    def order_row(self, ref: str, *more: str) -> Row:
        """An order with its lines; `more` names navigations to expand as well."""
        query = self._order_query(path=key(ORDER.set, SalesOrder=ref), more=more)
        row = self.client.entity(ORDERS, query)
        if row is None:
            raise NeedsOperator(
                f"SAP has no order {ref} any more.",
                reason="order_gone",
                cause=f"order_gone:{ref}",
                hint="It was deleted or archived there, or the user may no longer see it.",
            )
        return row

    def read_order(self, ref: str) -> ErpOrder:
        return to_order(self.order_row(ref), self.settings)

    def order_rows_under(self, our_ref: str) -> list[Row]:
        """All orders under our reference with their lines, in the order of their numbers."""
        if not self.settings.uses_related_object:
            filtered = f"PurchaseOrderByCustomer eq {quoted(our_ref)}"
            query = self._order_query(path=ORDER.set, filter=filtered)
            rows = self.client.rows(ORDERS, query)
        else:
            rows = self.client.gather(ORDERS, self._order_reads(self._numbers_under(our_ref)))
        rows = [row for row in rows if order_ref_of(row, self.settings) == our_ref]
        return sorted(rows, key=lambda row: text_of(row["SalesOrder"]).zfill(10))

    def _numbers_under(self, our_ref: str) -> list[str]:
        query = Query(
            path=ORDER_OBJECT.set,
            filter=f"SDDocRelatedObjectReference1 eq {quoted(our_ref)}",
            select=ORDER_OBJECT.read,
        )
        return [text_of(row["SalesOrder"]) for row in self.client.rows(ORDERS, query)]

    def _order_reads(self, numbers: Iterable[str]) -> Sequence[Query]:
        like = self._order_query(path=ORDER.set)
        return reads_of(ORDER.set, "SalesOrder", numbers, select=like.select, expand=like.expand)

    def _order_query(self, *, path: str, filter: str = "", more: Sequence[str] = ()) -> Query:
        fields = [*ORDER.read, *ITEM.under("to_Item")]
        fields += PRICE_ELEMENT.under("to_Item/to_PricingElement")
        expand = ["to_Item", "to_Item/to_PricingElement"]
        if self.settings.uses_related_object:
            fields += ORDER_OBJECT.under("to_RelatedObject")
            fields += ITEM_OBJECT.under("to_Item/to_RelatedObject")
            expand += ["to_RelatedObject", "to_Item/to_RelatedObject"]
        if "to_Partner" in more:
            fields += ORDER_PARTNER.under("to_Partner")
            fields += ORDER_ADDRESS.under("to_Partner/to_Address")
            expand += ["to_Partner", "to_Partner/to_Address"]
        if "to_Text" in more:
            fields += ORDER_TEXT.under("to_Text")
            expand += ["to_Text"]
        return Query(path=path, filter=filter, select=tuple(fields), expand=tuple(expand))

    def delivery_items(self, numbers: Sequence[str]) -> list[Row]:
        """The lines of all deliveries of these orders, also of those that did not leave yet."""
        reads = reads_of(
            DELIVERY_ITEM.set, "ReferenceSDDocument", numbers, select=DELIVERY_ITEM.read
        )
        return self.client.gather(DELIVERY_ITEM.service, reads)

    def units_of(self, draft: OrderDraft) -> dict[str, str]:
        """The sales unit by material; one that SAP does not know is told when it is sent."""
        numbers = [material_of(draft, line, self.settings) for line in draft.lines]
        return {name: one.sales_unit for name, one in self.materials(numbers).items()}


def cancelled_error(order: ErpOrder) -> NeedsOperator:
    return NeedsOperator(
        f"{order.number} is cancelled in SAP.",
        reason="erp_order_cancelled",
        cause=f"erp_order_cancelled:{order.our_ref}",
        hint="Take the rejection reasons off its lines in SAP and requeue, or cancel the buyer's "
        "order too.",
        ids={"order": order.our_ref},
    )


def _credit_block(order: ErpOrder) -> NeedsOperator:
    return NeedsOperator(
        f"SAP holds {order.number}: the customer's credit is not sufficient.",
        reason="credit_block",
        cause=f"credit_block:{order.our_ref}",
        hint="Have the order released in SAP (Manage Documented Credit Decisions, or VKM3), then "
        "requeue; or cancel it.",
        ids={"order": order.our_ref, "erp_number": order.number},
    )


def _ambiguous(our_ref: str, rows: Sequence[Row]) -> NeedsOperator:
    names = ", ".join(text_of(row["SalesOrder"]) for row in rows)
    return NeedsOperator(
        f"SAP has {len(rows)} orders with the reference {our_ref}: {names}.",
        reason="ambiguous_order",
        cause=f"ambiguous_order:{our_ref}",
        hint="Reject all lines of those that are not wanted in SAP, then requeue.",
        ids={"order": our_ref},
    )
