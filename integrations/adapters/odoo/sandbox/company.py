"""The company inside: its currencies, taxes, pricelists, customers and products, to seed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from integrations.adapters.odoo.sandbox.computed import COMPUTES
from integrations.adapters.odoo.sandbox.credit import CREDIT_COMPUTES
from integrations.adapters.odoo.sandbox.depots import DEPOT_COMPUTES
from integrations.adapters.odoo.sandbox.staff import Number
from integrations.adapters.odoo.sandbox.stocking import Stocking
from integrations.adapters.odoo.sandbox.store import Row

COMPUTES.update(CREDIT_COMPUTES)
COMPUTES.update(DEPOT_COMPUTES)

_THREE_DIGITS = {"BHD", "JOD", "KWD", "OMR", "TND"}
_WITHOUT_CENTS = {"CLP", "ISK", "JPY", "KRW", "VND", "XAF", "XOF"}


class Company(Stocking):
    """Master data, and staff at work on it. `verbs` may be called over HTTP too."""

    verbs: ClassVar[tuple[str, ...]] = (
        "add_partner",
        "add_product",
        "add_template",
        "add_tax",
        "add_pricelist",
        "add_currency",
        "set_company_currency",
        "set_price",
        "set_cost",
        "add_rule",
        "change_rule",
        "add_payment_term",
        "use_credit_limits",
        "set_credit_limit",
        "agree",
        "set_stock",
        "add_warehouse",
        "expect",
        "take_back",
        "exempt",
        "archive_partner",
        "rename_template",
        "drop_field",
        "add_field",
        "retype_field",
        "set_rounding",
        "archive_product",
        "add_order",
        "add_line",
        "change_line",
        "confirm",
        "deliver",
        "invoice",
        "post",
        "pay",
        "credit_note",
        "cancel",
        "lock_order",
        "unlock_order",
    )

    def __init__(self, *, version: int) -> None:
        super().__init__(version=version)
        insert = self.store.insert
        self._usd = insert("res.currency", _currency("USD", 1))["id"]
        company = insert(
            "res.company",
            {
                "name": "Northwind Parts",
                "currency_id": self._usd,
                "tax_calculation_rounding_method": "round_globally",
            },
        )["id"]
        self.company_id = int(company)
        of_company = {"company_id": company, "company_ids": [company]}
        insert("res.users", {"name": "System", "login": "__system__", **of_company})
        insert("res.users", {"name": "Administrator", "login": "admin", **of_company})
        user = {"name": "Portal Service", "login": "portal", "tz": "Europe/Brussels"}
        self.service_uid = int(insert("res.users", {**user, **of_company})["id"])
        self._new_warehouse("Main warehouse", "WH")
        own = insert("res.partner", {"name": "Northwind Parts", "is_company": True})["id"]
        self.store.update("res.company", self.company_id, {"partner_id": own})
        insert("account.fiscal.position", {"name": "Domestic", "tax_map": {}})
        self._unit = insert("uom.uom", {"name": "Units"})["id"]
        default = {"name": "Default", "currency_id": self._usd, "company_id": company}
        self._default_pricelist = insert("product.pricelist", default)["id"]
        self._new_term("Immediate Payment", 0)
        self._new_term("30 Days", 30)

    # -- master data

    def add_currency(self, code: str, *, rate: Number = 1) -> int:
        """`rate`: units of it per unit of the company's currency. A known code is returned."""
        for row in self.store.table("res.currency").values():
            if row["name"] == code:
                return int(row["id"])
        return self._insert("res.currency", _currency(code, rate))

    def set_company_currency(self, code: str) -> None:
        """Of the default pricelist too."""
        values = {"currency_id": self.add_currency(code)}

        def change() -> None:
            self.store.update("res.company", self.company_id, values)
            self.store.update("product.pricelist", self._default_pricelist, values)

        self.work(change)

    def set_rounding(self, method: str) -> None:
        """`round_globally` (the default) or `round_per_line`."""
        values = {"tax_calculation_rounding_method": method}
        self.work(lambda: self.store.update("res.company", self.company_id, values))

    def add_tax(self, name: str, percent: Number) -> int:
        values = {"name": name, "amount": Decimal(str(percent)), "company_id": self.company_id}
        return self._insert("account.tax", values)

    def add_pricelist(
        self, name: str, currency: str = "USD", *, discount_percent: Number = 0
    ) -> int:
        """`discount_percent`: a rule for all products, shown as a discount."""
        values = {
            "name": name,
            "currency_id": self.add_currency(currency),
            "company_id": self.company_id,
        }
        pricelist = self._insert("product.pricelist", values)
        if discount_percent:
            self.add_rule(pricelist, percent_price=discount_percent)
        return pricelist

    def add_partner(self, name: str, **values: Any) -> int:
        """Further values by Odoo's field names: ref, email, vat, street, city, zip, parent_id,
        type, specific_property_product_pricelist, property_payment_term_id, credit_limit …"""
        return self._insert("res.partner", {"name": name, **values})

    def add_category(self, name: str, *, parent: int | None = None) -> int:
        """A known name is returned."""
        for row in self.store.table("product.category").values():
            if row["name"] == name:
                return int(row["id"])
        above = self.store.get("product.category", parent)["complete_name"] if parent else ""
        values = {
            "name": name,
            "complete_name": f"{above} / {name}" if above else name,
            "parent_id": parent or False,
        }
        return self._insert("product.category", values)

    def add_product(
        self,
        sku: str,
        name: str,
        price: Number,
        *,
        tax_ids: Sequence[int] = (),
        kind: str = "consu",
        invoice_policy: str = "order",
        category: str = "",
        **values: Any,
    ) -> int:
        """A simple product; returns the id of its one variant. `kind`: consu or service."""
        return self.add_template(
            name,
            price,
            [{"sku": sku, **values}],
            tax_ids=tax_ids,
            kind=kind,
            invoice_policy=invoice_policy,
            category=category,
        )[0]

    def add_template(
        self,
        name: str,
        price: Number,
        variants: Sequence[Mapping[str, Any]],
        *,
        attribute: str = "",
        tax_ids: Sequence[int] = (),
        kind: str = "consu",
        invoice_policy: str = "order",
        category: str = "",
    ) -> list[int]:
        """A product with variants [{"sku", "value", "extra"?, "barcode"?, "weight"?}]; returns
        their ids. `attribute` is what `value` is one of: "Size"."""
        return list(
            self.work(
                lambda: self._new_template(
                    {
                        "name": name,
                        "list_price": Decimal(str(price)),
                        "type": kind,
                        "is_storable": kind == "consu",
                        "taxes_id": list(tax_ids),
                        "invoice_policy": invoice_policy,
                        "categ_id": self.add_category(category) if category else False,
                    },
                    variants,
                    attribute,
                )
            )
        )

    def _new_template(
        self, values: Row, variants: Sequence[Mapping[str, Any]], attribute: str
    ) -> list[int]:
        fixed = {"uom_id": self._unit}
        template = self.store.insert("product.template", {**values, **fixed})["id"]
        of = self.store.insert("product.attribute", {"name": attribute})["id"] if attribute else 0
        return [self._new_variant(template, dict(one), of) for one in variants]

    def _new_variant(self, template: int, one: Row, attribute_id: int) -> int:
        chosen: list[int] = []
        if attribute_id:
            value = {
                "name": one.pop("value"),
                "attribute_id": attribute_id,
                "price_extra": Decimal(str(one.pop("extra", 0))),
            }
            chosen = [self.store.insert("product.template.attribute.value", value)["id"]]
        values = {
            "product_tmpl_id": template,
            "default_code": one.pop("sku") or False,
            "product_template_attribute_value_ids": chosen,
            "weight": Decimal(str(one.pop("weight", 0))),
            "on_hand": False,
            **one,
        }
        return int(self.store.insert("product.product", values)["id"])

    def set_price(self, product: int, price: Number) -> None:
        """The sales price of the whole template; moves the write_date of all its variants."""

        def change() -> None:
            template = self.store.get("product.product", product)["product_tmpl_id"]
            self.store.update("product.template", template, {"list_price": Decimal(str(price))})
            for variant in self.store.find("product.product", "product_tmpl_id", template):
                self.store.update("product.product", variant["id"], {})

        self.work(change)

    def archive_product(self, product: int) -> None:
        self.work(lambda: self.store.update("product.product", product, {"active": False}))

    def _insert(self, model: str, values: Row) -> int:
        return int(self.work(lambda: self.store.insert(model, values))["id"])


def _currency(code: str, rate: Number) -> Row:
    digits = 0 if code in _WITHOUT_CENTS else 3 if code in _THREE_DIGITS else 2
    return {
        "name": code,
        "symbol": code,
        "rounding": Decimal(1).scaleb(-digits),
        "decimal_places": digits,
        "rate": Decimal(str(rate)),
    }
