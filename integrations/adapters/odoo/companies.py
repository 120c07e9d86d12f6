"""Customers out of Odoo: a company with its addresses and contacts is one customer.

Odoo keeps all of them as contacts. One that belongs to another is read with that one, and a
change of it counts as a change of the whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.adapters.odoo.credit import Credit, block_reason
from integrations.adapters.odoo.names import line_names
from integrations.adapters.odoo.windows import in_window
from integrations.adapters.odoo.wire import (
    amount_of,
    currency_of,
    id_of,
    name_of,
    number_of,
    text_of,
    time_of,
)
from integrations.adapters.restrictions import Restricted, restricted
from integrations.errors import NeedsOperator
from integrations.records import Address, ErpContact, ErpCustomer, Page, Window

_OPTIONAL = ("credit_limit", "sale_warn", "sale_warn_msg")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What companies refer to, by id. `limits_count`: the company's switch for credit limits."""

    parts: Mapping[int, Sequence[Row]]
    countries: Mapping[int, str]
    pricelists: Mapping[int, Row]
    exempt_positions: frozenset[int]
    limits_count: bool
    countries_field: str = ""
    licences_field: str = ""


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
        return [to_customer(row, around) for row in wholes]

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
            if row["active"] and row["id"] not in wholes:
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
        ids = sorted({id_of(row["property_product_pricelist"]) or 0 for row in wholes} - {0})
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
        ids = {id_of(row["property_account_position_id"]) for row in wholes} - {None}
        probe = self._taxed_product() if ids - set(self._exempt) else None
        for position in ids - set(self._exempt):
            if position is not None:
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


def to_customer(row: Row, around: Around) -> ErpCustomer:
    """Pure."""
    parts = around.parts.get(row["id"], ())
    bill_to = next((one for one in parts if one["type"] == "invoice"), row)
    pricelist = around.pricelists.get(id_of(row["property_product_pricelist"]) or 0)
    is_known = "credit_limit" in row
    limit = amount_of(row.get("credit_limit")) if is_known and around.limits_count else None
    reason = block_reason(row)
    return ErpCustomer(
        ref=str(row["id"]),
        number=text_of(row["ref"]),
        name=text_of(row["name"]),
        tax_id=text_of(row["vat"]),
        email=text_of(row["email"]),
        phone=text_of(row["phone"]),
        currency=currency_of(pricelist) if pricelist else "",
        price_list_ref=str(pricelist["id"]) if pricelist else "",
        group_ref="",
        group_name="",
        payment_term_ref=str(id_of(row["property_payment_term_id"]) or ""),
        payment_term_name=name_of(row["property_payment_term_id"]),
        credit_limit=limit or None,  # a limit of 0 is none
        is_credit_known=is_known or not around.limits_count,
        is_blocked=bool(reason),
        block_reason=reason,
        is_tax_exempt=id_of(row["property_account_position_id"]) in around.exempt_positions,
        bill_to=_address(bill_to, row, around),
        ship_to=tuple(
            (str(one["id"]), _address(one, row, around))
            for one in parts
            if one["type"] == "delivery"
        ),
        contacts=tuple(_contact(one) for one in parts if one["type"] == "contact"),
        is_active=bool(row["active"]),
        updated_at=max(filter(None, (time_of(one["write_date"]) for one in (row, *parts)))),
        **_restricted(row, around).as_fields,
    )


def _restricted(row: Row, around: Around) -> Restricted:
    """What the fields of their own say; a relation to countries, or a text."""
    said = row.get(around.countries_field) if around.countries_field else None
    countries: str | list[str] | None = None
    if isinstance(said, list):
        countries = [around.countries.get(number, "?") for number in said]
    elif around.countries_field:
        countries = text_of(said)
    licences = text_of(row.get(around.licences_field)) if around.licences_field else None
    return restricted(countries, licences)


def _address(row: Row, company: Row, around: Around) -> Address:
    return Address(
        company=text_of(company["name"]),
        street1=text_of(row["street"]),
        street2=text_of(row["street2"]),
        city=text_of(row["city"]),
        region=name_of(row["state_id"]),
        postal_code=text_of(row["zip"]),
        country_code=around.countries.get(id_of(row["country_id"]) or 0, ""),
        phone=text_of(row["phone"]),
    )


def _contact(row: Row) -> ErpContact:
    return ErpContact(
        ref=str(row["id"]),
        name=text_of(row["name"]),
        email=text_of(row["email"]),
        phone=text_of(row["phone"]),
    )


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
