"""A small believable company: what the sandbox's ERP and storefront are filled with.

Nordlicht Elektro sells tools, fixings and site lighting to trades. Pure data; seeding is in
`erp.py` and `shop.py`.
"""

from dataclasses import dataclass
from decimal import Decimal

COMPANY = "Nordlicht Elektro GmbH"
CURRENCIES = ("EUR", "USD", "JPY")
# Sales taxes of the ERP in percent, by the code of the tax rate in the storefront.
TAXES = {"VAT-DE": 19, "VAT-FR": 20, "VAT-NL": 21, "VAT-US": 0, "VAT-JP": 10}
GROUP = "Contract customers"
PROMOTION = "TEN"
BUYER_PASSWORD = "sandbox-buyer-password"  # noqa: S105 of a stand-in on 127.0.0.1


# What one customer agreed with sales: a discount on everything, a fixed price by quantity, and
# terms. Costs are a share of the price; what is not bought in has none.
CONTRACT_DISCOUNT_PERCENT = 5
CONTRACT_TIERS = (("DRILL-18V", 10, Decimal("115.00")), ("DRILL-18V", 50, Decimal("109.00")))
CONTRACT_CREDIT_LIMIT = 25_000
CONTRACT_TERM = "30 Days"
COST_SHARE = Decimal("0.62")
WITHOUT_COST = ("LASER-3D",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One SKU; `net_price` in EUR. `options` are (attribute, value) pairs."""

    sku: str
    net_price: Decimal
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    title: str
    category: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A company and its buyer.

    The ERP has them all; `is_linked` false: nobody has told the portal which one this is.
    """

    email: str
    first_name: str
    last_name: str
    company: str
    street: str
    postal_code: str
    city: str
    country: str = "de"
    is_linked: bool = True


def _simple(sku: str, title: str, net_price: str, category: str) -> Product:
    return Product(
        title=title,
        category=category,
        variants=(Variant(sku=sku, net_price=Decimal(net_price)),),
    )


def _sized(title: str, category: str, attribute: str, sizes: dict[str, tuple[str, str]]) -> Product:
    """`sizes` maps the attribute's value to (SKU, net price)."""
    return Product(
        title=title,
        category=category,
        variants=tuple(
            Variant(sku=sku, net_price=Decimal(price), options=((attribute, value),))
            for value, (sku, price) in sizes.items()
        ),
    )


PRODUCTS = (
    _simple("DRILL-18V", "Cordless drill 18 V", "129.00", "Power tools"),
    _simple("GRINDER-125", "Angle grinder 125 mm", "84.50", "Power tools"),
    _simple("SAW-65", "Circular saw 65 mm", "149.00", "Power tools"),
    _simple("LASER-3D", "Cross-line laser 3D", "219.90", "Measuring"),
    _simple("TAPE-5M", "Tape measure 5 m", "7.35", "Measuring"),
    _simple("CABLE-3X15", "Installation cable 3 × 1.5 mm², 100 m", "58.20", "Electrical"),
    _simple("SOCKET-DBL", "Double socket, flush", "6.15", "Electrical"),
    _simple("BREAKER-B16", "Circuit breaker B16", "3.99", "Electrical"),
    _simple("LAMP-50W", "Site lamp LED 50 W", "42.75", "Lighting"),
    _simple("HELMET-W", "Safety helmet, white", "11.60", "Safety"),
    _sized(
        "Wall anchor, box of 100",
        "Fixings",
        "Size",
        {
            "6 mm": ("ANCHOR-6", "19.99"),
            "8 mm": ("ANCHOR-8", "24.49"),
            "10 mm": ("ANCHOR-10", "31.25"),
        },
    ),
    _sized(
        "Work gloves, pair",
        "Safety",
        "Size",
        {"M": ("GLOVE-M", "4.85"), "L": ("GLOVE-L", "4.85"), "XL": ("GLOVE-XL", "5.10")},
    ),
    _sized(
        "Extension lead",
        "Electrical",
        "Length",
        {"10 m": ("LEAD-10", "18.90"), "25 m": ("LEAD-25", "33.40")},
    ),
)

NORDWIND = Customer(
    email="erika@nordwind.test",
    first_name="Erika",
    last_name="Muster",
    company="Nordwind GmbH",
    street="Hafenstr. 1",
    postal_code="20457",
    city="Hamburg",
)
ATELIER = Customer(
    email="paul@atelier.test",
    first_name="Paul",
    last_name="Dupont",
    company="Atelier Dupont SARL",
    street="12 rue du Port",
    postal_code="13002",
    city="Marseille",
    country="fr",
)
NEWCOMER = Customer(
    email="ines@neubau.test",
    first_name="Ines",
    last_name="Krug",
    company="Neubau Krug KG",
    street="Am Deich 7",
    postal_code="27568",
    city="Bremerhaven",
    is_linked=False,
)
CUSTOMERS = (NORDWIND, ATELIER, NEWCOMER)


def customer_with(email: str) -> Customer | None:
    """The company's customer with that e-mail."""
    return next((one for one in CUSTOMERS if one.email == email), None)
