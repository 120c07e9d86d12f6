"""Sales orders over REST: create, change, read, as strict and as lax as NetSuite."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.sandbox import amounts
from integrations.adapters.netsuite.sandbox.faults import Refusal, invalid_value, user_error
from integrations.adapters.netsuite.sandbox.store import Line, Store, Transaction
from integrations.adapters.netsuite.sandbox.views import named

_EXTERNAL_ID = re.compile(r"^[A-Za-z0-9_-]+$")
_KEPT = ("memo", "otherRefNum", "shippingAddress", "billingAddress", "email")
_STEP = 3  # line numbers are not consecutive in NetSuite

Body = Mapping[str, Any]


def reference(value: Any) -> str:
    """Of {"id": "42"} or a plain value."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return "" if found is None else str(found)


def listed(store: Store, table: str, value: Any, path: str) -> int:
    """An id of a list of the account. Refused where there is none, or an inactive one."""
    text = reference(value)
    row = store.table(table).get(int(text)) if text.isdigit() else None
    if row is None or row.get("isinactive") == "T":
        raise invalid_value(text, path)
    return int(text)


def number(value: Any, path: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise invalid_value(value, path)
    return Decimal(value)


def check_external_id(store: Store, eid: str, *, code: str) -> None:
    # Help: "Using External IDs": letters, digits, underscore, hyphen; one namespace for all
    # transactions
    if not _EXTERNAL_ID.match(eid):
        raise invalid_value(eid, "externalId")
    if store.by_external_id(eid) is not None:
        raise Refusal(code, "This record already exists.")


class SalesOrders:
    """The rules of one account; `duplicate_code` is what it calls a second external id."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tax_rounding = "line"
        self.duplicate_code = "DUP_RCRD"
        self.closed_until = ""
        self.enforces_credit = False

    # -- create

    def create(self, body: Body) -> Transaction:
        store = self.store
        if body.get("externalId"):
            check_external_id(store, str(body["externalId"]), code=self.duplicate_code)
        if not body.get("entity"):
            raise user_error("Please enter value(s) for: Customer", "entity")
        customer = listed(store, "customer", body["entity"], "entity")
        self._refuse_on_hold(customer)
        now = store.now()
        one = Transaction(
            id=store.new_id(),
            type="SalesOrd",
            tranid=f"SO{store.last_id:05d}",
            entity=customer,
            currency=self._currency(customer, body),
            status=self._status(body.get("orderStatus", "A")),
            created=now,
            modified=now,
            trandate=str(body.get("tranDate") or now[:10]),
            externalid=str(body.get("externalId") or ""),
        )
        if one.trandate <= self.closed_until:
            raise user_error("The posting period is closed for this date.", "tranDate")
        store.transactions[one.id] = one
        own = store.table("customer")[customer].get("terms")
        if own:
            # Help: the customer's terms are those of its orders unless another is set
            one.header["terms"] = named(store, "term", own)
        self._take_header(one, body)
        self._take_lines(one, body, replaces=True)
        if not one.lines:
            raise user_error("Please enter at least one line item for this transaction.", "item")
        self._settle(one)
        self._refuse_over_limit(one)
        return one

    def _currency(self, customer: int, body: Body) -> int:
        row = self.store.table("customer")[customer]
        if "currency" not in body:
            return int(row["currency"])
        currency = listed(self.store, "currency", body["currency"], "currency")
        if currency not in row["currencies"]:
            # Help: a customer is sold to in the currencies of its record
            raise invalid_value(currency, "currency")
        return currency

    def _status(self, value: Any) -> str:
        status = reference(value)
        # REST API Browser: salesOrder.orderStatus takes A and B
        if status not in {"A", "B"}:
            raise invalid_value(status, "orderStatus")
        return status

    def _refuse_on_hold(self, customer: int) -> None:
        if self.store.table("customer")[customer].get("creditholdoverride") == "ON":
            raise user_error("This customer is on credit hold.", "entity")

    def _refuse_over_limit(self, one: Transaction) -> None:
        """Accounting preference "customer credit limit handling": enforce."""
        row = self.store.table("customer")[one.entity]
        limit = row.get("creditlimit")
        if self.enforces_credit and limit is not None and row["balance"] + one.total > limit:
            raise user_error("The customer's credit limit is exceeded.", "entity")

    # -- change

    def change(self, one: Transaction, body: Body, *, replaces: bool) -> None:
        if "orderStatus" in body:
            wanted = self._status(body["orderStatus"])
            if one.status in {"A", "B"}:
                if wanted == "B":
                    self._refuse_on_hold(one.entity)
                one.status = wanted
        self._take_header(one, body)
        if "item" in body:
            self._take_lines(one, body, replaces=replaces)
        self._settle(one)
        one.modified = self.store.now()

    def _take_header(self, one: Transaction, body: Body) -> None:
        for name in _KEPT:
            if name in body:
                one.header[name] = body[name]
        if len(str(one.header.get("memo") or "")) > 999:
            raise user_error("The field memo contained more than the maximum number (999).", "memo")
        if "terms" in body:
            ref = listed(self.store, "term", body["terms"], "terms")
            one.header["terms"] = named(self.store, "term", ref)
        if "location" in body:
            one.header["location"] = listed(self.store, "location", body["location"], "location")

    def _take_lines(self, one: Transaction, body: Body, *, replaces: bool) -> None:
        """Without `replace`, a line with no key is appended, whatever is there (REST guide)."""
        given = (body.get("item") or {}).get("items") or []
        kept: list[Line] = []
        for place, entry in enumerate(given):
            path = f"item.items[{place}]"
            line = self._keyed(one, entry, path)
            if line is None:
                line = self._new_line(one, kept, entry, path)
                if not replaces:
                    one.lines.append(line)
            self._take_line(one, line, entry, path)
            kept.append(line)
        if replaces:
            for line in one.lines:
                if line not in kept:
                    if line.shipped or line.billed:
                        raise user_error("This line is linked to another transaction.", "item")
                    amounts.release(self.store, line)
            one.lines = kept

    def _keyed(self, one: Transaction, entry: Body, path: str) -> Line | None:
        if "line" not in entry:
            return None
        line = one.line(int(entry["line"]))
        if line is None:
            raise invalid_value(entry["line"], f"{path}.line")
        return line

    def _new_line(self, one: Transaction, kept: Iterable[Line], entry: Body, path: str) -> Line:
        if not entry.get("item"):
            raise user_error("Please enter value(s) for: Item", f"{path}.item")
        taken = [line.id for line in (*one.lines, *kept)]
        item = listed(self.store, "item", entry["item"], f"{path}.item")
        return Line(id=max(taken, default=1 - _STEP) + _STEP, item=item, quantity=Decimal(1))

    def _take_line(self, one: Transaction, line: Line, entry: Body, path: str) -> None:
        store = self.store
        if "item" in entry:
            item = listed(store, "item", entry["item"], f"{path}.item")
            if item != line.item and (line.shipped or line.billed):
                raise user_error("The item of a fulfilled line cannot be changed.", path)
            line.item = item
        if "quantity" in entry:
            quantity = number(entry["quantity"], f"{path}.quantity")
            if quantity < max(line.shipped, line.billed):
                raise user_error("The quantity is below what was fulfilled.", f"{path}.quantity")
            line.quantity = quantity
        if "taxCode" in entry:
            code = listed(store, "salestaxitem", entry["taxCode"], f"{path}.taxCode")
            line.tax_code = str(code)
        if "location" in entry:
            line.location = listed(store, "location", entry["location"], f"{path}.location")
        if "isClosed" in entry:
            line.is_closed = bool(entry["isClosed"])
        line.price = reference(entry.get("price", line.price))
        line.description = str(entry.get("description", line.description))
        if len(line.description) > 4000:
            raise user_error(
                "The field description contained more than the maximum number (4000).",
                f"{path}.description",
            )
        line.custom |= {name: entry[name] for name in entry if name.startswith("custcol")}
        self._price(one, line, entry, path)

    def _price(self, one: Transaction, line: Line, entry: Body, path: str) -> None:
        """A rate counts with the custom price level only; a real level prices anew."""
        if "rate" in entry and line.price in {"", "-1"}:
            line.rate = number(entry["rate"], f"{path}.rate")
        elif not line.rate or line.price not in {"", "-1"}:
            line.rate = amounts.list_rate(self.store, one, line)
        raw = line.rate * line.quantity
        if "amount" in entry:
            raw = number(entry["amount"], f"{path}.amount")
        line.amount = amounts.to_currency(self.store, raw, one.currency)

    def _settle(self, one: Transaction) -> None:
        amounts.total_up(self.store, one, tax_rounding=self.tax_rounding)
        amounts.settle_status(self.store, one)
        amounts.commit(self.store, one)
