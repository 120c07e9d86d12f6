"""Prices, stock and customers out of the ERP."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.misfits import read_each
from integrations.adapters.custom.rows import Row, address_values
from integrations.adapters.customers_apart import unreadable_customer
from integrations.adapters.own_products import KINDS as OWN_PRODUCTS
from integrations.adapters.restrictions import Restricted, restricted
from integrations.adapters.unfit import NOT_ABOVE_ZERO, unfit
from integrations.records import (
    Address,
    ErpContact,
    ErpCustomer,
    ErpPrice,
    ErpStock,
    Page,
    Window,
)

ZERO = Decimal(0)


class Prices(CustomPart):
    """Implements `PullsPrices`."""

    def price_page(self, window: Window, cursor: str | None) -> Page[ErpPrice]:
        section = self.mapping["prices"]
        page = self.client.page(section["list"], self.asked_window(window), cursor)
        rows = read_each(page.rows, self._price, self._unreadable_price, what="prices")
        own = {self.product_ref_for(kind) for kind in OWN_PRODUCTS}
        sold = tuple(one for one in rows if one.variant_ref not in own or not one.variant_ref)
        return Page(rows=sold, next_cursor=page.next_cursor)

    def _price(self, raw: Any) -> ErpPrice:
        price = _price(self.row(raw, self.mapping["prices"]["fields"]))
        return price if price.net_unit_price > 0 else unfit(price, NOT_ABOVE_ZERO)

    def _unreadable_price(self, raw: Any, problem: str) -> ErpPrice:
        row = self.refs_of(raw, self.mapping["prices"]["fields"], "ref", "variant_ref")
        return ErpPrice(
            ref=row.text("ref"),
            variant_ref=row.text("variant_ref"),
            audience="everyone",
            audience_ref="",
            audience_name="",
            currency="",
            net_unit_price=ZERO,
            min_quantity=ZERO,
            unit="",
            starts_on=None,
            ends_on=None,
            is_active=True,
            problem=problem,
        )


class Stock(CustomPart):
    """Implements `PullsStock`."""

    def stock_page(self, window: Window, cursor: str | None) -> Page[ErpStock]:
        section = self.mapping["stock"]
        page = self.client.page(section["list"], self.asked_window(window), cursor)
        rows = read_each(page.rows, self._level, self._unreadable_level, what="stock levels")
        return Page(rows=tuple(rows), next_cursor=page.next_cursor)

    def _level(self, raw: Any) -> ErpStock:
        return _stock(self.row(raw, self.mapping["stock"]["fields"]), datetime.now(UTC))

    def _unreadable_level(self, raw: Any, problem: str) -> ErpStock:
        names = ("variant_ref", "sku", "location_ref", "location_name")
        row = self.refs_of(raw, self.mapping["stock"]["fields"], *names)
        return ErpStock(
            **{name: row.text(name) for name in names},
            on_hand=ZERO,
            reserved=ZERO,
            available=ZERO,
            incoming=ZERO,
            incoming_on=None,
            unit="",
            as_of=datetime.now(UTC),
            problem=problem,
        )


class Customers(CustomPart):
    """Implements `PullsCustomers`."""

    def customer_page(self, window: Window, cursor: str | None) -> Page[ErpCustomer]:
        section = self.mapping["customers"]
        page = self.client.page(section["list"], self.asked_window(window), cursor)
        rows = read_each(page.rows, self._customer, self._unreadable_customer, what="customers")
        return Page(rows=tuple(rows), next_cursor=page.next_cursor)

    def _unreadable_customer(self, raw: Any, problem: str) -> ErpCustomer:
        row = self.refs_of(raw, self.mapping["customers"]["fields"], "ref", "number", "name")
        number, name = row.text("number"), row.text("name")
        return unreadable_customer(row.text("ref"), number=number, name=name, problem=problem)

    def _customer(self, raw: Any) -> ErpCustomer:
        section = self.mapping["customers"]
        row = self.row(raw, section["fields"])
        bill_to = section["bill_to"]
        texts: dict[str, Any] = {name: row.text(name) for name in _TEXTS}
        return ErpCustomer(
            **texts,
            currency=row.currency,
            credit_limit=row.get("credit_limit"),
            is_credit_known=section["fields"]["credit_limit"] is not None,
            is_blocked=row.flag("is_blocked", otherwise=False),
            is_tax_exempt=row.flag("is_tax_exempt", otherwise=False),
            bill_to=self._address(self.row(raw, bill_to)) if bill_to else Address(),
            ship_to=self._ship_to(row),
            contacts=self._contacts(row),
            is_active=row.flag("is_active", otherwise=True),
            updated_at=row.moment("updated_at"),
            **self._restricted(row).as_fields,
        )

    def _restricted(self, row: Row) -> Restricted:
        fields = self.mapping["customers"]["fields"]
        countries, licences = (
            None if fields[name] is None else row.text(name)
            for name in ("allowed_countries", "licences")
        )
        return restricted(countries, licences)

    def _address(self, row: Row) -> Address:
        return Address(**address_values(row))

    def _ship_to(self, row: Row) -> tuple[tuple[str, Address], ...]:
        section = self.mapping["customers"]["ship_to"]
        if section is None:
            return ()
        rows = self.rows_within(row, section)
        return tuple((one.text("ref"), self._address(one)) for one in rows)

    def _contacts(self, row: Row) -> tuple[ErpContact, ...]:
        section = self.mapping["customers"]["contacts"]
        if section is None:
            return ()
        rows = self.rows_within(row, section)
        names = ("ref", "name", "email", "phone")
        return tuple(ErpContact(**{name: one.text(name) for name in names}) for one in rows)


_TEXTS = (
    "ref", "number", "name", "tax_id", "email", "phone", "price_list_ref", "group_ref",
    "group_name", "payment_term_ref", "payment_term_name", "block_reason",
)  # fmt: skip


def _price(row: Row) -> ErpPrice:
    return ErpPrice(
        ref=row.text("ref"),
        variant_ref=row.text("variant_ref"),
        audience=row.get("audience") or "everyone",
        audience_ref=row.text("audience_ref"),
        audience_name=row.text("audience_name"),
        currency=row.currency,
        net_unit_price=row.number("net_unit_price"),
        min_quantity=row.number("min_quantity") or Decimal(1),
        unit=row.text("unit"),
        starts_on=row.day("starts_on"),
        ends_on=row.day("ends_on"),
        is_active=row.flag("is_active", otherwise=True),
    )


def _stock(row: Row, now: datetime) -> ErpStock:
    on_hand, reserved = row.number("on_hand"), row.number("reserved")
    available = row.get("available")
    return ErpStock(
        variant_ref=row.text("variant_ref"),
        sku=row.text("sku"),
        location_ref=row.text("location_ref"),
        location_name=row.text("location_name"),
        on_hand=on_hand,
        reserved=reserved,
        available=on_hand - reserved if available is None else available,
        incoming=row.number("incoming"),
        incoming_on=row.day("incoming_on"),
        unit=row.text("unit"),
        as_of=row.moment("as_of") or now,
    )
