"""Every property that this adapter sends or reads, with the type it takes it to have.

The one place: what is selected is taken from here, and a connection test, the list of used
fields and the check against SAP's own service descriptions all go by it. One module per group of
services; `used` says how a line is read.
"""

from integrations.adapters.sap.fields import (
    documents,
    orders,
    partners,
    prices,
    production,
    products,
    simulation,
)
from integrations.adapters.sap.fields.documents import (
    BILL,
    BILL_ITEM,
    DELIVERY,
    DELIVERY_ADDRESS,
    DELIVERY_ITEM,
    DELIVERY_PARTNER,
    HANDLING_UNIT,
    RETURN_ITEM,
)
from integrations.adapters.sap.fields.orders import (
    FLOW,
    ITEM,
    ITEM_OBJECT,
    ITEM_TEXT,
    ORDER,
    ORDER_ADDRESS,
    ORDER_OBJECT,
    ORDER_PARTNER,
    ORDER_TEXT,
    PRICE_ELEMENT,
    SCHEDULE_LINE,
)
from integrations.adapters.sap.fields.partners import (
    ADDRESS,
    AREA_TAX,
    CONTACT,
    CONTACT_WAY,
    CREDIT_ACCOUNT,
    CUSTOMER,
    EMAIL,
    PARTNER,
    PARTNER_FUNCTION,
    PHONE,
    SALES_AREA,
)
from integrations.adapters.sap.fields.prices import CONDITION, SCALE, VALIDITY
from integrations.adapters.sap.fields.production import PRODUCTION_ORDER
from integrations.adapters.sap.fields.products import (
    PRODUCT,
    PRODUCT_LONG_TEXT,
    PRODUCT_TEXT,
    PRODUCT_UNIT,
    SALES_DATA,
    STOCK_ROW,
)
from integrations.adapters.sap.fields.simulation import (
    SIMULATED,
    SIMULATED_ELEMENT,
    SIMULATED_ITEM,
    SIMULATED_SCHEDULE,
)
from integrations.adapters.sap.fields.used import (
    AVAILABILITY,
    BILLING,
    CREDIT,
    DELIVERIES,
    ORDERS,
    PARTNERS,
    PRICES,
    PRODUCTION,
    PRODUCTS,
    RETURNS,
    SIMULATION,
    STOCK,
    Used,
    UsedEntity,
)

_MODULES = (orders, documents, production, products, prices, partners, simulation)
ENTITIES: tuple[UsedEntity, ...] = tuple(
    one for module in _MODULES for one in vars(module).values() if isinstance(one, UsedEntity)
)
SERVICES = tuple(dict.fromkeys(one.service for one in ENTITIES))

__all__ = [
    "ENTITIES",
    "SERVICES",
    "ADDRESS",
    "AREA_TAX",
    "AVAILABILITY",
    "BILL",
    "BILLING",
    "BILL_ITEM",
    "CONDITION",
    "CONTACT",
    "CONTACT_WAY",
    "CREDIT",
    "CREDIT_ACCOUNT",
    "CUSTOMER",
    "DELIVERIES",
    "DELIVERY",
    "DELIVERY_ADDRESS",
    "DELIVERY_ITEM",
    "DELIVERY_PARTNER",
    "HANDLING_UNIT",
    "PRODUCTION",
    "PRODUCTION_ORDER",
    "EMAIL",
    "FLOW",
    "ITEM",
    "ITEM_OBJECT",
    "ITEM_TEXT",
    "ORDER",
    "ORDERS",
    "ORDER_ADDRESS",
    "ORDER_OBJECT",
    "ORDER_PARTNER",
    "ORDER_TEXT",
    "PARTNER",
    "PARTNERS",
    "PARTNER_FUNCTION",
    "PHONE",
    "PRICES",
    "PRICE_ELEMENT",
    "PRODUCT",
    "PRODUCTS",
    "PRODUCT_LONG_TEXT",
    "PRODUCT_TEXT",
    "PRODUCT_UNIT",
    "RETURNS",
    "RETURN_ITEM",
    "SALES_AREA",
    "SALES_DATA",
    "SCALE",
    "SCHEDULE_LINE",
    "SIMULATED",
    "SIMULATED_ELEMENT",
    "SIMULATED_ITEM",
    "SIMULATED_SCHEDULE",
    "SIMULATION",
    "STOCK",
    "STOCK_ROW",
    "Used",
    "UsedEntity",
    "VALIDITY",
]
