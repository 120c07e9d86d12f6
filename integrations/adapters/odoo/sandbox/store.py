"""Rows in memory with transactions: what fails leaves nothing behind, ids stay used up."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from integrations.adapters.odoo.sandbox.faults import missing
from integrations.adapters.odoo.sandbox.fields import FieldDef, ModelDef
from integrations.adapters.odoo.sandbox.schema import models_of

Row = dict[str, Any]


class _IsOver(Exception):
    """Ends a rehearsal."""


class Store:
    """Tables of rows by id. A many2one holds an id or False, a many2many a list of ids,
    times are aware, numbers are Decimals. Not thread-safe: the server holds its lock."""

    def __init__(self, *, version: int = 19) -> None:
        self.version = version
        self.models: dict[str, ModelDef] = models_of(version)
        self.whole = self.models  # as they were before an upgrade
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.uid = 1
        self._tables: dict[str, dict[int, Row]] = {name: {} for name in self.models}
        self._last_id: defaultdict[str, int] = defaultdict(int)
        self._numbers: defaultdict[str, int] = defaultdict(int)
        # (model, field) → value → ids, for the relations that are looked up backwards
        self._index: dict[tuple[str, str], defaultdict[Any, set[int]]] = {
            key: defaultdict(set) for key in self._indexed()
        }
        self._journal: list[tuple[str, int, Row | None]] = []

    def _indexed(self) -> Iterable[tuple[str, str]]:
        yield ("sale.order", "client_order_ref")
        yield ("sale.order", "origin")
        yield ("mail.message", "res_id")
        yield ("account.move.line", "of_sale_line")
        yield ("stock.move", "product_id")
        yield ("stock.quant", "product_id")
        yield ("ir.model.data", "name")
        yield ("ir.model.data", "res_id")
        for model in self.models.values():
            for one in model.fields.values():
                if one.type == "one2many":
                    yield (one.relation, one.inverse)

    # -- transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Undoes everything since its beginning when its body raises; may be nested."""
        mark = len(self._journal)
        try:
            yield
        except BaseException:
            while len(self._journal) > mark:
                model, row_id, before = self._journal.pop()
                self._place(model, row_id, before)
            raise
        if mark == 0:
            self._journal.clear()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Undoes everything at its end, the numbers it used up as well."""
        last_id, numbers = self._last_id.copy(), self._numbers.copy()
        try:
            with self.transaction():
                yield
                raise _IsOver
        except _IsOver:
            pass
        finally:
            self._last_id, self._numbers = last_id, numbers

    def now(self) -> datetime:
        return self.clock().astimezone(UTC)

    # -- rows

    def table(self, model: str) -> dict[int, Row]:
        return self._tables[model]

    def get(self, model: str, row_id: int) -> Row:
        """Raises MissingError."""
        try:
            return self._tables[model][row_id]
        except KeyError:
            raise missing(model, row_id, self.uid) from None

    def exists(self, model: str, row_id: Any) -> bool:
        return isinstance(row_id, int) and row_id in self._tables[model]

    def insert(self, model: str, values: Row) -> Row:
        self._last_id[model] += 1
        row_id = self._last_id[model]
        now = self.now()
        row = {
            name: _default(one)
            for name, one in self.whole[model].fields.items()
            if not one.compute and one.type != "one2many" and not one.source
        }
        row.update(values, id=row_id, create_date=now, write_date=now)
        self._set(model, row_id, row)
        return row

    def update(self, model: str, row_id: int, values: Row, *, is_silent: bool = False) -> None:
        """Also moves `write_date`, with no values as well, unless it is silent."""
        row = {**self.get(model, row_id), **values}
        if not is_silent:
            row["write_date"] = self.now()
        self._set(model, row_id, row)

    def delete(self, model: str, row_id: int) -> None:
        self._set(model, row_id, None)

    def find(self, model: str, name: str, value: Any) -> list[Row]:
        """Rows whose indexed field has this value, by id."""
        table = self._tables[model]
        return [table[row_id] for row_id in sorted(self._index[model, name].get(value, ()))]

    def indexed(self, model: str, name: str, values: Iterable[Any]) -> set[int] | None:
        """Ids of the rows with one of these values, or None when the field has no index."""
        if name == "id":
            return {one for one in values if self.exists(model, one)}
        index = self._index.get((model, name))
        if index is None:
            return None
        return set().union(*(index.get(value, ()) for value in values))

    def definition(self, model: str, name: str) -> FieldDef | None:
        return self.models[model].fields.get(name)

    def define(self, model: str, name: str, one: FieldDef | None) -> None:
        """Adds, changes or, with None, removes a field; its values stay."""
        known = self.models[model]
        fields = {key: value for key, value in known.fields.items() if key != name}
        if one is not None:
            fields[name] = one
        self.models = {**self.models, model: replace(known, fields=fields)}

    def skip_to(self, model: str, last_id: int) -> None:
        """The next row of this model gets the id after `last_id`, as after many others."""
        self._last_id[model] = max(self._last_id[model], last_id)

    def next_number(self, prefix: str, digits: int) -> str:
        self._numbers[prefix] += 1
        return f"{prefix}{self._numbers[prefix]:0{digits}d}"

    def _set(self, model: str, row_id: int, row: Row | None) -> None:
        self._journal.append((model, row_id, self._tables[model].get(row_id)))
        self._place(model, row_id, row)

    def _place(self, model: str, row_id: int, row: Row | None) -> None:
        before = self._tables[model].get(row_id)
        for (of_model, name), index in self._index.items():
            if of_model != model:
                continue
            if before is not None:
                index[before.get(name)].discard(row_id)
            if row is not None:
                index[row.get(name)].add(row_id)
        if row is None:
            self._tables[model].pop(row_id, None)
        else:
            self._tables[model][row_id] = row


def _default(one: FieldDef) -> Any:
    return [] if one.type == "many2many" else one.default
