"""Rows by entity set, each with a version for its etag; all of a request or nothing."""

import copy
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.sandbox.schema import PAGES

Row = dict[str, Any]
NO_ID = "00000000-0000-0000-0000-000000000000"
NO_DAY = "0001-01-01"
_EMPTY: dict[str, Any] = {
    "Guid": NO_ID,
    "Date": NO_DAY,
    "DateTimeOffset": "0001-01-01T00:00:00Z",
    "Boolean": False,
    "Int32": 0,
    "Enum": " ",
}


class Store:
    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in PAGES}
        self._versions = 0
        self._numbers: dict[str, int] = {}

    def new_number(self, series: str, first: int) -> str:
        self._numbers[series] = self._numbers.get(series, first - 1) + 1
        return f"{series}{self._numbers[series]}"

    def insert(self, table: str, **values: Any) -> Row:
        row: Row = {name: _empty(kind) for name, kind in PAGES[table].fields.items()}
        row.update(values)
        if row.get("id", NO_ID) == NO_ID:
            row["id"] = str(uuid.uuid4())
        self.tables[table][row["id"]] = row
        self.touch(table, row)
        return row

    def touch(self, table: str, row: Row, **values: Any) -> None:
        """Writes values; another etag, another time of change."""
        row.update(values)
        self._versions += 1
        row["_version"] = self._versions
        if "lastModifiedDateTime" in PAGES[table].fields:
            row["lastModifiedDateTime"] = time_text()

    def rows(self, table: str) -> list[Row]:
        return list(self.tables[table].values())

    def find(self, table: str, name: str, value: Any) -> list[Row]:
        return [row for row in self.tables[table].values() if row[name] == value]

    def get(self, table: str, key: str) -> Row | None:
        return self.tables[table].get(key.lower())

    def one(self, table: str, name: str, value: Any) -> Row:
        (row,) = self.find(table, name, value)
        return row

    def delete(self, table: str, row: Row) -> None:
        del self.tables[table][row["id"]]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        before = copy.deepcopy(self.tables)
        try:
            yield
        except Exception:
            for name, rows in before.items():
                self.tables[name] = rows
            raise


def time_text() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def _empty(kind: str) -> Any:
    if kind.startswith(("Code", "Text")):
        return ""
    return Decimal(0) if kind == "Decimal" else _EMPTY[kind]
