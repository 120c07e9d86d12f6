"""What sales and accounting set up: price rules, costs, payment terms, credit limits."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox.staff import Number, Staff
from integrations.adapters.odoo.sandbox.store import Row

_USUAL_RULE: Row = {"compute_price": "fixed", "base": "list_price"}


class Selling(Staff):
    """Verbs over the stand-in's company, see `Company`."""

    company_id = 0

    def add_rule(self, pricelist: int, **values: Any) -> int:
        """Values by Odoo's field names: product_id, min_quantity, fixed_price, percent_price …

        What it applies to follows from the product, template or category that is named; the
        kind of price from `percent_price`, or is fixed unless `compute_price` says otherwise.
        """
        rule = {**_USUAL_RULE, **_reach(values), "pricelist_id": pricelist}
        if "percent_price" in values:
            rule["compute_price"] = "percentage"
        return self._insert_row("product.pricelist.item", {**rule, **_as_stored(values)})

    def change_rule(self, rule: int, **values: Any) -> None:
        """Moves the rule's write_date, and nothing else's."""
        stored = _as_stored(values)
        self.work(lambda: self.store.update("product.pricelist.item", rule, stored))

    def set_cost(self, product: int, cost: Number) -> None:
        values = {"standard_price": Decimal(str(cost))}
        self.work(lambda: self.store.update("product.product", product, values))

    def add_payment_term(self, name: str, days: int, delay_type: str = "days_after") -> int:
        """All of it due `days` after the invoice, or as `delay_type` counts them."""
        return int(self.work(lambda: self._new_term(name, days, delay_type)))

    def _new_term(self, name: str, days: int, delay_type: str = "days_after") -> int:
        values = {"name": name, "due_days": days}
        term = self.store.insert("account.payment.term", values)["id"]
        share = {"value": "percent", "value_amount": Decimal(100)}
        due = {"delay_type": delay_type, "nb_days": days, "payment_id": term}
        self.store.insert("account.payment.term.line", {**share, **due})
        return int(term)

    def use_credit_limits(self, is_on: bool = True, default: Number = 0) -> None:
        """The switch of the company, and the limit of customers without one of their own."""
        values = {"account_use_credit_limit": is_on, "default_credit_limit": Decimal(str(default))}
        self.work(lambda: self.store.update("res.company", self.company_id, values))

    def agree(self, partner: int, *, pricelist: int | None = None, term: str = "") -> None:
        """A customer's own pricelist, and the payment term of this name."""
        values: Row = {}
        if pricelist is not None:
            values["specific_property_product_pricelist"] = pricelist
        for row in self.store.table("account.payment.term").values():
            if row["name"] == term:
                values["property_payment_term_id"] = row["id"]
        self.work(lambda: self.store.update("res.partner", partner, values))

    def set_credit_limit(self, partner: int, limit: Number | None) -> None:
        """Of the partner itself; None: the company's default counts."""
        own = False if limit is None else Decimal(str(limit))
        self.work(lambda: self.store.update("res.partner", partner, {"credit_limit": own}))

    def _insert_row(self, model: str, values: Row) -> int:
        return int(self.work(lambda: self.store.insert(model, values))["id"])


def _reach(values: Row) -> Row:
    named = {
        "product_id": "0_product_variant",
        "product_tmpl_id": "1_product",
        "categ_id": "2_product_category",
    }
    reach = next((kind for name, kind in named.items() if values.get(name)), "3_global")
    return {"applied_on": reach}


def _as_stored(values: Row) -> Row:
    """Numbers as Decimals, moments out of their text."""
    return {name: _stored(name, value) for name, value in values.items()}


def _stored(name: str, value: Any) -> Any:
    if name.startswith("date_") and isinstance(value, str):
        return datetime.fromisoformat(value)
    if name.endswith("_id") or name in {"applied_on", "compute_price", "base"}:
        return value
    return Decimal(str(value))
