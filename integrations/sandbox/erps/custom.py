"""The company of `goods.py` inside the two invented ERPs, each with its mapping."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from integrations.adapters import custom
from integrations.adapters.custom.sandbox.books import Firm, Goods, Line, Order
from integrations.adapters.custom.sandbox.odd import API_KEY, OddErp
from integrations.adapters.custom.sandbox.plain import CLIENT_ID, CLIENT_SECRET, PlainErp
from integrations.adapters.custom.sandbox.staff import Staff
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

EXAMPLES = Path(custom.__file__).parent / "examples"
PERCENTS = (0, 7, 10, 19, 20, 21)
_LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_PLAIN_PLACES: dict[Warehouse, str] = {"main": "main", "north": "north"}
_ODD_PLACES: dict[Warehouse, str] = {"main": "1", "north": "2"}


def mapping(name: str) -> str:
    """The text of an example: `plain` or `odd`."""
    return (EXAMPLES / f"{name}.yaml").read_text()


def filled(standin: PlainErp) -> FilledErp:
    """Call it once, on a started stand-in."""
    secrets = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return _filled(standin, standin.url, "plain", secrets, _PLAIN_PLACES)


def odd_filled(standin: OddErp) -> FilledErp:
    """Call it once, on a started stand-in that takes API_KEY."""
    return _filled(standin, standin.url, "odd", {"api_key": API_KEY}, _ODD_PLACES)


def _filled(
    standin: Staff, url: str, name: str, secrets: dict[str, str], places: dict[Warehouse, str]
) -> FilledErp:
    for percent in PERCENTS:
        standin.add_tax(f"V{percent}", Decimal(percent))
    variants = _add_range(standin)
    _fill_stock(standin, variants, places)
    _add_tiers(standin, variants)
    customers = _add_customers(standin)
    for tier in CONTRACT:
        firm = customers["contract"]
        standin.add_price(variants[tier.sku], firm, tier.min_quantity, tier.net_price)
    shipping, rounding, free_text = (
        _add_service(standin, sku) for sku in ("FREIGHT", "ROUNDING", "CUSTOM")
    )
    standin.add_past_order(_past_order(customers["usual"], variants["TAPE-5M"]))
    return FilledErp(
        kind="custom",
        url=url,
        settings={
            "mapping": mapping(name),
            "shipping_product_ref": shipping,
            "rounding_product_ref": rounding,
            "free_text_product_ref": free_text,
        },
        secrets=secrets,
        variants=variants,
        customers=customers,
        taxes={percent: (f"V{percent}",) for percent in PERCENTS},
        locations=places,
        shipping_ref=shipping,
    )


def _add_range(standin: Staff) -> dict[str, str]:
    """The refs of the articles by SKU."""
    found: dict[str, str] = {}
    for number, product in enumerate(RANGE, start=1):
        for variant in product.variants:
            ref = f"A{len(found) + 1:04d}"
            sizes = " ".join(value for _, value in variant.options)
            goods = Goods(
                ref=ref,
                sku=variant.sku,
                title=f"{product.title} {sizes}".strip(),
                product=f"P{number:03d}",
                product_title=product.title,
                category=product.category,
                price=variant.net_price,
                options=variant.options,
            )
            standin.add_goods(goods)
            found[variant.sku] = ref
    return found


def _add_service(standin: Staff, sku: str) -> str:
    """An article that the portal names on lines of its own; it has no price."""
    title = sku.capitalize()
    service = Goods(sku, sku, title, sku, title, "Services", Decimal(0))
    standin.add_goods(service)
    return service.ref


def _fill_stock(standin: Staff, variants: dict[str, str], places: dict[Warehouse, str]) -> None:
    for sku, goods in variants.items():
        for warehouse, pieces in STOCK.get(sku, USUAL_STOCK).items():
            standin.set_stock(goods, places[warehouse], pieces)


def _add_tiers(standin: Staff, variants: dict[str, str]) -> None:
    for tier in TIERS:
        standin.add_price(variants[tier.sku], "", tier.min_quantity, tier.net_price)


def _add_customers(standin: Staff) -> dict[Role, str]:
    found: dict[Role, str] = {}
    for number, one in enumerate(CUSTOMERS, start=10001):
        standin.add_firm(_firm(one, str(number)))
        found[one.role] = str(number)
    return found


def _firm(one: B2bCustomer, ref: str) -> Firm:
    limit = None if one.credit_limit is None else Decimal(one.credit_limit)
    return Firm(
        ref=ref,
        name=one.name,
        currency=one.currency,
        tax_id=one.tax_id,
        email=one.email,
        street=one.street,
        postal_code=one.postal_code,
        city=one.city,
        country=one.country,
        term=str(one.term_days),
        credit_limit=limit,
        owes=Decimal(one.owes),
        is_blocked=one.role == "blocked",
        is_exempt=one.role == "exempt",
    )


def _past_order(firm: str, goods: str) -> Order:
    ten = Decimal(10)
    line = Line(
        "1", "line_0", goods, "Tape measure 5 m", ten, Decimal("7.35"), Decimal(0), ("V19",),
        ten, ten,
    )  # fmt: skip
    return Order(
        ref="900",
        our_ref="order_01BEFORE",
        firm=firm,
        currency="EUR",
        lines=[line],
        state="confirmed",
        created_at=_LONG_AGO,
        changed_at=_LONG_AGO,
        is_touched=True,
    )
