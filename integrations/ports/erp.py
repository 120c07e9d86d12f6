"""What an ERP can be asked."""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from integrations.records import (
    CreditStanding,
    Document,
    ErpCustomer,
    ErpOrder,
    ErpPrice,
    ErpProduct,
    ErpSighting,
    ErpStock,
    OrderDraft,
    OrderProgress,
    Page,
    PaymentNotice,
    PaymentTerm,
    PriceAnswer,
    PriceQuestion,
    PriceRefusal,
    RoundingProfile,
    UsedField,
    Window,
)


@runtime_checkable
class PullsProducts(Protocol):
    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        """One page of products changed in `window`, archived ones included (`is_active` false).

        Walk with `next_cursor` until it is None. Rows may come twice across windows.
        """
        ...


@runtime_checkable
class PullsPrices(Protocol):
    def price_page(self, window: Window, cursor: str | None) -> Page[ErpPrice]:
        """One page of prices changed in `window`; all of them where `window.start` is None.

        List prices, price lists, prices of groups and of customers. Most ERPs delete a price
        without a trace: only a complete pull tells what is gone. Walk with `next_cursor` until
        it is None. A row may come twice; a price of zero or in an unknown unit never comes.
        """
        ...


@runtime_checkable
class PullsStock(Protocol):
    def stock_page(self, window: Window, cursor: str | None) -> Page[ErpStock]:
        """One page of stock levels that may have changed in `window`; more than those is allowed.

        Walk with `next_cursor` until it is None.
        """
        ...


@runtime_checkable
class PullsCustomers(Protocol):
    def customer_page(self, window: Window, cursor: str | None) -> Page[ErpCustomer]:
        """One page of customers changed in `window`, archived and blocked ones included.

        Walk with `next_cursor` until it is None. A customer may come twice.
        """
        ...


@runtime_checkable
class DescribesFields(Protocol):
    def used_fields(self) -> Sequence[UsedField]:
        """Every field of the remote that this adapter reads or sends, as it is described now.

        In a bounded number of calls. A field that is missing is told (`type` empty), not raised.
        """
        ...


@runtime_checkable
class PushesOrders(Protocol):
    """Creating, confirming, changing and cancelling orders.

    `enforces_key` is true when the remote itself refuses or merges a second create with the
    same `our_ref`; `settle_s` is how long after a lost answer `find_order` may still miss it.
    """

    enforces_key: bool
    settle_s: float

    def find_order(self, our_ref: str) -> ErpOrder | None:
        """The order that carries our reference, or None; a cancelled one only where no other is.

        Raises NeedsOperator(reason="ambiguous_order") for two that are not cancelled.
        """
        ...

    def create_order(self, draft: OrderDraft) -> ErpOrder:
        """Creates a draft order under `draft.our_ref`; all of it or nothing. Not yet confirmed.

        Payment terms, the buyer's order number and configurations are carried, in a field of
        their own where the ERP has one. Raises NeedsOperator or Rejected for terms it lacks.
        """
        ...

    def preview_order(self, draft: OrderDraft) -> dict[str, object]:
        """The exact request body `create_order` would send, for shadow mode.

        Writes nothing and holds no secrets; may ask the remote for its field names.
        """
        ...

    def confirm_order(self, ref: str) -> ErpOrder:
        """Confirms; a confirmed order is returned as it is."""
        ...

    def change_order(self, ref: str, draft: OrderDraft) -> ErpOrder:
        """Brings the lines of an order to those of `draft`; repeatable.

        Raises NeedsOperator when the ERP no longer allows it (locked, shipped).
        """
        ...

    def cancel_order(self, ref: str, reason: str) -> ErpOrder:
        """Cancels; a cancelled order is returned as it is. Raises NeedsOperator when goods left."""
        ...


@runtime_checkable
class ListsOrders(Protocol):
    """For an ERP that does not enforce our reference: finding orders that were taken twice."""

    def orders_created(self, window: Window, cursor: str | None) -> Page[ErpSighting]:
        """One page of orders with a reference that were created in `window`, by the ERP's clock.

        Cancelled ones included. Walk with `next_cursor` until it is None; a row may come twice.
        """
        ...

    def orders_under(self, our_ref: str) -> Sequence[ErpSighting]:
        """All orders that carry this reference now, whenever created, cancelled ones included."""
        ...


@runtime_checkable
class RecordsPayments(Protocol):
    """Telling the ERP of payments.

    `settle_s` is how long after a lost answer `find_payment` may still miss it.
    """

    settle_s: float

    def find_payment(self, ref: str, notice: PaymentNotice) -> str | None:
        """The ERP's ref of what was recorded under `notice.our_ref`, or None."""
        ...

    def record_payment(self, ref: str, notice: PaymentNotice) -> str:
        """Tells the ERP of a captured payment, as a payment or a note on the order.

        Returns the ERP's ref of it. Looks for `notice.our_ref` first, so that it may be repeated.
        """
        ...


@runtime_checkable
class TracksOrders(Protocol):
    def order_progress(self, refs: Sequence[str]) -> Iterable[OrderProgress]:
        """Where these orders stand, in a bounded number of calls; unknown refs are left out."""
        ...

    def changed_orders(self, window: Window, cursor: str | None) -> Page[str]:
        """Refs of orders that changed in `window` by themselves, their deliveries or invoices."""
        ...


@runtime_checkable
class PrintsInvoices(Protocol):
    def invoice_document(self, ref: str, *, number: str, most_bytes: int) -> Document:
        """The printed invoice or credit note, as the ERP lays it out. Repeatable.

        `ref` and `number` as `TracksOrders` told them: a document of another number is another
        customer's, and refused. Raises Rejected for one that is not there, not posted, or larger
        than `most_bytes`; Unavailable where something else than a document came.
        """
        ...


@runtime_checkable
class ProposesRounding(Protocol):
    def rounding_profile(self) -> RoundingProfile:
        """How this ERP, as configured, rounds an order. May read settings from the remote."""
        ...


@runtime_checkable
class QuotesPrices(Protocol):
    """Prices by the ERP's own rules, and the payment terms it knows. Writes nothing."""

    def quote_prices(self, question: PriceQuestion) -> Sequence[PriceAnswer | PriceRefusal]:
        """One answer or refusal per line, in the order of the lines.

        A bounded number of calls, however many lines. A line that cannot be priced (unknown,
        archived, not for sale, priced at zero, no quantity) is refused by itself and spoils no
        other. Raises NeedsOperator when nothing can be priced: reason `unknown_customer`,
        `bad_customer_ref` or `no_pricelist` (none for this currency).
        """
        ...

    def payment_terms(self) -> Sequence[PaymentTerm]:
        """The terms in use, in the ERP's order, for a person to choose from."""
        ...


@runtime_checkable
class ChecksCredit(Protocol):
    def credit_standing(self, customer_ref: str) -> CreditStanding:
        """How the company behind this customer (a contact counts for it) stands now. Reads only.

        A missing right to see limits is told by `is_limit_known`, not raised. Raises
        NeedsOperator (`unknown_customer`, `bad_customer_ref`) for a customer that is not there.
        """
        ...
