"""The company of `goods.py` inside an Odoo stand-in."""

from decimal import Decimal

from integrations.adapters.odoo.sandbox import OdooStandIn
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

API_KEY = "sandbox-odoo-key"  # of a stand-in on 127.0.0.1
# One currency each of two, none and three decimal places.
CURRENCIES = {"EUR": "1", "USD": "1.10", "JPY": "160", "KWD": "0.33"}
PERCENTS = (0, 7, 10, 19, 20, 21)


def filled(standin: OdooStandIn) -> FilledErp:
    """Call it once, on a started stand-in that takes API_KEY."""
    standin.set_company_currency("EUR")
    for code, rate in CURRENCIES.items():
        standin.add_currency(code, rate=rate)
    taxes = {percent: standin.add_tax(f"VAT {percent} %", percent) for percent in PERCENTS}
    variants: dict[str, int] = {}
    for product in RANGE:
        variants |= _add_product(standin, product, taxes[19])
    locations = _warehouses(standin)
    _fill_stock(standin, variants, locations)
    lists = _price_lists(standin, variants)
    customers = _customers(standin, lists, taxes)
    shipping = standin.add_product("SHIPPING", "Freight", 0, kind="service")
    rounding = standin.add_product("ROUNDING", "Rounding", 0, kind="service")
    free_text = standin.add_product("CUSTOM", "Made to order", 0)
    return FilledErp(
        kind="odoo",
        url=standin.url,
        settings={
            "database": standin.database,
            "login": "portal",
            "pricelists": ", ".join(f"{code}={lists[code]}" for code in CURRENCIES),
            "shipping_product_ref": str(shipping),
            "rounding_product_ref": str(rounding),
            "free_text_product_ref": str(free_text),
        },
        secrets={"api_key": API_KEY},
        variants={sku: str(one) for sku, one in variants.items()},
        customers={role: str(one) for role, one in customers.items()},
        taxes={percent: (str(one),) for percent, one in taxes.items()},
        locations={name: str(one) for name, one in locations.items()},
        shipping_ref=str(shipping),
    )


# -- goods


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
    """Odoo prices a variant as its product plus an extra."""
    known: dict[str, object] = {"sku": variant.sku}
    if not variant.options:
        return known
    return {**known, "value": variant.options[0][1], "extra": variant.net_price - base}


def _warehouses(standin: OdooStandIn) -> dict[Warehouse, int]:
    north = standin.add_warehouse("North depot", "NORTH")
    return {"main": standin.main_warehouse, "north": north}


def _fill_stock(
    standin: OdooStandIn, variants: dict[str, int], locations: dict[Warehouse, int]
) -> None:
    for sku, product in variants.items():
        for name, pieces in STOCK.get(sku, USUAL_STOCK).items():
            standin.set_stock(product, pieces, warehouse=locations[name])


# -- prices


def _price_lists(standin: OdooStandIn, variants: dict[str, int]) -> dict[str, int]:
    """By currency those of everybody, and `contract`."""
    lists = {code: standin.add_pricelist(f"B2B {code}", code) for code in CURRENCIES}
    lists["contract"] = standin.add_pricelist("Brandt contract", "EUR")
    _add_tiers(standin, lists["EUR"], TIERS, variants)
    _add_tiers(standin, lists["contract"], CONTRACT, variants)
    return lists


def _add_tiers(
    standin: OdooStandIn, pricelist: int, tiers: tuple[Tier, ...], variants: dict[str, int]
) -> None:
    for tier in tiers:
        standin.add_rule(
            pricelist,
            product_id=variants[tier.sku],
            min_quantity=tier.min_quantity,
            fixed_price=tier.net_price,
        )


# -- customers


def _customers(
    standin: OdooStandIn, lists: dict[str, int], taxes: dict[int, int]
) -> dict[Role, int]:
    standin.use_credit_limits()
    found = {one.role: _add_customer(standin, one, lists) for one in CUSTOMERS}
    standin.exempt(found["exempt"], {taxes[19]: taxes[0]})
    standin.archive_partner(found["blocked"])
    return found


def _add_customer(standin: OdooStandIn, customer: B2bCustomer, lists: dict[str, int]) -> int:
    partner = standin.add_partner(
        customer.name,
        ref=customer.role.upper(),
        email=customer.email,
        vat=customer.tax_id or False,
        street=customer.street,
        zip=customer.postal_code,
        city=customer.city,
        country_id=standin.country(customer.country),
        is_company=True,
    )
    standin.add_partner(
        f"Purchasing of {customer.name}", parent_id=partner, email=customer.email, type="contact"
    )
    own = lists["contract"] if customer.role == "contract" else lists[customer.currency]
    standin.agree(partner, pricelist=own, term=f"{customer.term_days} Days")
    if customer.credit_limit is not None:
        standin.set_credit_limit(partner, customer.credit_limit)
    if customer.owes:
        _owe(standin, partner, customer.owes)
    return partner


def _owe(standin: OdooStandIn, partner: int, gross: int) -> None:
    """An invoice that they have not paid."""
    service = standin.add_product(f"OLD-{partner}", "Earlier work", 0, kind="service")
    standin.archive_product(service)
    order = standin.add_order(partner, "", [(service, 1, gross)])
    standin.confirm(order)
    standin.invoice(order)
