"""How a property that is used is written down, and the services they belong to.

A line is `name type uses`. Types: S10 a text of up to 10 characters (S: of any length), N16.3 a
decimal of 16 digits, 3 of them after the point, D a day, T a moment, H a time of day, B yes or no.
Uses: r read, c sent when it is made, u sent when it is changed, f filtered by, o sorted by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ORDERS = "API_SALES_ORDER_SRV"
SIMULATION = "API_SALES_ORDER_SIMULATION_SRV"
PRODUCTS = "API_PRODUCT_SRV"
PRICES = "API_SLSPRICINGCONDITIONRECORD_SRV"
STOCK = "API_MATERIAL_STOCK_SRV"
AVAILABILITY = "API_PRODUCT_AVAILY_INFO_BASIC"
PARTNERS = "API_BUSINESS_PARTNER"
DELIVERIES = "API_OUTBOUND_DELIVERY_SRV;v=0002"
BILLING = "API_BILLING_DOCUMENT_SRV"
RETURNS = "API_CUSTOMER_RETURN_SRV"
PRODUCTION = "API_PRODUCTION_ORDER_2_SRV"
CREDIT = "API_CRDTMBUSINESSPARTNER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    name: str
    type: str
    uses: str


@dataclass(frozen=True, kw_only=True)
class UsedEntity:
    """`set` of `service`, the ports that stop without it, its properties and navigations.

    `keys` where a row is addressed by them.
    """

    service: str
    set: str
    ports: tuple[str, ...]
    text: str
    navigations: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    fields: Mapping[str, Used] = field(init=False)

    def __post_init__(self) -> None:
        parts = (line.split() for line in self.text.splitlines() if line.strip())
        found = {name: Used(name=name, type=type_, uses=uses) for name, type_, uses in parts}
        object.__setattr__(self, "fields", found)

    @property
    def read(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields.values() if "r" in one.uses)

    def under(self, navigation: str) -> tuple[str, ...]:
        """What is read of it, as seen from an entity that expands it."""
        return tuple(f"{navigation}/{name}" for name in self.read)


PUSH = ("PushesOrders", "TracksOrders")
TRACK = ("TracksOrders",)
PRICING = ("QuotesPrices",)
