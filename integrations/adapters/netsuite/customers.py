"""Customers out of NetSuite, with their addresses and contacts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.adapters.customers_apart import field, flag_of, read_customers
from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.client import marks
from integrations.adapters.netsuite.wire import SQL_TIME, is_true, number_of, text_of, time_of
from integrations.records import Address, ErpContact, ErpCustomer, Page, Window

Row = Mapping[str, Any]


class Customers(NetSuitePart):
    """Implements `PullsCustomers`."""

    def customer_page(self, window: Window, cursor: str | None) -> Page[ErpCustomer]:
        term, params = self.window_terms("c.lastmodifieddate", window)
        rows = self.client.page(
            f"SELECT {_COLUMNS} FROM customer c WHERE c.id > ? AND {term} ORDER BY c.id",
            [cursor or "0", *params],
            limit=self.page_size,
        )
        ids = [text_of(row["id"]) for row in rows]
        addresses = self._of_customers(_ADDRESSES, ids)
        contacts = self._of_customers(_CONTACTS, ids)

        def read(row: Row) -> ErpCustomer:
            ref = text_of(row["id"])
            return self._to_customer(row, addresses[ref], contacts[ref])

        found = read_customers(rows, read, _named)
        is_last = len(rows) < self.page_size
        return Page(rows=found, next_cursor=None if is_last else ids[-1])

    def _of_customers(self, sql: str, ids: Sequence[str]) -> defaultdict[str, list[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        if ids:
            for row in self.client.rows(sql.format(marks(ids)), ids):
                found[text_of(row["customer"])].append(row)
        return found

    def _to_customer(
        self, row: Row, addresses: Sequence[Row], contacts: Sequence[Row]
    ) -> ErpCustomer:
        billing = [one for one in addresses if is_true(one.get("defaultbilling"))]
        reason, level = block_reason(row), text_of(row.get("pricelevel"))
        return ErpCustomer(
            ref=text_of(row["id"]),
            number=text_of(row.get("entityid")),
            name=text_of(row.get("companyname")) or text_of(row.get("entityid")),
            tax_id=text_of(row.get("taxnumber")),
            email=text_of(row.get("email")),
            phone=text_of(row.get("phone")),
            currency=self._currency_of(row),
            # the base level's prices are those of everyone
            price_list_ref="" if level == self.settings.base_price_level else level,
            group_ref=text_of(row.get("category")),
            group_name=text_of(row.get("categoryname")),
            payment_term_ref=text_of(row.get("terms")),
            payment_term_name=text_of(row.get("termname")),
            credit_limit=field(row, "creditlimit", number_of) if row.get("creditlimit") else None,
            # the balance is there for every customer that the role may see the credit of
            is_credit_known=row.get("balance") is not None,
            is_blocked=bool(reason),
            block_reason=reason,
            is_tax_exempt=not field({"taxable": "T", **row}, "taxable", flag_of),
            bill_to=_address(billing[0]) if billing else Address(),
            ship_to=tuple((text_of(one["internalid"]), _address(one)) for one in addresses),
            contacts=tuple(
                ErpContact(
                    ref=text_of(one["id"]),
                    name=text_of(one.get("entityid")),
                    email=text_of(one.get("email")),
                    phone=text_of(one.get("phone")),
                )
                for one in contacts
            ),
            is_active=not field({"isinactive": "F", **row}, "isinactive", flag_of),
            updated_at=field({"modified": None, **row}, "modified", self._time_of),
        )

    def _time_of(self, value: Any) -> datetime | None:
        return time_of(value, self.settings.zone)

    def _currency_of(self, row: Row) -> str:
        """Empty where the account tells none. Raises ValueError for one that it does not have."""
        ref = text_of(row.get("currency"))
        code = self.code_of(ref)
        if ref and not code:
            raise ValueError(f"its currency {ref} is none of the account's")
        return code


def _named(row: Row) -> tuple[Any, Any, Any]:
    return row["id"], row.get("entityid"), row.get("companyname") or row.get("entityid")


_COLUMNS = (
    "c.id, c.entityid, c.companyname, c.email, c.phone, c.currency, c.pricelevel, c.category, "
    "BUILTIN.DF(c.category) AS categoryname, c.terms, BUILTIN.DF(c.terms) AS termname, "
    "c.creditlimit, c.balance, c.creditholdoverride, c.isinactive, c.taxable, "
    "BUILTIN.DF(c.defaulttaxreg) AS taxnumber, "
    f"TO_CHAR(c.lastmodifieddate, {SQL_TIME}) AS modified"
)
_ADDRESSES = (
    "SELECT b.entity AS customer, b.internalid, b.defaultbilling, b.defaultshipping, a.addressee, "
    "a.attention, a.addr1, a.addr2, a.city, a.state, a.zip, a.country, a.addrphone "
    "FROM customeraddressbook b JOIN customeraddressbookentityaddress a "
    "ON a.nkey = b.addressbookaddress WHERE b.entity IN ({}) ORDER BY b.entity, b.internalid"
)
_CONTACTS = (
    "SELECT p.company AS customer, p.id, p.entityid, p.email, p.phone FROM contact p "
    "WHERE p.isinactive = 'F' AND p.company IN ({}) ORDER BY p.company, p.id"
)


def block_reason(row: Row) -> str:
    """Why NetSuite takes no order of them now; empty where it does."""
    name = text_of(row.get("companyname")) or text_of(row.get("entityid"))
    if is_true(row.get("isinactive")):
        return f"{name} is inactive in NetSuite."
    if text_of(row.get("creditholdoverride")).upper() == "ON":
        return f"{name} is on credit hold in NetSuite."
    return ""


def _address(row: Row) -> Address:
    return Address(
        company=text_of(row.get("addressee")),
        first_name=text_of(row.get("attention")),
        street1=text_of(row.get("addr1")),
        street2=text_of(row.get("addr2")),
        city=text_of(row.get("city")),
        region=text_of(row.get("state")),
        postal_code=text_of(row.get("zip")),
        country_code=text_of(row.get("country")),
        phone=text_of(row.get("addrphone")),
    )
