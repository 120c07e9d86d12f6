"""Cancelling an order, as far as it can be undone without a person."""

from integrations.adapters.custom.held import Held, by_hand
from integrations.adapters.custom.orders import Orders
from integrations.adapters.custom.progress import Progress
from integrations.adapters.custom.standing import stands
from integrations.errors import Conflict, NeedsOperator, Rejected
from integrations.records import ErpOrder, OrderProgress

_LEFT = {"partly_shipped", "shipped"}
_BILLED = {"invoiced", "paid"}


class Cancelling(Orders):
    """Adds `cancel_order` to `PushesOrders`."""

    def cancel_order(self, ref: str, reason: str) -> ErpOrder:
        """Raises NeedsOperator when goods left, an invoice stands, or the API cannot cancel."""
        held = self._read(ref)
        if held.order.is_cancelled:
            return held.order
        self._refuse_gone_on(held)
        cancel = self.mapping["orders"]["cancel"]
        if cancel == "by_hand":
            raise by_hand("cancelled", held.order)
        try:
            self.client.call(cancel, {**held.values, "reason": reason}, writes=True)
        except (Rejected, Conflict):
            held = self._read(ref)
            if not held.order.is_cancelled:
                raise
            return held.order
        held = self._read(ref)
        if not held.order.is_cancelled:
            raise NeedsOperator(
                f"The ERP did not cancel {held.order.number} and gave no reason.",
                reason="not_cancelled",
                hint="Open it in the ERP; or the table of states in the mapping is wrong.",
                ids={"order": held.order.our_ref},
            )
        return held.order

    def _refuse_gone_on(self, held: Held) -> None:
        progress = self._progress_of(held.order.ref)
        bills = [one.number for one in progress.invoices if stands(one)] if progress else []
        has_left = held.state in _LEFT or any(held.shipped.values())
        if has_left or (progress and progress.shipments):
            raise NeedsOperator(
                f"{held.order.number} has deliveries that left the house.",
                reason="goods_left",
                hint="Agree on a return with the buyer; cancel the rest in the ERP.",
                ids={"order": held.order.our_ref},
            )
        if held.state in _BILLED or bills:
            raise NeedsOperator(
                f"{held.order.number} has invoices: {', '.join(bills) or 'see the ERP'}.",
                reason="has_invoices",
                hint="Accounting credits them in the ERP, then requeue.",
                ids={"order": held.order.our_ref},
            )

    def _progress_of(self, ref: str) -> OrderProgress | None:
        if not isinstance(self, Progress):
            return None
        return next(iter(self.order_progress([ref])), None)
