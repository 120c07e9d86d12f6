"""What the portal asks of a remote, split by ability.

An adapter implements the Protocols it can serve; the portal asks `isinstance`, never for a
vendor. Every method may raise the errors of `integrations.errors`; a method that writes
raises `OutcomeUnknown` when its answer is lost, and is safe to repeat after its `find_`.
"""

from integrations.ports.erp import (
    ChecksCredit,
    DescribesFields,
    ListsOrders,
    PrintsInvoices,
    ProposesRounding,
    PullsCustomers,
    PullsPrices,
    PullsProducts,
    PullsStock,
    PushesOrders,
    QuotesPrices,
    RecordsPayments,
    TracksOrders,
)
from integrations.ports.shared import KeepsSubscription, TestsConnection
from integrations.ports.storefront import (
    CollectsPayments,
    KeepsGroups,
    ListsShipping,
    PlacesQuotedOrders,
    ReadsOrders,
    TellsBuyerPrices,
    WritesCustomers,
    WritesListPrices,
    WritesOrderProgress,
    WritesPriceLists,
    WritesProducts,
    WritesStock,
)

__all__ = [
    "ChecksCredit",
    "CollectsPayments",
    "DescribesFields",
    "KeepsGroups",
    "KeepsSubscription",
    "ListsOrders",
    "ListsShipping",
    "PlacesQuotedOrders",
    "PrintsInvoices",
    "ProposesRounding",
    "PullsCustomers",
    "PullsPrices",
    "PullsProducts",
    "PullsStock",
    "PushesOrders",
    "QuotesPrices",
    "ReadsOrders",
    "RecordsPayments",
    "TellsBuyerPrices",
    "TestsConnection",
    "TracksOrders",
    "WritesListPrices",
    "WritesCustomers",
    "WritesOrderProgress",
    "WritesPriceLists",
    "WritesProducts",
    "WritesStock",
]
