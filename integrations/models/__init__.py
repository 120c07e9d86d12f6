"""One module per word of the portal."""

from integrations.models.account import Account, Buyer
from integrations.models.alert import Alert
from integrations.models.catalogue import PriceRow, StockLevel
from integrations.models.connection import Connection
from integrations.models.event import Event
from integrations.models.exchange import Exchange
from integrations.models.flow import Flow
from integrations.models.history import StateChange, TransitionNotAllowed
from integrations.models.issue import Issue, IssueItem
from integrations.models.link import IdLink
from integrations.models.order import Invoice, Order, OrderLine, Payment, Shipment
from integrations.models.price_audit import PriceAudit, PriceDrift
from integrations.models.run import Run
from integrations.models.user import User

__all__ = [
    "Account",
    "Alert",
    "Buyer",
    "Connection",
    "Event",
    "Exchange",
    "Flow",
    "IdLink",
    "Invoice",
    "Issue",
    "IssueItem",
    "Order",
    "OrderLine",
    "Payment",
    "PriceAudit",
    "PriceDrift",
    "PriceRow",
    "Run",
    "Shipment",
    "StateChange",
    "StockLevel",
    "TransitionNotAllowed",
    "User",
]
