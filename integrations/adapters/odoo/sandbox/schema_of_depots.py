"""Models and fields of warehouses, stock and countries; part of `schema.py`."""

from integrations.adapters.odoo.sandbox.fields import (
    FieldDef,
    ModelDef,
    char,
    choice,
    number,
    one,
)

DEPOT_MODELS = {
    "res.country": ModelDef(label="Country", fields={"name": char(), "code": char()}),
    "res.country.state": ModelDef(label="Country state", fields={"name": char(), "code": char()}),
    "stock.warehouse": ModelDef(
        label="Warehouse",
        fields={
            "name": char(),
            "code": char(),
            "company_id": one("res.company"),
            "lot_stock_id": one("stock.location", "Location Stock"),
            "active": FieldDef(type="boolean", default=True),
        },
    ),
    "stock.location": ModelDef(
        label="Inventory Locations",
        order="complete_name, id",
        fields={
            "name": char("Location Name"),
            "complete_name": char("Full Location Name"),
            "usage": choice(
                "Location Type",
                ("supplier", "Vendor"),
                ("internal", "Internal"),
                ("customer", "Customer"),
            ),
            "warehouse_id": one("stock.warehouse"),
        },
    ),
    "stock.quant": ModelDef(
        label="Quants",
        rights="rcw",
        fields={
            "product_id": one("product.product", "Product"),
            "location_id": one("stock.location", "Location"),
            "warehouse_id": one("stock.warehouse", compute="quant_warehouse"),
            "quantity": number("Quantity"),
            "reserved_quantity": number("Reserved Quantity"),
            "available_quantity": number("Available Quantity", compute="quant_available"),
        },
    ),
}
