"""SuiteQL: the account as tables, asked in SQL.

SQLite stands in for Oracle: its own errors for unknown columns and tables become NetSuite's
words. Names come back in lower case, numbers as texts, empty columns not at all.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.sandbox import amounts
from integrations.adapters.netsuite.sandbox.faults import Refusal
from integrations.adapters.netsuite.sandbox.store import Line, Row, Store, Transaction

_DISPLAY = re.compile(r"BUILTIN\.DF\(\s*(?:(\w+)\.)?(\w+)\s*\)", re.IGNORECASE)
# What the account shows for a reference in these columns: (table, column of the name).
_NAMES = {
    "location": ("location", "name"),
    "pricelevel": ("pricelevel", "name"),
    "currency": ("currency", "name"),
    "terms": ("term", "name"),
    "category": ("customercategory", "name"),
    "class": ("classification", "name"),
    "saleunit": ("unit", "name"),
    "stockunit": ("unit", "name"),
    "item": ("item", "itemid"),
    "entity": ("customer", "companyname"),
}
MOST_ROWS = 100_000
_PARTS = {"YYYY": slice(0, 4), "MM": slice(5, 7), "DD": slice(8, 10)}

Table = tuple[str, Sequence[Row]]


class Tables:
    """`hidden` are tables the role may not see; `gone` columns that are not there any more."""

    def __init__(self, store: Store, line_fields: Callable[[], Iterable[str]]) -> None:
        self.store, self._line_fields = store, line_fields
        self.hidden: set[str] = set()
        self.gone: set[tuple[str, str]] = set()
        self.item_fields: set[str] = set()

    def ask(self, sql: str, params: Sequence[str]) -> list[Row]:
        """All rows. Raises Refusal in NetSuite's words."""
        if re.search(r"\bLIMIT\b", sql, re.IGNORECASE):
            raise _invalid("Search error occurred: Invalid or unsupported search")
        database = sqlite3.connect(":memory:")
        try:
            self._fill(database, sql.lower())
            cursor = database.execute(_in_sqlite(sql), list(params))
            names = [column[0].lower() for column in cursor.description]
            return [_shown(names, values) for values in cursor.fetchall()[:MOST_ROWS]]
        except sqlite3.Error as exc:
            raise _refusal(str(exc)) from exc
        finally:
            database.close()

    def _fill(self, database: sqlite3.Connection, sql: str) -> None:
        database.create_function("TO_DATE", 2, lambda text, _: text)
        database.create_function("TO_CHAR", 2, _to_char)
        database.create_function("DISPLAY", 2, self._display)
        for name, columns, rows in self._tables():
            if name.lower() in self.hidden or name.lower() not in sql:
                continue
            kept = [one for one in columns if (name.lower(), one) not in self.gone]
            typed = ", ".join(f'"{one}" NUMERIC' if _is_key(one) else f'"{one}"' for one in kept)
            database.execute(f'CREATE TABLE "{name}" ({typed})')
            marks = ", ".join("?" for _ in kept)
            database.executemany(
                f'INSERT INTO "{name}" VALUES ({marks})',
                [[_stored(row.get(one)) for one in kept] for row in rows],
            )

    def _display(self, column: str, value: Any) -> str | None:
        table, name = _NAMES.get(column, ("", ""))
        if not table or value in (None, ""):
            return None if value in (None, "") else str(value)
        row = self.store.table(table).get(int(value), {})
        return str(row[name]) if row.get(name) else None

    def _tables(self) -> Iterable[tuple[str, Sequence[str], Sequence[Row]]]:
        store = self.store
        for name, columns in LISTS.items():
            more = sorted(self.item_fields) if name == "item" else ()
            yield name, (*columns, *more), list(store.table(name).values())
        yield "pricing", _PRICING, store.pricing
        yield "customeritempricing", ("customer", "item", "level", "price"), store.item_pricing
        yield "customergrouppricing", ("customer", "group", "level"), store.group_pricing
        yield "aggregateItemLocation", _STOCK, list(_stock_rows(store))
        everything = list(store.transactions.values())
        yield "transaction", _TRANSACTION, [_transaction_row(one) for one in everything]
        fields = tuple(self._line_fields())
        yield (
            "transactionline",
            (*_LINE, *fields),
            [row for one in everything for row in _line_rows(store, one)],
        )
        yield (
            "PreviousTransactionLineLink",
            _LINK,
            [row for one in everything for row in _link_rows(store, one)],
        )
        tracked = [(one, number) for one in everything for number in one.tracking]
        yield (
            "TrackingNumber",
            ("id", "trackingnumber"),
            [
                {"id": place, "trackingnumber": number}
                for place, (_, number) in enumerate(tracked, 1)
            ],
        )
        yield (
            "TrackingNumberMap",
            ("transaction", "trackingnumber"),
            [
                {"transaction": one.id, "trackingnumber": place}
                for place, (one, _) in enumerate(tracked, 1)
            ],
        )


LISTS: dict[str, tuple[str, ...]] = {
    "currency": ("id", "name", "symbol", "currencyprecision", "isbasecurrency"),
    "location": ("id", "name", "isinactive"),
    "pricelevel": ("id", "name"),
    "term": ("id", "name", "daysuntilnetdue", "datedriven", "isinactive"),
    "item": (
        ("id", "itemid", "displayname", "description", "itemtype", "subtype", "isinactive")
        + ("parent", "matrixtype", "upccode", "weight", "weightunit", "saleunit", "stockunit")
        + ("class", "averagecost", "pricinggroup", "lastmodifieddate")
    ),
    "customer": (
        ("id", "entityid", "companyname", "email", "phone", "currency", "pricelevel", "category")
        + ("terms", "creditlimit", "balance", "creditholdoverride", "isinactive", "taxable")
        + ("defaulttaxreg", "lastmodifieddate")
    ),
    "customeraddressbook": (
        ("internalid", "entity", "addressbookaddress", "defaultbilling", "defaultshipping")
    ),
    "customeraddressbookentityaddress": (
        ("nkey", "addressee", "attention", "addr1", "addr2", "city", "state", "zip", "country")
        + ("addrphone",)
    ),
    "contact": ("id", "entityid", "email", "phone", "company", "isinactive"),
}
_PRICING = ("item", "pricelevel", "currency", "quantity", "unitprice")
_STOCK = ("item", "location", "quantityonhand", "quantitycommitted", "quantityavailable") + (
    "quantityonorder",
    "quantitybackordered",
    "lastquantityavailablechange",
)
_TRANSACTION = (
    ("id", "type", "tranid", "externalid", "status", "entity", "currency", "foreigntotal")
    + ("foreignamountunpaid", "trandate", "duedate", "createddate", "lastmodifieddate")
    + ("actualshipdate", "shipcarrier")
)
_LINE = ("transaction", "id", "item", "memo", "quantity", "quantityshiprecv", "quantitybilled") + (
    "quantitybackordered",
    "isclosed",
    "expectedshipdate",
    "mainline",
    "taxline",
    "iscogs",
)
_LINK = ("previousdoc", "previousline", "previoustype", "nextdoc", "nextline", "nexttype")
_KEYS = {
    ("id", "item", "transaction", "location", "customer", "entity", "currency", "company", "nkey")
    + ("pricelevel", "quantity", "level", "parent", "previousdoc", "previousline", "nextdoc")
    + ("nextline", "addressbookaddress", "internalid", "trackingnumber")
}
_KEY_NAMES = frozenset(name for names in _KEYS for name in names)


def _is_key(column: str) -> bool:
    return column in _KEY_NAMES - {"trackingnumber"}


def _stored(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _shown(names: Sequence[str], values: Sequence[Any]) -> Row:
    found: Row = {"links": []}
    for name, value in zip(names, values, strict=True):
        if value is not None:
            found[name] = _text(value)
    return found


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _in_sqlite(sql: str) -> str:
    """`transaction` is a word of SQLite's own."""
    return re.sub(r"\btransaction\b", "[transaction]", _DISPLAY.sub(_named, sql))


def _named(match: re.Match[str]) -> str:
    alias, column = match[1], match[2]
    return f"DISPLAY('{column.lower()}', {f'{alias}.' if alias else ''}{column})"


def _to_char(value: Any, form: str) -> str | None:
    if not value:
        return None
    return str(value) if "HH24" in form else str(value)[:10]


def _refusal(words: str) -> Refusal:
    unknown = re.match(r"no such (column|table): (?:\w+\.)?(\w+)", words)
    if unknown is None:
        return _invalid(f"Search error occurred: Invalid or unsupported search ({words})")
    what = "Field" if unknown[1] == "column" else "Record"
    return _invalid(
        f"Search error occurred: {what} '{unknown[2]}' was not found. "
        "Reason: NOT_EXPOSED - not exposed for channel SEARCH."
    )


def _invalid(words: str) -> Refusal:
    return Refusal(
        "INVALID_PARAMETER",
        f"Invalid search query. Detailed unprocessed description follows. {words}.",
    )


# ---------------------------------------------------------------- rows


def _stock_rows(store: Store) -> Iterable[Row]:
    for (item, location), stock in sorted(store.stock.items()):
        yield {
            "item": item,
            "location": location,
            "quantityonhand": stock.on_hand,
            "quantitycommitted": stock.committed,
            "quantityavailable": stock.available,
            "quantityonorder": stock.on_order or None,
            "lastquantityavailablechange": stock.changed,
        }


def _transaction_row(one: Transaction) -> Row:
    sign = -1 if one.type == "CustCred" else 1
    return {
        "id": one.id,
        "type": one.type,
        "tranid": one.tranid,
        "externalid": one.externalid or None,
        "status": one.status,
        "entity": one.entity,
        "currency": one.currency,
        "foreigntotal": one.total * sign,
        "foreignamountunpaid": one.unpaid if one.type in {"CustInvc", "CustCred"} else None,
        "trandate": one.trandate,
        "duedate": one.due or None,
        "createddate": one.created,
        "lastmodifieddate": one.modified,
        "actualshipdate": one.shipped or None,
        "shipcarrier": one.header.get("shipcarrier"),
    }


def _line_rows(store: Store, one: Transaction) -> Iterable[Row]:
    """A header row, the lines, for fulfilments their cost lines, and a tax row."""
    flags = {"mainline": "F", "taxline": "F", "iscogs": "F", "isclosed": "F"}
    yield {"transaction": one.id, "id": 0, **flags, "mainline": "T"}
    # what leaves the house or is sold is negative
    sign = -1 if one.type in {"SalesOrd", "ItemShip", "CustInvc"} else 1
    for line in one.lines:
        yield {
            **flags,
            "transaction": one.id,
            "id": line.id,
            "item": line.item,
            "memo": line.description,
            "quantity": line.quantity * sign,
            "quantityshiprecv": line.shipped,
            "quantitybilled": line.billed,
            "quantitybackordered": _backordered(store, one, line),
            "isclosed": "T" if line.is_closed else "F",
            "expectedshipdate": line.custom.get("expected"),
            **line.custom,
        }
        if one.type == "ItemShip":
            cost = {"transaction": one.id, "id": line.id + 1000, "item": line.item}
            yield {**flags, **cost, "quantity": line.quantity, "iscogs": "T"}
    if one.tax:
        yield {**flags, "transaction": one.id, "id": 5000, "taxline": "T"}


def _backordered(store: Store, one: Transaction, line: Line) -> Decimal | None:
    return amounts.backordered(store, one, line) if one.type == "SalesOrd" else None


def _link_rows(store: Store, one: Transaction) -> Iterable[Row]:
    for line in one.lines:
        if line.origin is not None:
            before, before_line = line.origin
            yield {
                "previousdoc": before,
                "previousline": before_line,
                "previoustype": store.transactions[before].type,
                "nextdoc": one.id,
                "nextline": line.id,
                "nexttype": one.type,
            }
