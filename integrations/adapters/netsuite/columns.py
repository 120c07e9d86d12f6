"""Columns that an account may lack: SuiteQL refuses a whole query for one that it does not know.

A feature that is off, or a field that the role may not see, looks the same. So only columns are
done without whose loss costs no money and sends no goods astray; all others stop what needs them.
"""

import re
from collections.abc import Mapping

from integrations.errors import NeedsOperator, Rejected

# By table: the column, and what the portal does not know without it.
OPTIONAL: Mapping[str, Mapping[str, str]] = {
    "item": {
        "averagecost": "costs, so that no margin is shown",
        "class": "categories",
        "description": "descriptions",
        "pricinggroup": "pricing groups, a feature of its own",
        "saleunit": "units",
        "upccode": "barcodes",
        "weight": "weights",
        "weightunit": "weights",
    },
    "customer": {"defaulttaxreg": "tax numbers", "phone": "telephone numbers"},
    "transaction": {"shipcarrier": "carriers", "actualshipdate": "days of shipping"},
}
_NAMES = frozenset(name for columns in OPTIONAL.values() for name in columns)

# "Field 'x' was not found", "Unknown identifier 'x'", "… for record 'y' …"
_UNKNOWN = re.compile(r"(?:Field|identifiers?:?) '?([\w.]+)'?", re.IGNORECASE)


def unknown_columns(error: Rejected | NeedsOperator) -> list[str]:
    """The names that a refusal complains of, in lower case and without their table."""
    words = getattr(error, "remote_words", "") or error.message
    return [name.rpartition(".")[2].lower() for name in _UNKNOWN.findall(words)]


def is_no_table(error: Rejected | NeedsOperator, table: str) -> bool:
    """Whether the account has no such table, or shows it to the role as little."""
    words = (getattr(error, "remote_words", "") or error.message).lower()
    return table.lower() in words and "not found" in words


class Lacking:
    """The optional columns that this account was found to lack."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def left_out(self, sql: str) -> str:
        """The query with nothing in place of those columns, under the same names."""
        for name in sorted(self._names):
            sql = _without(sql, name)
        return sql

    def learn(self, error: Rejected | NeedsOperator, sql: str) -> bool:
        """Whether the query can be asked again without what it was refused for."""
        found = [name for name in unknown_columns(error) if name in _NAMES - self._names]
        usable = [name for name in found if _without(sql, name) != sql]
        self._names.update(usable)
        return bool(usable)


def column_missing(column: str, why: str) -> NeedsOperator:
    return NeedsOperator(
        f"NetSuite shows the portal's role no column {column!r}: {why}",
        reason="column_missing",
        cause=f"column_missing:{column}",
        hint="“Test connection” says what needs it: switch its feature on in NetSuite, or let the "
        "role see the field; then requeue.",
    )


def _without(sql: str, name: str) -> str:
    chosen, source, rest = sql.partition(" FROM ")
    wrapped = re.compile(rf"(?:BUILTIN\.DF|TO_CHAR)\(\w+\.{name}(?:, '[^']*')?\)", re.IGNORECASE)
    chosen = wrapped.sub("NULL", chosen)
    chosen = re.sub(rf"\b\w+\.{name}\b", f"NULL AS {name}", chosen, flags=re.IGNORECASE)
    return f"{chosen}{source}{rest}"
