"""The whole range and the six kinds of customers of the company, for a stand-in ERP to hold.

Pure data beside `company.py`, which has the part of it that the demo's storefront sells. Each
vendor's seed in `integrations/sandbox/erps/` puts it into its stand-in as that ERP would hold it.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from integrations.sandbox.company import PRODUCTS, Product, Variant

Role = Literal["usual", "contract", "blocked", "over_limit", "exempt", "foreign"]
Warehouse = Literal["main", "north"]


def _simple(sku: str, title: str, net_price: str, category: str) -> Product:
    one = Variant(sku=sku, net_price=Decimal(net_price))
    return Product(title=title, category=category, variants=(one,))


def _pair(title: str, category: str, skus: tuple[str, str], prices: tuple[str, str]) -> Product:
    """Two sizes of one product."""
    variants = tuple(
        Variant(sku=sku, net_price=Decimal(price), options=(("Size", size),))
        for sku, price, size in zip(skus, prices, ("Small", "Large"), strict=True)
    )
    return Product(title=title, category=category, variants=variants)


# 50 products: those of company.py, and these.
RANGE = (
    *PRODUCTS,
    _simple("IMPACT-18V", "Impact driver 18 V", "139.00", "Power tools"),
    _simple("HAMMER-SDS", "Rotary hammer SDS-plus", "189.00", "Power tools"),
    _simple("JIGSAW-650", "Jigsaw 650 W", "94.90", "Power tools"),
    _simple("HEATGUN-2K", "Heat gun 2000 W", "46.50", "Power tools"),
    _simple("VACUUM-30", "Wet and dry vacuum 30 l", "164.00", "Power tools"),
    _simple("BATTERY-5AH", "Battery pack 18 V 5 Ah", "79.00", "Power tools"),
    _simple("CHARGER-18V", "Rapid charger 18 V", "54.25", "Power tools"),
    _simple("METER-DIG", "Digital multimeter", "39.95", "Measuring"),
    _simple("TESTER-2P", "Voltage tester two-pole", "24.80", "Measuring"),
    _simple("LEVEL-60", "Spirit level 60 cm", "17.40", "Measuring"),
    _simple("THERMO-CAM", "Thermal camera", "489.00", "Measuring"),
    _simple("SWITCH-1", "Light switch, flush", "4.95", "Electrical"),
    _simple("JBOX-IP55", "Junction box IP55", "2.10", "Electrical"),
    _simple("BOARD-24", "Distribution board 24 modules", "68.00", "Electrical"),
    _simple("RCD-40A", "Residual current breaker 40 A", "31.70", "Electrical"),
    _simple("TIES-200", "Cable ties 200 mm, bag of 100", "3.09", "Electrical"),
    _simple("CONDUIT-20", "Conduit 20 mm, 25 m", "14.60", "Electrical"),
    _simple("TERMINAL-12", "Terminal block, strip of 12", "1.85", "Electrical"),
    _simple("LAMP-EXIT", "Emergency exit lamp", "57.30", "Lighting"),
    _simple("TUBE-150", "LED tube 150 cm", "9.25", "Lighting"),
    _simple("FLOOD-100W", "Floodlight 100 W", "73.90", "Lighting"),
    _simple("TORCH-HEAD", "Head torch", "21.35", "Lighting"),
    _simple("GLASSES-C", "Safety glasses", "5.60", "Safety"),
    _simple("EARS-30DB", "Ear defenders", "18.70", "Safety"),
    _simple("MASK-FFP2", "Dust mask FFP2, box of 20", "15.80", "Safety"),
    _simple("AID-13157", "First aid kit DIN 13157", "34.50", "Safety"),
    _simple("SCREW-440", "Wood screws 4 × 40, box of 200", "6.49", "Fixings"),
    _simple("ROD-M10", "Threaded rod M10, 1 m", "2.75", "Fixings"),
    _simple("NUT-M10", "Hex nuts M10, box of 100", "7.20", "Fixings"),
    _simple("FOAM-750", "Mounting foam 750 ml", "8.15", "Fixings"),
    _simple("CHEM-300", "Chemical anchor 300 ml", "13.45", "Fixings"),
    _simple("CASE-L", "Tool case, empty", "62.00", "Storage"),
    _simple("TRAYS-18", "Parts organiser 18 trays", "23.60", "Storage"),
    _simple("LADDER-43", "Folding ladder 4 × 3 rungs", "118.00", "Storage"),
    _simple("DRUM-40", "Cable drum 40 m", "49.90", "Electrical"),
    _pair("Tool bag", "Storage", ("BAG-S", "BAG-L"), ("29.90", "44.90")),
    _pair("Extension ring", "Electrical", ("RING-S", "RING-L"), ("0.89", "1.29")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """From this quantity on, one piece costs `net_price` EUR."""

    sku: str
    min_quantity: int
    net_price: Decimal


# In the general price list; and what the contract customer agreed.
TIERS = (
    Tier(sku="TIES-200", min_quantity=100, net_price=Decimal("2.79")),
    Tier(sku="TIES-200", min_quantity=1000, net_price=Decimal("2.49")),
    Tier(sku="SCREW-440", min_quantity=50, net_price=Decimal("5.90")),
)
CONTRACT = (
    Tier(sku="DRILL-18V", min_quantity=1, net_price=Decimal("122.55")),
    Tier(sku="DRILL-18V", min_quantity=10, net_price=Decimal("115.00")),
    Tier(sku="TAPE-5M", min_quantity=1, net_price=Decimal("6.98")),
)
# Pieces by warehouse; every SKU that is not named has 200 and 40.
USUAL_STOCK: dict[Warehouse, int] = {"main": 200, "north": 40}
STOCK: dict[str, dict[Warehouse, int]] = {
    "LASER-3D": {"main": 0, "north": 3},
    "THERMO-CAM": {"main": 0, "north": 0},
    "TIES-200": {"main": 5000, "north": 0},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class B2bCustomer:
    """A company as the ERP knows it; `credit_limit` and `owes` gross, in `currency`."""

    role: Role
    name: str
    tax_id: str
    email: str
    street: str
    postal_code: str
    city: str
    country: str
    currency: str = "EUR"
    term_days: int = 30
    credit_limit: int | None = 25_000
    owes: int = 0


CUSTOMERS: tuple[B2bCustomer, ...] = (
    B2bCustomer(
        role="usual",
        name="Nordwind GmbH",
        tax_id="DE123456788",
        email="einkauf@nordwind.test",
        street="Hafenstr. 1",
        postal_code="20457",
        city="Hamburg",
        country="DE",
    ),
    B2bCustomer(
        role="contract",
        name="Brandt Elektro KG",
        tax_id="DE811569869",
        email="buero@brandt.test",
        street="Gewerbering 12",
        postal_code="28195",
        city="Bremen",
        country="DE",
    ),
    B2bCustomer(
        role="blocked",
        name="Pfandhaus Rest GmbH",
        tax_id="DE136695976",
        email="post@rest.test",
        street="Am Wall 3",
        postal_code="24103",
        city="Kiel",
        country="DE",
    ),
    B2bCustomer(
        role="over_limit",
        name="Montagebau Eilig GmbH",
        tax_id="DE129274202",
        email="rechnung@eilig.test",
        street="Industriestr. 40",
        postal_code="18055",
        city="Rostock",
        country="DE",
        credit_limit=1_000,
        owes=1_450,
    ),
    B2bCustomer(
        role="exempt",
        name="Universitätsklinik Küste",
        tax_id="",
        email="vergabe@klinik.test",
        street="Klinikweg 5",
        postal_code="17475",
        city="Greifswald",
        country="DE",
        credit_limit=None,
    ),
    B2bCustomer(
        role="foreign",
        name="Harbor Supply Inc.",
        tax_id="12-3456789",
        email="orders@harbor.test",
        street="200 Pier Ave",
        postal_code="02210",
        city="Boston",
        country="US",
        currency="USD",
    ),
)
