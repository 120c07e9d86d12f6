"""The database in which the recordings were made, as far as they show it, in the stand-in.

Ids are those of the recordings, so that recorded requests can be sent as they are.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.adapters.odoo.sandbox.sales import create_order

API_KEY = "lab-service-key"
STAFF_KEY = "lab-staff-key"
SALES_KEY = "lab-sales-key"  # without rights in accounting
SEEDED_AT = datetime(2026, 11, 23, 8, 22, tzinfo=UTC)
CUSTOMERS = (
    (46, "Acme Lab GmbH", "CUST-001", 4, 1, 50000),
    (48, "Borealis Lab AB", "CUST-002", 5, 2, 10000),
    (50, "Cobalt Lab SA", "CUST-003", False, 3, None),
    (52, "Delta Lab Ltd", "CUST-004", 4, 4, 500),
    (54, "Echo Lab BV", "CUST-005", 5, 5, 2500),
)
# (id, name, lines of (id, percent, counted, days))
LATER_TERMS = (
    (6, "End of Following Month", [(6, 100, "days_after_end_of_next_month", 0)]),
    (7, "10 Days after End of Next Month", [(7, 100, "days_after_end_of_next_month", 10)]),
    (8, "30% Now, Balance 60 Days", [(8, 30, "days_after", 0), (9, 70, "days_after", 60)]),
)
_SEASON = {"date_start": "2026-01-01T00:00:00+00:00", "date_end": "2036-12-31T23:59:59+00:00"}
_YEAR_2020 = {"date_start": "2020-01-01T00:00:00+00:00", "date_end": "2020-12-31T23:59:59+00:00"}
_AUTUMN = {"date_start": "2026-11-01T00:00:00+00:00", "date_end": "2026-12-31T23:59:59+00:00"}
_ON_COST: dict[str, Any] = {"compute_price": "formula", "base": "standard_price"}
_XL: dict[str, Any] = {"product_id": 77, "product_tmpl_id": 57}
# (id, pricelist, values), the narrower one of two that are named decides what it applies to
QUANTS = (
    (45, 60, 5, 120, 107),
    (47, 60, 34, 10, 5),
    (48, 61, 5, 130, 52),
    (50, 61, 34, 15, 1),
    (105, 61, 5, 0, 1),
    (106, 61, 5, 0, 1),
    (107, 61, 5, 0, 1),
)
RULES: tuple[tuple[int, int, dict[str, Any]], ...] = (
    (1, 4, {"percent_price": 10}),
    (2, 4, {"product_id": 58, "product_tmpl_id": 41, "fixed_price": "7.78"}),
    (3, 4, {"categ_id": 11, "percent_price": 20, **_SEASON}),
    (4, 5, {"product_tmpl_id": 42, "fixed_price": 18, "min_quantity": 10}),
    (5, 5, {"product_tmpl_id": 42, "fixed_price": 16, "min_quantity": 100}),
    (6, 5, {"product_tmpl_id": 42, "fixed_price": 1, **_YEAR_2020}),
    (7, 5, {**_ON_COST, "price_discount": -30}),
    (8, 7, {**_XL, "fixed_price": 199, **_AUTUMN}),
    (9, 7, {"product_tmpl_id": 44, "percent_price": 15, "min_quantity": 50}),
    (
        10,
        7,
        {
            "product_tmpl_id": 49,
            "compute_price": "formula",
            "price_discount": "12.5",
            "price_round": "0.05",
            "price_surcharge": "-0.01",
        },
    ),
    (
        11,
        7,
        {
            "product_tmpl_id": 50,
            "compute_price": "formula",
            "price_discount": "12.5",
            "price_min_margin": -5,
            "price_max_margin": 50,
        },
    ),
    (12, 7, {"categ_id": 12, **_ON_COST, "price_discount": -25}),
    (
        13,
        7,
        {
            "compute_price": "formula",
            "base": "pricelist",
            "base_pricelist_id": 4,
            "price_discount": 5,
        },
    ),
)


def new_lab(*, version: int = 19) -> OdooStandIn:
    """A stand-in with the lab's company inside; not started yet."""
    lab = OdooStandIn(
        version=version, database="lab", api_key=API_KEY, login="svc", staff_key=STAFF_KEY
    )
    lab.store.clock = lambda: SEEDED_AT
    _users_and_company(lab)
    _money(lab)
    _customers(lab)
    _products(lab)
    _rules(lab)
    _depots(lab)
    lab.store.clock = lambda: datetime.now(UTC)
    return lab


def confirmed_order(lab: OdooStandIn) -> int:
    """An order that is there already when a recording begins."""
    order = {"partner_id": 46, "order_line": [[0, 0, {"product_id": 58, "product_uom_qty": 1}]]}
    with lab.store.transaction():
        order_id = create_order(lab.store, order)
    return lab.confirm(order_id)


def put(lab: OdooStandIn, model: str, row_id: int, **values: Any) -> int:
    """A row with this id; an existing one is changed."""
    if lab.store.exists(model, row_id):
        lab.store.update(model, row_id, values)
        return row_id
    lab.store.skip_to(model, row_id - 1)
    return int(lab.store.insert(model, values)["id"])


def _users_and_company(lab: OdooStandIn) -> None:
    put(lab, "res.company", 1, name="My Company (San Francisco)", account_use_credit_limit=True)
    lab.service_uid = put(
        lab,
        "res.users",
        7,
        name="Portal Service",
        login="svc",
        tz="Europe/Brussels",
        company_id=1,
        company_ids=[1],
    )
    lab.sign_in_as(API_KEY, uid=7, login="svc")
    put(lab, "res.users", 8, name="Salesman", login="sales", company_id=1, company_ids=[1])
    lab.sign_in_as(SALES_KEY, uid=8, login="sales", lacks=frozenset({"accounting"}))


def _money(lab: OdooStandIn) -> None:
    put(lab, "res.currency", 1, symbol="$")
    put(lab, "res.currency", 4, name="CHF", rate=Decimal("1.3086"), active=False, decimal_places=2)
    euro = {"name": "EUR", "symbol": "€", "rounding": Decimal("0.01"), "rate": Decimal("0.92")}
    put(lab, "res.currency", 126, **euro)
    put(lab, "account.tax", 1, name="15%", amount=Decimal(15), company_id=1)
    put(lab, "account.tax", 3, name="0% Exports", amount=Decimal(0), company_id=1)
    put(lab, "account.fiscal.position", 2, name="Foreign Trade", tax_map={1: 3})
    for number, (name, days) in enumerate(
        [
            ("Immediate Payment", 0),
            ("15 Days", 15),
            ("21 Days", 21),
            ("30 Days", 30),
            ("45 Days", 45),
        ],
        start=1,
    ):
        put(lab, "account.payment.term", number, name=name, due_days=days)
        due = {"value": "percent", "value_amount": Decimal(100), "nb_days": days}
        put(lab, "account.payment.term.line", number, payment_id=number, **due)
    for number, name, lines in LATER_TERMS:
        put(lab, "account.payment.term", number, name=name)
        for line, percent, delay_type, days in lines:
            due = {"value": "percent", "value_amount": Decimal(percent), "nb_days": days}
            of = {"payment_id": number, "delay_type": delay_type}
            put(lab, "account.payment.term.line", line, **of, **due)
    lab.store.delete("product.pricelist", 1)
    for number, name, currency in (
        (3, "Default", 1),
        (4, "Lab Gold", 1),
        (5, "Lab Volume", 1),
        (6, "Lab EUR", 126),
        (7, "Lab Rules", 1),
    ):
        put(lab, "product.pricelist", number, name=name, currency_id=currency, company_id=1)


def _depots(lab: OdooStandIn) -> None:
    """Two warehouses, and the quants of two products as `30-stock` shows them: Odoo may keep
    several of one product in one place."""
    for number, name, code, location in (
        (1, "YourCompany", "WH", 5),
        (3, "East Depot", "EAST", 34),
    ):
        of = {"usage": "internal", "warehouse_id": number}
        put(lab, "stock.location", location, name="Stock", complete_name=f"{code}/Stock", **of)
        values = {"code": code, "company_id": 1, "lot_stock_id": location}
        put(lab, "stock.warehouse", number, name=name, **values)
    for number, product, location, quantity, reserved in QUANTS:
        of = {"product_id": product, "location_id": location}
        put(lab, "stock.quant", number, quantity=quantity, reserved_quantity=reserved, **of)


def _rules(lab: OdooStandIn) -> None:
    """The rules of the recorded database, as `20-pricelists` shows them."""
    for number, pricelist, values in RULES:
        lab.store.skip_to("product.pricelist.item", number - 1)
        lab.add_rule(pricelist, **values)


def _customers(lab: OdooStandIn) -> None:
    for number, name, ref, pricelist, term, limit in CUSTOMERS:
        put(
            lab,
            "res.partner",
            number,
            name=name,
            ref=ref,
            is_company=True,
            specific_property_product_pricelist=pricelist,
            property_payment_term_id=term,
            credit_limit=limit or False,
            sale_warn_msg="Always ask for a purchase order number." if number == 48 else False,
            property_account_position_id=2 if number == 54 else False,
        )
        dock = {"name": f"{name} dock", "parent_id": number, "type": "delivery"}
        put(lab, "res.partner", number + 1, **dock)


def _products(lab: OdooStandIn) -> None:
    put(lab, "product.category", 11, name="Seals", complete_name="Lab parts / Seals")
    put(lab, "product.category", 12, name="Tools", complete_name="Lab parts / Tools")
    put(lab, "uom.uom", 2, name="Pack of 6", factor=Decimal(6))
    put(lab, "delivery.carrier", 2, name="The Poste")
    _simple(lab, 57, 40, "Delivery_009", "The Poste", 20, type="service", is_storable=False)
    for number in range(1, 17):
        values: dict[str, Any] = {
            "description_sale": f"Sales text for LAB-{number:03d}",
            "invoice_policy": "order" if number % 2 else "delivery",
            "categ_id": {1: 11, 2: 12}.get(number % 3, False),
        }
        _simple(
            lab,
            57 + number,
            40 + number,
            f"LAB-{number:03d}",
            f"Lab part {number}",
            10 * number,
            **values,
        )
        put(lab, "product.product", 57 + number, standard_price=Decimal(6 * number))
    _variants(lab)
    _simple(lab, 78, 58, "LAB-SHIP", "Lab shipping", 15, type="service", is_storable=False)
    _simple(lab, 19082, 19062, "LAB-DUP", "Lab duplicate 1", 10)
    _simple(lab, 19083, 19063, "LAB-DUP", "Lab duplicate 2", 11)
    _simple(lab, 19084, 19064, "LAB-900", "Lab discontinued", 99)
    _simple(lab, 19085, 19065, "LAB-SVC", "Lab service", 50, type="service", is_storable=False)
    untracked = "Lab kit item, not tracked"
    _simple(lab, 19086, 19066, "LAB-NST", untracked, 5, is_storable=False)
    first = {"barcode": "5901234500001", "weight": Decimal("0.1"), "standard_price": Decimal("6.5")}
    put(lab, "product.product", 58, **first)
    put(lab, "product.template", 41, description_sale="x")
    put(lab, "product.product", 73, on_hand=Decimal(201))


def _simple(
    lab: OdooStandIn,
    product: int,
    template: int,
    sku: str,
    name: str,
    price: int,
    **values: Any,
) -> None:
    fixed = {"type": "consu", "is_storable": True, "uom_id": 1}
    kept = {"taxes_id": [1], "invoice_policy": "order", "list_price": Decimal(price)}
    put(lab, "product.template", template, name=name, **{**fixed, **kept, **values})
    put(
        lab,
        "product.product",
        product,
        product_tmpl_id=template,
        default_code=sku,
        on_hand=False,
    )


def _variants(lab: OdooStandIn) -> None:
    put(lab, "product.attribute", 12, name="Lab size")
    fixed = {"type": "consu", "is_storable": True, "uom_id": 1}
    kept = {"taxes_id": [1], "invoice_policy": "order", "categ_id": 12}
    name = "Lab variant part"
    put(lab, "product.template", 57, name=name, list_price=Decimal(200), **fixed, **kept)
    for number, (value, extra) in enumerate((("S", 0), ("M", 0), ("L", 0), ("XL", 26))):
        of = {"attribute_id": 12, "price_extra": Decimal(extra)}
        put(lab, "product.template.attribute.value", 25 + number, name=value, **of)
        put(
            lab,
            "product.product",
            74 + number,
            product_tmpl_id=57,
            default_code=f"LAB-{17 + number:03d}",
            barcode=f"59012345000{17 + number}",
            product_template_attribute_value_ids=[25 + number],
        )
