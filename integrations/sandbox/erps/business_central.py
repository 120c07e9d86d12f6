"""The company of `goods.py` inside a Business Central stand-in."""

from decimal import Decimal

from integrations.adapters.business_central.sandbox import BusinessCentralStandIn
from integrations.sandbox.company import Product, Variant
from integrations.sandbox.goods import (
    CONTRACT,
    CUSTOMERS,
    RANGE,
    STOCK,
    TIERS,
    USUAL_STOCK,
    B2bCustomer,
    Role,
    Tier,
    Warehouse,
)
from integrations.sandbox.seeds import FilledErp

# One currency each of two, none and three decimal places beside the company's own.
CURRENCIES = ("USD", "JPY", "KWD")
PERCENTS = (0, 7, 10, 19, 20, 21)
SHIPPING = "account:6810"
ROUNDING = "account:6910"
FREE_TEXT = "account:6700"


def filled(standin: BusinessCentralStandIn) -> FilledErp:
    """Call it once, on a started stand-in."""
    for code in CURRENCIES:
        standin.add_currency(code)
    taxes = {percent: standin.add_vat_group(f"VAT{percent}", percent) for percent in PERCENTS}
    standin.add_account("6810", "Freight", vat="VAT19")
    standin.add_account("6910", "Rounding", vat="VAT0")
    standin.add_account("6700", "Made to order", vat="VAT19")
    variants: dict[str, str] = {}
    for product in RANGE:
        variants |= {one.sku: _add(standin, product, one) for one in product.variants}
    locations: dict[Warehouse, str] = {
        "main": standin.add_location("MAIN", "Main warehouse"),
        "north": standin.add_location("NORTH", "North depot"),
    }
    _fill_stock(standin, variants, locations)
    customers = _customers(standin)
    _price(standin, variants)
    return FilledErp(
        kind="business_central",
        url=standin.url,
        settings={
            "tenant_id": standin.tenant,
            "environment": standin.environment,
            "company_id": standin.company_id,
            "client_id": standin.client_id,
            "token_url": standin.url,
            "extension_api": standin.extension,
            "shipping_product_ref": SHIPPING,
            "rounding_product_ref": ROUNDING,
            "free_text_product_ref": FREE_TEXT,
            "untaxed_code": taxes[0],
            "location_id": locations["main"],
            "payment_journal_id": standin.add_payment_journal("SHOP"),
            "lost_answer_wait_s": "2",
            "write_timeout_s": "0",
            "reread_minutes": "0",
        },
        secrets={"client_secret": standin.client_secret},
        variants=variants,
        customers=customers,
        taxes={percent: (code,) for percent, code in taxes.items()},
        locations={"main": "MAIN", "north": "NORTH"},
        shipping_ref=SHIPPING,
    )


def _add(standin: BusinessCentralStandIn, product: Product, variant: Variant) -> str:
    """Each SKU is an item: item variants have no price of their own."""
    sizes = " ".join(value for _, value in variant.options)
    return standin.add_item(
        variant.sku,
        f"{product.title} {sizes}".strip(),
        variant.net_price,
        vat="VAT19",
        category=product.category,
    )


def _fill_stock(
    standin: BusinessCentralStandIn, variants: dict[str, str], locations: dict[Warehouse, str]
) -> None:
    for sku, item_id in variants.items():
        for warehouse, pieces in STOCK.get(sku, USUAL_STOCK).items():
            standin.set_stock(item_id, locations[warehouse], pieces)


def _customers(standin: BusinessCentralStandIn) -> dict[Role, str]:
    terms = {
        days: standin.add_payment_term(f"{days}D", f"{days}D")
        for days in sorted({14} | {one.term_days for one in CUSTOMERS})
    }
    return {one.role: _customer(standin, one, terms[one.term_days]) for one in CUSTOMERS}


def _customer(standin: BusinessCentralStandIn, one: B2bCustomer, term: str) -> str:
    return standin.add_customer(
        one.name,
        vat="EXEMPT" if one.role == "exempt" else "DOMESTIC",
        owes=one.owes,
        price_group="CONTRACT" if one.role == "contract" else "",
        addressLine1=one.street,
        postalCode=one.postal_code,
        city=one.city,
        country=one.country,
        email=one.email,
        taxRegistrationNumber=one.tax_id,
        currencyCode="" if one.currency == standin.local_currency else one.currency,
        paymentTermsId=term,
        creditLimit=Decimal(one.credit_limit or 0),
        blocked="All" if one.role == "blocked" else " ",
    )


def _price(standin: BusinessCentralStandIn, variants: dict[str, str]) -> None:
    for tier in TIERS:
        _tier(standin, variants, tier, ("All Customers", ""))
    for tier in CONTRACT:
        _tier(standin, variants, tier, ("Customer Price Group", "CONTRACT"))


def _tier(
    standin: BusinessCentralStandIn, variants: dict[str, str], tier: Tier, source: tuple[str, str]
) -> None:
    standin.add_price_line(
        variants[tier.sku],
        source=source,
        minimumQuantity=Decimal(tier.min_quantity),
        unitPrice=tier.net_price,
        priceListCode="S00002" if source[1] else "S00001",
        priceListDescription="Contract prices" if source[1] else "General price list",
    )
