"""Customers out of Odoo: a company with its addresses and contacts is one customer.

Odoo keeps all of them as contacts. One that belongs to another is read with that one, and a
change of it counts as a change of the whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from integrations.adapters.customers_apart import read_customers, told
from integrations.adapters.odoo.credit import Credit
from integrations.adapters.odoo.customer_mapping import Around, to_customer
from integrations.adapters.odoo.names import line_names
from integrations.adapters.odoo.windows import in_window
from integrations.adapters.odoo.wire import (
    id_of,
    number_of,
    text_of,
)
from integrations.errors import NeedsOperator
from integrations.records import ErpCustomer, Page, Window

_OPTIONAL = ("credit_limit", "sale_warn", "sale_warn_msg")

Row = Mapping[str, Any]


PART_FIELDS = [
    "name",
    "type",
    "active",
    "commercial_partner_id",
    "email",
    "phone",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
    "write_date",
]
COMPANY_FIELDS = [
    *PART_FIELDS,
    "ref",
    "vat",
    "property_product_pricelist",
    "property_payment_term_id",
    "property_account_position_id",
]


class Companies(Credit):
    """Implements `PullsCustomers`. Odoo 19 blocks nobody: archived counts as blocked."""

    _exempt: dict[int, bool] | None = None
    _country_codes: dict[int, str] | None = None

    def customer_page(self, window: Window, cursor: str | None) -> Page[ErpCustomer]:
        """Left out: the house's own company and its staff."""
        changed = self.client.call(
            "res.partner",
            "search_read",
            writes=False,
            domain=[
                *in_window(window, after_id=int(cursor or 0)),
                ["active", "in", [True, False]],
                ["partner_share", "=", True],  # staff has it false
            ],
            fields=["commercial_partner_id"],
            order="id",
            limit=self.page_size,
        )
        ids = sorted({id_of(row["commercial_partner_id"]) or row["id"] for row in changed})
        is_last = len(changed) < self.page_size
        return Page(
            rows=tuple(self._whole_companies(ids)),
            next_cursor=None if is_last else str(changed[-1]["id"]),
        )

    def _whole_companies(self, ids: Sequence[int]) -> Iterable[ErpCustomer]:
        if not ids:
            return []
        rules = self._credit_rules()
        ours = id_of(rules["partner_id"])
        readable = self.client.existing_fields("res.partner", _OPTIONAL)
        own = self._own_fields()
        rows = self._partners(["id", "in", list(ids)], [*COMPANY_FIELDS, *sorted(readable), *own])
        wholes = [row for row in rows if row["id"] != ours]
        around = Around(
            parts=self._parts([row["id"] for row in wholes]),
            countries=self._countries(),
            pricelists=self._pricelists_of(wholes),
            exempt_positions=self._exempt_among(wholes),
            limits_count=bool(rules["account_use_credit_limit"]),
            countries_field=self.settings.countries_field,
            licences_field=self.settings.licences_field,
        )
        return read_customers(wholes, lambda row: to_customer(row, around), _named)

    def _own_fields(self) -> tuple[str, ...]:
        """Raises NeedsOperator for one that is not there: without it a restriction would be
        taken for none."""
        wanted = self.settings.own_fields
        found = self.client.existing_fields("res.partner", wanted) if wanted else set()
        missing = [name for name in wanted if name not in found]
        if missing:
            raise NeedsOperator(
                f"Contacts of Odoo have no field {missing[0]}, or the service user may not see it.",
                reason="missing_field",
                cause=f"missing_field:res.partner:{missing[0]}",
                hint="Correct the name in the settings of the connection, or empty it.",
            )
        return wanted

    def _partners(self, which: list[Any], fields: Sequence[str]) -> list[Row]:
        found: list[Row] = self.client.call(
            "res.partner",
            "search_read",
            writes=False,
            domain=[which, ["active", "in", [True, False]]],
            fields=list(fields),
            order="id",
        )
        return found

    def _parts(self, wholes: Sequence[int]) -> dict[int, list[Row]]:
        grouped: defaultdict[int, list[Row]] = defaultdict(list)
        rows = self._partners(["commercial_partner_id", "in", list(wholes)], PART_FIELDS)
        for row in rows:
            if row["id"] not in wholes:
                grouped[id_of(row["commercial_partner_id"]) or 0].append(row)
        return grouped

    def _countries(self) -> dict[int, str]:
        """All of them, once per connection: some 250 short rows."""
        if self._country_codes is None:
            found = self.client.call(
                "res.country", "search_read", writes=False, domain=[], fields=["code"]
            )
            self._country_codes = {row["id"]: text_of(row["code"]) for row in found}
        return self._country_codes

    def _pricelists_of(self, wholes: Iterable[Row]) -> dict[int, Row]:
        ids = sorted(_related(wholes, "property_product_pricelist"))
        if not ids:
            return {}
        found = self.client.call(
            "product.pricelist",
            "read",
            ids=ids,
            writes=False,
            fields=["name", "currency_id"],
        )
        return {row["id"]: row for row in found}

    # -- who pays no tax

    def _exempt_among(self, wholes: Iterable[Row]) -> frozenset[int]:
        """Fiscal positions under which a taxed product bears no tax.

        How a position maps taxes is kept differently in each version: Odoo itself is asked,
        with a cart of one taxed product that is not stored.
        """
        self._exempt = {} if self._exempt is None else self._exempt
        ids = _related(wholes, "property_account_position_id")
        probe = self._taxed_product() if ids - set(self._exempt) else None
        for position in ids - set(self._exempt):
            self._exempt[position] = probe is not None and self._frees(position, probe)
        return frozenset(one for one, is_free in self._exempt.items() if is_free)

    def _taxed_product(self) -> int | None:
        found = self.client.call(
            "product.product",
            "search_read",
            writes=False,
            domain=[["taxes_id.amount", ">", 0], ["sale_ok", "=", True]],
            fields=["default_code"],
            order="id",
            limit=1,
        )
        return int(found[0]["id"]) if found else None

    def _frees(self, position: int, product: int) -> bool:
        taxes = line_names(self.client).taxes
        answer = self.client.call(
            "sale.order",
            "onchange",
            ids=[],
            writes=False,
            values={
                "partner_id": id_of(self._credit_rules()["partner_id"]),
                "fiscal_position_id": position,
                "order_line": [[0, "v1", {"product_id": product, "product_uom_qty": 1}]],
            },
            field_names=[],
            fields_spec={"order_line": {"fields": {taxes: {}}}},
        )
        (line,) = answer["value"]["order_line"]
        ids = [command[1] for command in line[2].get(taxes, [])]
        if not ids:
            return True
        found = self.client.call("account.tax", "read", ids=ids, writes=False, fields=["amount"])
        return all(not number_of(tax["amount"]) for tax in found)


def _named(row: Row) -> tuple[int, Any, Any]:
    return row["id"], row.get("ref"), row.get("name")


def _related(rows: Iterable[Row], name: str) -> set[int]:
    """The ids that a field of these rows refers to."""
    return {told(lambda one: id_of(one[name]), row, None) or 0 for row in rows} - {0}
