"""The company of `goods.py` in an SAP stand-in, as its consultants would set it up."""

from decimal import Decimal

from integrations.adapters.sap.sandbox import SapStandIn
from integrations.sandbox.company import COST_SHARE, WITHOUT_COST, Product, Variant
from integrations.sandbox.goods import (
    CONTRACT,
    CUSTOMERS,
    RANGE,
    STOCK,
    TIERS,
    USUAL_STOCK,
    B2bCustomer,
    Tier,
    Warehouse,
)
from integrations.sandbox.seeds import FilledErp

PASSWORD = "sandbox-erp-password"  # noqa: S105 of a stand-in on 127.0.0.1
PLANTS: dict[Warehouse, str] = {"main": "1010", "north": "1020"}
# Tax classes of a material by percent; a class is one character.
TAX_CLASSES = {19: "1", 7: "2", 20: "3", 21: "4", 10: "5", 0: "0"}
SHIPPING, ROUNDING, FREE_TEXT = "FREIGHT", "ROUNDING", "CUSTOM"
DRAFT_BLOCK, REJECTION = "Z1", "00"


def filled(standin: SapStandIn) -> FilledErp:
    """Call it once, on a started stand-in that takes PASSWORD."""
    company = standin.company
    for percent, tax_class in TAX_CLASSES.items():
        company.tax_percent["1", tax_class] = Decimal(percent)
    for product in RANGE:
        for variant in product.variants:
            _add_material(standin, product, variant)
    services = {SHIPPING: "Freight", ROUNDING: "Rounding difference", FREE_TEXT: "Made to order"}
    for number, title in services.items():
        company.add_material(number, title, is_service=True, tax_class="0")
    customers = {
        one.role: _add_customer(standin, one, str(10100001 + place))
        for place, one in enumerate(CUSTOMERS)
    }
    _agree(standin, customers["contract"])
    variants = {variant.sku: variant.sku for product in RANGE for variant in product.variants}
    return FilledErp(
        kind="sap",
        url=standin.url,
        settings=_settings(standin),
        secrets={"password": standin.password},
        variants=variants,
        customers=customers,
        taxes={percent: (tax_class,) for percent, tax_class in TAX_CLASSES.items()},
        locations=PLANTS,
        shipping_ref=SHIPPING,
    )


def _settings(standin: SapStandIn) -> dict[str, str]:
    company = standin.company
    return {
        "user": standin.user,
        "client": standin.client,
        "sales_organization": company.sales_organization,
        "distribution_channel": company.channel,
        "division": company.division,
        "draft_block": DRAFT_BLOCK,
        "rejection_reason": REJECTION,
        "currencies": "EUR, USD, JPY, KWD",
        "plants": ", ".join(PLANTS.values()),
        "atp_rule": "A",
        "credit_segment": "1000",
        "payment_terms": "0001=0 At once, 0004=30 Net 30",
        "rounding_product_ref": ROUNDING,
        "shipping_product_ref": SHIPPING,
        "free_text_product_ref": FREE_TEXT,
        "tracking_url": "https://track.example.test/{number}",
    }


def _add_material(standin: SapStandIn, product: Product, variant: Variant) -> None:
    company = standin.company
    size = " ".join(value for _, value in variant.options)
    title = f"{product.title} {size}".strip()
    company.add_material(variant.sku, title, group=product.category[:9])
    scale: dict[int, str | Decimal] = {
        tier.min_quantity: tier.net_price for tier in TIERS if tier.sku == variant.sku
    }
    company.add_price(variant.sku, variant.net_price, scale=scale or None)
    if variant.sku not in WITHOUT_COST:
        company.costs[variant.sku] = round(variant.net_price * COST_SHARE, 2)
    for warehouse, quantity in {**USUAL_STOCK, **STOCK.get(variant.sku, {})}.items():
        company.set_stock(variant.sku, PLANTS[warehouse], quantity)


def _add_customer(standin: SapStandIn, one: B2bCustomer, number: str) -> str:
    company = standin.company
    company.add_customer(
        number,
        one.name,
        street=one.street,
        postal_code=one.postal_code,
        city=one.city,
        country=one.country,
        tax_id=one.tax_id,
        email=one.email,
        currency=one.currency,
        terms="0004",
        is_exempt=one.role == "exempt",
        credit_limit=one.credit_limit,
    )
    company.add_contact(number, f"Purchasing of {one.name}", email=one.email)
    if one.role == "blocked":
        company.block_customer(number)
    if one.owes:
        company.owe(number, one.owes, currency=one.currency)
    return number


def _agree(standin: SapStandIn, customer: str) -> None:
    """The contract prices: one record per material, with a scale where there are tiers."""
    by_sku: dict[str, list[Tier]] = {}
    for tier in CONTRACT:
        by_sku.setdefault(tier.sku, []).append(tier)
    for sku, tiers in by_sku.items():
        first, *more = sorted(tiers, key=lambda tier: tier.min_quantity)
        scale: dict[int, str | Decimal] = {tier.min_quantity: tier.net_price for tier in more}
        standin.company.add_price(sku, first.net_price, scale=scale or None, Customer=customer)
