"""One module per word of the portal."""

from integrations.models import among as among
from integrations.models.account import Account, Buyer
from integrations.models.alert import Alert
from integrations.models.catalogue import ArticleCopy, PriceRow, StockLevel
from integrations.models.connection import Connection
from integrations.models.customers import (
    Assortment,
    CustomerCopy,
    Licence,
    LicensedGoods,
    Origin,
    Registration,
)
from integrations.models.event import Event
from integrations.models.exchange import Exchange
from integrations.models.flow import Flow
from integrations.models.history import StateChange, TransitionNotAllowed
from integrations.models.issue import Issue, IssueItem
from integrations.models.link import IdLink
from integrations.models.matching import MatchKey, MatchProposal, MatchReading
from integrations.models.order import Invoice, Order, OrderLine, Payment, Shipment
from integrations.models.ownership import HandEdit, WrittenCopy
from integrations.models.planned import PlannedChange
from integrations.models.price_audit import PriceAudit, PriceDrift
from integrations.models.run import Run
from integrations.models.user import User

__all__ = [
    "ArticleCopy",
    "Account",
    "Alert",
    "Assortment",
    "Buyer",
    "Connection",
    "CustomerCopy",
    "Event",
    "Exchange",
    "Flow",
    "HandEdit",
    "IdLink",
    "Invoice",
    "Issue",
    "IssueItem",
    "MatchKey",
    "MatchProposal",
    "MatchReading",
    "Licence",
    "LicensedGoods",
    "Order",
    "OrderLine",
    "Origin",
    "Payment",
    "PriceAudit",
    "PriceDrift",
    "PlannedChange",
    "PriceRow",
    "Registration",
    "Run",
    "Shipment",
    "StateChange",
    "StockLevel",
    "TransitionNotAllowed",
    "User",
    "WrittenCopy",
]
