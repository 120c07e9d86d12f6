"""Fills the ERP stand-in with the company: products, customers, taxes, prices, a contract."""

from decimal import Decimal

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.sandbox.company import (
    CONTRACT_CREDIT_LIMIT,
    CONTRACT_DISCOUNT_PERCENT,
    CONTRACT_TERM,
    CONTRACT_TIERS,
    COST_SHARE,
    CURRENCIES,
    CUSTOMERS,
    NORDWIND,
    PRODUCTS,
    TAXES,
    WITHOUT_COST,
    Customer,
    Product,
    Variant,
)
from integrations.sandbox.seeds import ErpSeed

API_KEY = "sandbox-erp-key"  # of a stand-in on 127.0.0.1


def seed_erp(standin: OdooStandIn) -> ErpSeed:
    """Call it once, on a started stand-in that takes API_KEY."""
    standin.set_company_currency("EUR")
    for currency in CURRENCIES:
        standin.add_currency(currency)
    taxes = {
        code: standin.add_tax(f"{percent} % {code}", percent) for code, percent in TAXES.items()
    }
    skus: dict[str, int] = {}
    for product in PRODUCTS:
        skus |= _add_product(standin, product, taxes["VAT-DE"])
    pricelists = {code: standin.add_pricelist(f"B2B {code}", code) for code in CURRENCIES}
    customers = {one.email: _add_customer(standin, one) for one in CUSTOMERS}
    _sign_contract(standin, customers[NORDWIND.email], skus)
    return ErpSeed(
        url=standin.url,
        database=standin.database,
        api_key=API_KEY,
        pricelists=pricelists,
        taxes=taxes,
        customers=customers,
        shipping_product=standin.add_product("SHIPPING", "Freight", 0, kind="service"),
        rounding_product=standin.add_product("ROUNDING", "Rounding", 0, kind="service"),
        free_text_product=standin.add_product("CUSTOM", "Made to order", 0),
    )


def _add_customer(standin: OdooStandIn, customer: Customer) -> int:
    return standin.add_partner(
        customer.company,
        email=customer.email,
        street=customer.street,
        zip=customer.postal_code,
        city=customer.city,
        is_company=True,
    )


def _add_product(standin: OdooStandIn, product: Product, tax: int) -> dict[str, int]:
    """The ids of its variants by SKU."""
    base = min(variant.net_price for variant in product.variants)
    attributes = [name for variant in product.variants for name, _ in variant.options]
    ids = standin.add_template(
        product.title,
        base,
        [_variant(variant, base) for variant in product.variants],
        attribute=attributes[0] if attributes else "",
        tax_ids=[tax],
        category=product.category,
    )
    return {variant.sku: one for variant, one in zip(product.variants, ids, strict=True)}


def _variant(variant: Variant, base: Decimal) -> dict[str, object]:
    known: dict[str, object] = {"sku": variant.sku}
    if variant.sku not in WITHOUT_COST:
        known["standard_price"] = (variant.net_price * COST_SHARE).quantize(Decimal("0.01"))
    if not variant.options:
        return known
    # The ERP prices a variant as its product plus an extra.
    (_, value), extra = variant.options[0], variant.net_price - base
    return {**known, "value": value, "extra": extra}


def _sign_contract(standin: OdooStandIn, customer: int, skus: dict[str, int]) -> None:
    """Prices, terms and a credit limit of their own; everybody else has none."""
    pricelist = standin.add_pricelist(
        "Contract prices", discount_percent=CONTRACT_DISCOUNT_PERCENT, currency="EUR"
    )
    for sku, quantity, price in CONTRACT_TIERS:
        standin.add_rule(pricelist, product_id=skus[sku], min_quantity=quantity, fixed_price=price)
    standin.use_credit_limits()
    standin.set_credit_limit(customer, CONTRACT_CREDIT_LIMIT)
    standin.agree(customer, pricelist=pricelist, term=CONTRACT_TERM)
