"""The company of `goods.py` inside a NetSuite stand-in."""

from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from integrations.adapters.netsuite.sandbox import NetSuiteStandIn
from integrations.sandbox.company import COST_SHARE, WITHOUT_COST, Product, Variant
from integrations.sandbox.goods import (
    CONTRACT,
    CUSTOMERS,
    RANGE,
    STOCK,
    TIERS,
    USUAL_STOCK,
    B2bCustomer,
    Role,
    Warehouse,
)
from integrations.sandbox.seeds import FilledErp

CLIENT_ID = "sandbox-netsuite-client"
CERTIFICATE_ID = "sandbox-certificate"
# NetSuite knows currencies of two and of no decimals, none of three.
CURRENCIES = {"EUR": ("Euro", 2), "USD": ("US Dollar", 2), "JPY": ("Yen", 0), "KWD": ("Dinar", 2)}
RATES = {"USD": Decimal("1.10"), "JPY": Decimal(160)}
PERCENTS = (0, 7, 10, 19, 20, 21)
Ids = dict[str, int]


def filled(standin: NetSuiteStandIn) -> FilledErp:
    """Call it once, on a started stand-in."""
    private_key = sign_in(standin)
    currencies = {
        code: standin.add_currency(code, name, precision=digits, is_base=code == "EUR")
        for code, (name, digits) in CURRENCIES.items()
    }
    taxes = {percent: standin.add_tax_code(f"VAT {percent} %", percent) for percent in PERCENTS}
    locations: dict[Warehouse, int] = {
        "main": standin.add_location("Main warehouse"),
        "north": standin.add_location("North depot"),
    }
    unit = standin.store.add("unit", name="Each")
    variants: Ids = {}
    for product in RANGE:
        variants |= _add_product(standin, product, unit)
    _fill_stock(standin, variants, locations)
    contract = _prices(standin, variants, currencies)
    customers = _customers(standin, currencies, contract)
    _agreements(standin, customers, variants)
    services = {"saleunit": unit, "stockunit": unit}
    shipping = standin.add_item("SHIPPING", "Freight", kind="Service", **services)
    rounding = standin.add_item("ROUNDING", "Rounding", kind="Service", **services)
    free_text = standin.add_item("CUSTOM", "Made to order", kind="NonInvtPart", **services)
    return FilledErp(
        kind="netsuite",
        url=standin.url,
        settings={
            "account_id": standin.signin.realm,
            "certificate_id": CERTIFICATE_ID,
            "time_zone": standin.store.zone.key,
            "matrix_options": ", ".join(
                f"{name}=custitem_{name.lower()}" for name in sorted(_option_names())
            ),
            "shipping_product_ref": str(shipping),
            "rounding_product_ref": str(rounding),
            "free_text_product_ref": str(free_text),
        },
        secrets={"client_id": CLIENT_ID, "private_key": private_key},
        variants={sku: str(one) for sku, one in variants.items()},
        customers={role: str(one) for role, one in customers.items()},
        taxes={percent: (str(one),) for percent, one in taxes.items()},
        locations={name: str(one) for name, one in locations.items()},
        shipping_ref=str(shipping),
    )


def sign_in(standin: NetSuiteStandIn, *, certificate_id: str = CERTIFICATE_ID) -> str:
    """Maps the certificate of a new key pair; the private key as PEM text."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    standin.map_certificate(certificate_id, client_id=CLIENT_ID, public_key=public.decode())
    return pem_of(key)


def pem_of(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


# -- goods


def _option_names() -> set[str]:
    variants = (variant for product in RANGE for variant in product.variants)
    return {name for variant in variants for name, _ in variant.options}


def _add_product(standin: NetSuiteStandIn, product: Product, unit: int) -> Ids:
    """The ids of its variants by SKU; several variants are the members of a matrix."""
    category = _named(standin, "classification", product.category)
    about: dict[str, Any] = {"class": category, "saleunit": unit, "stockunit": unit}
    if len(product.variants) == 1:
        (variant,) = product.variants
        return {variant.sku: _add_item(standin, variant, product.title, 0, about)}
    parent = standin.add_item(
        f"{product.variants[0].sku.partition('-')[0]}-ALL",
        product.title,
        matrixtype="PARENT",
        **about,
    )
    return {
        variant.sku: _add_item(standin, variant, product.title, parent, about)
        for variant in product.variants
    }


def _add_item(
    standin: NetSuiteStandIn, variant: Variant, title: str, parent: int, about: dict[str, Any]
) -> int:
    cost = None if variant.sku in WITHOUT_COST else round(variant.net_price * COST_SHARE, 2)
    options = {
        standin.add_item_field(f"custitem_{name.lower()}"): value for name, value in variant.options
    }
    return standin.add_item(
        variant.sku, title, parent=parent, averagecost=cost, **{**about, **options}
    )


def _named(standin: NetSuiteStandIn, table: str, name: str) -> int:
    known = standin.store.table(table).values()
    found = next((int(row["id"]) for row in known if row["name"] == name), 0)
    return found or standin.store.add(table, name=name)


def _fill_stock(standin: NetSuiteStandIn, variants: Ids, locations: dict[Warehouse, int]) -> None:
    for sku, item in variants.items():
        for name, pieces in STOCK.get(sku, USUAL_STOCK).items():
            standin.set_stock(item, locations[name], pieces)


# -- prices


def _prices(standin: NetSuiteStandIn, variants: Ids, currencies: Ids) -> int:
    """The base level in all currencies, tiers in euros; the contract's level, which it returns."""
    for product in RANGE:
        for variant in product.variants:
            item = variants[variant.sku]
            standin.set_price(item, variant.net_price, currency=currencies["EUR"])
            for code, rate in RATES.items():
                price = round(variant.net_price * rate, CURRENCIES[code][1])
                standin.set_price(item, price, currency=currencies[code])
    for tier in TIERS:
        standin.set_price(
            variants[tier.sku],
            tier.net_price,
            currency=currencies["EUR"],
            quantity=tier.min_quantity,
        )
    contract = standin.add_price_level("Brandt contract")
    for tier in CONTRACT:
        if tier.sku != "TAPE-5M":
            standin.set_price(
                variants[tier.sku],
                tier.net_price,
                currency=currencies["EUR"],
                level=contract,
                quantity=tier.min_quantity if tier.min_quantity > 1 else 0,
            )
    return contract


def _agreements(standin: NetSuiteStandIn, customers: dict[Role, int], variants: Ids) -> None:
    """One price was agreed on the customer's record, without a level."""
    for tier in CONTRACT:
        if tier.sku == "TAPE-5M":
            standin.agree(customers["contract"], variants[tier.sku], price=tier.net_price)


# -- customers


def _customers(standin: NetSuiteStandIn, currencies: Ids, contract: int) -> dict[Role, int]:
    terms = {days: standin.add_term(f"Net {days}", days) for days in (14, 30)}
    standin.add_term("15th of the following month", None)
    levels = {"contract": contract}
    return {
        one.role: _add_customer(
            standin,
            one,
            currencies,
            level=levels.get(one.role, 1),
            term=terms[one.term_days],
        )
        for one in CUSTOMERS
    }


def _add_customer(
    standin: NetSuiteStandIn, one: B2bCustomer, currencies: Ids, *, level: int, term: int
) -> int:
    customer = standin.add_customer(
        one.name,
        currency=currencies[one.currency],
        currencies=set(currencies.values()),
        email=one.email,
        pricelevel=level,
        terms=term,
        creditlimit=None if one.credit_limit is None else Decimal(one.credit_limit),
        balance=Decimal(one.owes),
        creditholdoverride="ON" if one.role == "blocked" else "AUTO",
        taxable="F" if one.role == "exempt" else "T",
        defaulttaxreg=one.tax_id or None,
    )
    standin.add_address(
        customer,
        addressee=one.name,
        addr1=one.street,
        zip=one.postal_code,
        city=one.city,
        country=one.country,
    )
    standin.add_contact(customer, f"Purchasing of {one.name}", one.email)
    return customer
