"""Frozen records that cross a boundary, in our words. No vendor's dictionary leaves its adapter.

Money is `Decimal` beside an ISO 4217 `currency` (upper case) on the record that holds it;
every amount says net or gross in its name. Times are aware UTC, dates are dates.
"""

from integrations.records.catalog import (
    ErpContact,
    ErpCustomer,
    ErpPrice,
    ErpStock,
    StockWrite,
    StorefrontLevel,
    StorefrontStock,
    UsedField,
)
from integrations.records.collections import PaymentCollection
from integrations.records.customers import CustomerWrite, StorefrontCustomer
from integrations.records.documents import Document
from integrations.records.exchange import ExchangeRecord
from integrations.records.groups import StorefrontGroup
from integrations.records.health import Check, TestReport
from integrations.records.links import web_link
from integrations.records.orders import (
    Address,
    DraftLine,
    ErpInvoice,
    ErpOrder,
    ErpOrderLine,
    ErpReturn,
    ErpShipment,
    ErpSighting,
    LineProgress,
    OrderDraft,
    OrderProgress,
    OrderSighting,
    PaymentNotice,
    RoundingProfile,
    StorefrontFulfilment,
    StorefrontLine,
    StorefrontOrder,
    StorefrontPayment,
    TaxLine,
)
from integrations.records.pages import Page, Window
from integrations.records.price_lists import (
    BuyerPrice,
    BuyerPriceAsk,
    ListPrices,
    PriceListWrite,
    PriceRowThere,
    PriceWrite,
    StorefrontPrice,
    StorefrontPriceList,
)
from integrations.records.pricing import (
    CreditStanding,
    PaymentTerm,
    PriceAnswer,
    PriceAsk,
    PriceQuestion,
    PriceRefusal,
)
from integrations.records.products import (
    ErpProduct,
    ErpVariant,
    ProductWrite,
    StorefrontProduct,
    StorefrontVariant,
    VariantWrite,
)
from integrations.records.quotes import (
    DraftSighting,
    PlacedQuote,
    QuotedLine,
    QuotedOrder,
    QuotedShipping,
)
from integrations.records.restrictions import Article, GoodsList, HeldLicence, Restrictions
from integrations.records.shipping import ShippingOption, StorefrontRegion

__all__ = [
    "ShippingOption",
    "StorefrontRegion",
    "Address",
    "BuyerPrice",
    "BuyerPriceAsk",
    "Article",
    "Check",
    "CreditStanding",
    "CustomerWrite",
    "Document",
    "DraftLine",
    "DraftSighting",
    "ErpContact",
    "ErpCustomer",
    "ErpInvoice",
    "ErpOrder",
    "ErpOrderLine",
    "ErpPrice",
    "ErpProduct",
    "ErpReturn",
    "ErpShipment",
    "ErpSighting",
    "ErpStock",
    "ErpVariant",
    "ExchangeRecord",
    "GoodsList",
    "HeldLicence",
    "LineProgress",
    "ListPrices",
    "OrderDraft",
    "OrderProgress",
    "OrderSighting",
    "Page",
    "PaymentCollection",
    "PaymentNotice",
    "PlacedQuote",
    "PaymentTerm",
    "PriceAnswer",
    "PriceAsk",
    "PriceListWrite",
    "PriceQuestion",
    "PriceRefusal",
    "PriceRowThere",
    "PriceWrite",
    "ProductWrite",
    "QuotedLine",
    "QuotedOrder",
    "QuotedShipping",
    "Restrictions",
    "RoundingProfile",
    "StockWrite",
    "StorefrontCustomer",
    "StorefrontFulfilment",
    "StorefrontGroup",
    "StorefrontLevel",
    "StorefrontLine",
    "StorefrontOrder",
    "StorefrontPayment",
    "StorefrontPrice",
    "StorefrontPriceList",
    "StorefrontProduct",
    "StorefrontStock",
    "StorefrontVariant",
    "TaxLine",
    "TestReport",
    "UsedField",
    "VariantWrite",
    "Window",
    "web_link",
]
