"""Creating an order.

SAP takes two orders with one reference. So an order is looked for before it is created, and an
unclear answer is settled by looking again; `ListsOrders` finds what slipped through.
An order is made with a delivery block of its own, which is taken off when its total is right.
"""

from dataclasses import replace

from integrations.adapters.sap.changing import Changing
from integrations.adapters.sap.fields import ORDER, ORDERS
from integrations.adapters.sap.mapping import material_of, order_body, price_of
from integrations.adapters.sap.orders import cancelled_error
from integrations.adapters.sap.prices_sent import currency_digits
from integrations.adapters.sap.wire import plain, text_of
from integrations.errors import NeedsOperator, Rejected
from integrations.records import ErpOrder, OrderDraft


class Creating(Changing):
    """Adds `create_order` to `PushesOrders`."""

    def create_order(self, draft: OrderDraft) -> ErpOrder:
        """Looks first: an existing order is adopted, brought to `draft` while it is unconfirmed.

        Raises NeedsOperator when SAP's currency or total is not the expected one; the order then
        stays in SAP, blocked for delivery. Where SAP refuses the order: NeedsOperator
        (`unknown_customer`, `customer_blocked`, `unknown_product`, `product_not_sold`,
        `bad_setting`, `closed_period`, `erp_access_denied`), else Rejected with SAP's words.
        """
        known = self.find_order(draft.our_ref)
        if known is not None:
            return self._adopt(known, draft)
        body = order_body(draft, self.settings, self.units_of(draft))
        try:
            made, remarks = self.client.create(ORDERS, ORDER.set, body, writes=True)
        except Rejected as exc:
            raise self.why_refused(exc, draft) from exc
        order = replace(self.read_order(text_of(made["SalesOrder"])), remarks=remarks)
        return _as_expected(order, draft)

    def _adopt(self, known: ErpOrder, draft: OrderDraft) -> ErpOrder:
        if known.is_cancelled:
            raise cancelled_error(known)
        if known.is_confirmed:
            return known  # people may have changed it since; the flow compares
        if not self._is_as_wanted(known, draft):
            known = self.change_order(known.ref, draft)
        return _as_expected(known, draft)

    def _is_as_wanted(self, known: ErpOrder, draft: OrderDraft) -> bool:
        """Equal totals are not enough: two other products may cost the same."""
        wanted = {
            line.our_ref: (
                material_of(draft, line, self.settings),
                plain(line.quantity),
                plain(price_of(line, draft).net_amount),
            )
            for line in draft.lines
        }
        there = {
            line.our_ref: (line.product_ref, line.quantity, line.net_total)
            for line in known.lines
            # what was taken out of the order stays in it with quantity 0
            if line.quantity or line.our_ref in wanted
        }
        return known.gross_total == draft.expected_gross_total and there == wanted


def _as_expected(order: ErpOrder, draft: OrderDraft) -> ErpOrder:
    if order.currency != draft.currency:
        raise NeedsOperator(
            f"{order.number} came out in {order.currency}, the buyer's order is in "
            f"{draft.currency}.",
            reason="currency_differs",
            cause=f"currency_differs:{draft.currency}",
            hint="Check the currency of the customer's sales area in SAP.",
            ids={"order": order.our_ref},
        )
    if order.gross_total != draft.expected_gross_total:
        digits = currency_digits(order.currency)
        raise NeedsOperator(
            f"{order.number} came to {order.gross_total:.{digits}f} {order.currency} in SAP, "
            f"expected is {draft.expected_gross_total:.{digits}f}.",
            reason="total_differs",
            hint="Compare tax classes and conditions of its lines: a discount or surcharge of SAP "
            "may come on top of the price that was sent. It is blocked for delivery in SAP.",
            ids={"order": order.our_ref},
        )
    return order
