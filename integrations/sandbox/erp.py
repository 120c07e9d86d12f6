"""Fills the ERP stand-in with the company: products, customers, taxes, pricelists."""

from decimal import Decimal

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.sandbox.company import (
    CURRENCIES,
    CUSTOMERS,
    PRODUCTS,
    TAXES,
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
    for product in PRODUCTS:
        _add_product(standin, product, taxes["VAT-DE"])
    return ErpSeed(
        url=standin.url,
        database=standin.database,
        api_key=API_KEY,
        pricelists={code: standin.add_pricelist(f"B2B {code}", code) for code in CURRENCIES},
        taxes=taxes,
        customers={one.email: _add_customer(standin, one) for one in CUSTOMERS},
        shipping_product=standin.add_product("SHIPPING", "Freight", 0, kind="service"),
        rounding_product=standin.add_product("ROUNDING", "Rounding", 0, kind="service"),
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


def _add_product(standin: OdooStandIn, product: Product, tax: int) -> None:
    base = min(variant.net_price for variant in product.variants)
    attributes = [name for variant in product.variants for name, _ in variant.options]
    standin.add_template(
        product.title,
        base,
        [_variant(variant, base) for variant in product.variants],
        attribute=attributes[0] if attributes else "",
        tax_ids=[tax],
        category=product.category,
    )


def _variant(variant: Variant, base: Decimal) -> dict[str, object]:
    if not variant.options:
        return {"sku": variant.sku}
    # The ERP prices a variant as its product plus an extra.
    (_, value), extra = variant.options[0], variant.net_price - base
    return {"sku": variant.sku, "value": value, "extra": extra}
