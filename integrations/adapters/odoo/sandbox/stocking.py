"""What the depot, the book-keeper and an upgrade do: stock by warehouse, returns, a lost field."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox import depots, sales, warehouse
from integrations.adapters.odoo.sandbox.fields import FieldDef
from integrations.adapters.odoo.sandbox.selling import Selling
from integrations.adapters.odoo.sandbox.staff import Number
from integrations.adapters.odoo.sandbox.store import Row


class Stocking(Selling):
    """Verbs over the stand-in's company, see `Company`."""

    @property
    def main_warehouse(self) -> int:
        return depots.main_warehouse(self.store)

    def add_warehouse(self, name: str, code: str) -> int:
        return int(self.work(lambda: self._new_warehouse(name, code)))

    def _new_warehouse(self, name: str, code: str) -> int:
        values = {"name": name, "code": code, "company_id": self.company_id}
        depot = int(self.store.insert("stock.warehouse", values)["id"])
        place = {"name": "Stock", "complete_name": f"{code}/Stock", "usage": "internal"}
        location = self.store.insert("stock.location", {**place, "warehouse_id": depot})
        self.store.update("stock.warehouse", depot, {"lot_stock_id": location["id"]})
        return depot

    def set_stock(
        self, product: int, quantity: Number | None, *, warehouse: int | None = None
    ) -> None:
        """What is on hand, in the main warehouse unless another is named; None (the start, main
        warehouse only): never short. Waiting deliveries are served."""
        self.work(lambda: self._count(product, quantity, warehouse or self.main_warehouse))

    def _count(self, product: int, quantity: Number | None, depot: int) -> None:
        if quantity is None:
            values = {"on_hand": False}
            self.store.update("product.product", product, values, is_silent=True)
        else:
            depots.put(self.store, product, depot, Decimal(str(quantity)))
        warehouse.reserve(self.store, [product])

    def expect(self, product: int, quantity: Number, on: datetime, *, warehouse: int) -> int:
        """Goods of a supplier that have not arrived."""
        depot = self.store.get("stock.warehouse", warehouse)
        move = {
            "product_id": product,
            "product_uom_qty": Decimal(str(quantity)),
            "state": "assigned",
            "date": on,
            "location_id": self._suppliers(),
            "location_dest_id": depot["lot_stock_id"],
        }
        return self._insert_row("stock.move", move)

    def _suppliers(self) -> int:
        for row in self.store.table("stock.location").values():
            if row["usage"] == "supplier":
                return int(row["id"])
        values = {"name": "Vendors", "complete_name": "Partners/Vendors", "usage": "supplier"}
        return self._insert_row("stock.location", values)

    def take_back(self, order: int | str, quantities: Mapping[str, Number]) -> int:
        """Goods come back, by id of the order line; returns the id of the incoming delivery."""
        parts = {int(line): Decimal(str(one)) for line, one in quantities.items()}

        def run() -> int:
            order_id = sales.by_any_name(self.store, order)
            back = depots.take_back(self.store, order_id, parts)
            warehouse.reserve(
                self.store,
                {self.store.get("sale.order.line", one)["product_id"] for one in parts},
            )
            return back

        return int(self.work(run))

    def country(self, code: str) -> int:
        """The id of a country by its ISO code; made when it is new."""
        for row in self.store.table("res.country").values():
            if row["code"] == code:
                return int(row["id"])
        return self._insert_row("res.country", {"name": _COUNTRIES.get(code, code), "code": code})

    def exempt(self, partner: int, tax_map: Mapping[int, int]) -> None:
        """A fiscal position that puts other taxes in the place of some."""
        values: Row = {"name": "Exempt", "tax_map": dict(tax_map)}

        def change() -> None:
            position = self.store.insert("account.fiscal.position", values)["id"]
            self.store.update("res.partner", partner, {"property_account_position_id": position})

        self.work(change)

    def archive_partner(self, partner: int) -> None:
        self.work(lambda: self.store.update("res.partner", partner, {"active": False}))

    def rename_template(self, product: int, name: str) -> None:
        """The name is copied onto all variants, and so is the write_date."""

        def change() -> None:
            template = self.store.get("product.product", product)["product_tmpl_id"]
            self.store.update("product.template", template, {"name": name})
            for variant in self.store.find("product.product", "product_tmpl_id", template):
                self.store.update("product.product", variant["id"], {})

        self.work(change)

    def drop_field(self, model: str, name: str) -> None:
        """As after an upgrade, or when a module is removed."""
        self.store.define(model, name, None)

    def add_field(self, model: str, name: str, field: FieldDef) -> None:
        """As somebody makes a field of their own; existing rows have it empty."""
        one = self.store.models[model]
        for row in self.store.table(model).values():
            row[name] = [] if field.type == "many2many" else field.default
        fields = {**one.fields, name: field}
        self.store.models = {**self.store.models, model: replace(one, fields=fields)}

    def retype_field(self, model: str, name: str, **values: Any) -> None:
        changed = replace(self.store.models[model].fields[name], **values)
        self.store.define(model, name, changed)


_COUNTRIES = {"DE": "Germany", "FR": "France", "US": "United States"}
