"""SuiteQL: the account as tables, asked in SQL.

SQLite stands in for Oracle: its own errors for unknown columns and tables become NetSuite's
words. Names come back in lower case, numbers as texts, empty columns not at all.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.sandbox.faults import Refusal
from integrations.adapters.netsuite.sandbox.store import Row, Store, Transaction
from integrations.adapters.netsuite.sandbox.tables import (
    LINE,
    LINK,
    LISTS,
    PRICING,
    STOCK,
    TRANSACTION,
    line_rows,
    link_rows,
    stock_rows,
    transaction_row,
)

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


class Tables:
    """`hidden` are tables the role may not see; `gone` columns that are not there any more,
    `renamed` those that have another name."""

    def __init__(self, store: Store, line_fields: Callable[[], Iterable[str]]) -> None:
        self.store, self._line_fields = store, line_fields
        self.hidden: set[str] = set()
        self.gone: set[tuple[str, str]] = set()
        self.renamed: dict[tuple[str, str], str] = {}
        self.item_fields: set[str] = set()
        self.has_compound_status = False  # "SalesOrd:B", as saved searches show it

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
            typed = ", ".join(self._column(name.lower(), one) for one in kept)
            database.execute(f'CREATE TABLE "{name}" ({typed})')
            marks = ", ".join("?" for _ in kept)
            database.executemany(
                f'INSERT INTO "{name}" VALUES ({marks})',
                [[_stored(row.get(one)) for one in kept] for row in rows],
            )

    def _column(self, table: str, name: str) -> str:
        shown = self.renamed.get((table, name), name)
        return f'"{shown}" NUMERIC' if name in _KEYS else f'"{shown}"'

    def _display(self, column: str, value: Any) -> str | None:
        table, name = _NAMES.get(column, ("", ""))
        if not table or value in (None, ""):
            return None if value in (None, "") else str(value)
        row = self.store.table(table).get(int(value), {})
        return str(row[name]) if row.get(name) else None

    def _transaction(self, one: Transaction) -> Row:
        row = transaction_row(one)
        return {**row, "status": f"{one.type}:{row['status']}"} if self.has_compound_status else row

    def _tables(self) -> Iterable[tuple[str, Sequence[str], Sequence[Row]]]:
        store = self.store
        for name, columns in LISTS.items():
            more = sorted(self.item_fields) if name == "item" else ()
            yield name, (*columns, *more), list(store.table(name).values())
        yield "pricing", PRICING, store.pricing
        yield "customeritempricing", ("customer", "item", "level", "price"), store.item_pricing
        yield "customergrouppricing", ("customer", "group", "level"), store.group_pricing
        yield "aggregateItemLocation", STOCK, list(stock_rows(store))
        everything = list(store.transactions.values())
        yield "transaction", TRANSACTION, [self._transaction(one) for one in everything]
        fields = tuple(self._line_fields())
        yield (
            "transactionline",
            (*LINE, *fields),
            [row for one in everything for row in line_rows(store, one)],
        )
        yield (
            "PreviousTransactionLineLink",
            LINK,
            [row for one in everything for row in link_rows(store, one)],
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


# Compared as numbers, whatever the parameter is written as.
_KEYS = frozenset(
    ("id", "item", "transaction", "location", "customer", "entity", "currency", "company", "nkey")
    + (
        "pricelevel",
        "quantity",
        "level",
        "group",
        "pricinggroup",
        "parent",
        "previousdoc",
        "previousline",
        "nextdoc",
    )
    + ("nextline", "addressbookaddress", "internalid")
)


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
