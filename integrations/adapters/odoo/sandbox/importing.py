"""`load`: rows of texts with external ids; the import that Odoo's own screens use.

HTTP 200 whatever happens: `ids` false and `messages` tell an error, and nothing is stored.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from integrations.adapters.odoo.sandbox import sales
from integrations.adapters.odoo.sandbox.computed import display
from integrations.adapters.odoo.sandbox.faults import OdooFault, missing_required, value_error
from integrations.adapters.odoo.sandbox.fields import FieldDef
from integrations.adapters.odoo.sandbox.store import Row, Store

SERIALIZATION = "could not serialize access due to concurrent update\n"
# asked before a record is written: has somebody else written this external id meanwhile?
IsTaken = Callable[[str], bool]


class _Failed(Exception):
    """Ends the import; what was written is undone."""


class _BadCell(Exception):
    def __init__(self, message: str, moreinfo: Any = None) -> None:
        super().__init__(message)
        self.message, self.moreinfo = message, moreinfo


class OrderImport:
    """One call of `sale.order.load`."""

    def __init__(self, store: Store, *, zone: str, is_taken: IsTaken) -> None:
        self._store, self._zone, self._is_taken = store, ZoneInfo(zone), is_taken
        self._messages: list[Row] = []

    def run(self, columns: list[str], data: list[list[str]]) -> Row:
        self._check_columns(columns)
        if any(len(row) < len(columns) for row in data):
            raise OdooFault("builtins.IndexError", "list index out of range")
        try:
            with self._store.transaction():
                ids = [
                    self._record(number, columns, start, rows)
                    for number, (start, rows) in _records(columns, data)
                ]
                if any(message["type"] == "error" for message in self._messages):
                    raise _Failed
        except _Failed:
            return {"ids": False, "messages": self._messages, "nextrow": 0}
        return {"ids": ids, "messages": self._messages, "nextrow": 0}

    def _check_columns(self, columns: list[str]) -> None:
        for column in columns:
            model = "sale.order"
            for part in column.split("/"):
                if part in {"id", ".id"}:
                    break
                one = self._store.definition(model, part)
                if one is None:
                    raise value_error(f"Invalid field name {part!r}")
                model = one.relation or model

    # -- one record

    def _record(self, number: int, columns: list[str], start: int, rows: list[list[str]]) -> int:
        span = {"from": start, "to": start + len(rows) - 1}
        header, lines = self._converted(number, span, columns, rows)
        xid = dict(zip(columns, rows[0], strict=False)).get("id", "")
        try:
            return self._write(xid, header, lines)
        except OdooFault as fault:
            words = fault.message.removeprefix("The operation cannot be completed: ")
            message: Row = {"rows": span, "record": number, "type": "error", "message": words}
            if "(partner_id)" in words:
                message["field"] = "partner_id"
            self._messages.append(message)
            return 0

    def _converted(
        self, number: int, span: Row, columns: list[str], rows: list[list[str]]
    ) -> tuple[Row, list[tuple[str, Row]]]:
        header: Row = {}
        for column, cell in zip(columns, rows[0], strict=False):
            if column != "id" and not column.startswith("order_line"):
                self._convert(number, span, "sale.order", "", column, cell, header)
        lines: list[tuple[str, Row]] = []
        for row in rows:
            line: Row = {}
            line_xid = ""
            cells = [
                (column.removeprefix("order_line/"), cell)
                for column, cell in zip(columns, row, strict=False)
                if column.startswith("order_line/")
            ]
            for column, cell in cells:
                if column == "id":
                    line_xid = cell
                else:
                    self._convert(
                        number, span, "sale.order.line", "Order Lines", column, cell, line
                    )
            if any(cell for _, cell in cells):
                lines.append((line_xid, line))
        return header, lines

    def _convert(
        self,
        number: int,
        span: Row,
        model: str,
        parent: str,
        column: str,
        cell: str,
        into: Row,
    ) -> None:
        name, _, kind = column.partition("/")
        one = self._store.models[model].fields[name]
        label = f"{parent}/{one.label}" if parent else one.label
        try:
            into[name] = self._cell(one, label, kind, cell)
        except _BadCell as bad:
            message: Row = {
                "rows": {"from": span["from"], "to": span["to"]},
                "type": "error",
                "record": number,
                "field": "order_line" if parent else name,
                "message": bad.message,
            }
            if bad.moreinfo is not None:
                message["moreinfo"] = bad.moreinfo
            message["field_name"] = parent or one.label
            self._messages.append(message)

    def _cell(self, one: FieldDef, label: str, kind: str, cell: str) -> Any:
        if not isinstance(cell, str):
            cell = str(cell)
        if one.type == "many2one":
            return self._relation(one, label, kind, cell) if cell else False
        if one.type == "many2many":
            ids = [self._relation(one, label, kind, part) for part in cell.split(",") if part]
            return [[6, 0, ids]]
        if one.type == "boolean":
            return cell.strip().lower() in {"1", "true", "yes"}
        if one.type in {"float", "monetary", "integer"}:
            return _number(cell, label)
        if one.type == "datetime":
            return _moment(cell, label, self._zone) if cell else False
        return cell or False

    def _relation(self, one: FieldDef, label: str, kind: str, cell: str) -> int:
        store = self._store
        if kind == ".id":
            if cell.isdigit() and store.exists(one.relation, int(cell)):
                return int(cell)
            raise _BadCell(
                f"No matching record found for database id '{cell}' in field '{label}'",
                _possible_values("ir.model.data", one.relation),
            )
        if kind == "id":
            found = xid_target(store, cell)
            if found is not None:
                return found
            raise _BadCell(f"No matching record found for external id '{cell}' in field '{label}'")
        return self._by_name(one, label, cell)

    def _by_name(self, one: FieldDef, label: str, cell: str) -> int:
        found = [
            row["id"]
            for row in self._store.table(one.relation).values()
            if cell
            in {
                row.get("name"),
                row.get("default_code"),
                display(self._store, one.relation, row, ""),
            }
        ]
        if not found:
            raise _BadCell(
                f"No matching record found for name '{cell}' in field '{label}'",
                _possible_values(one.relation, ""),
            )
        if len(found) > 1:
            self._messages.append(
                {
                    "rows": {"from": 0, "to": 0},
                    "type": "warning",
                    "record": 0,
                    "field": "order_line",
                    "message": f'Found multiple matches for value "{cell}" in field '
                    f'"{label.split("/")[0]}" ({len(found)} matches)',
                }
            )
        return int(found[0])

    # -- storing

    def _write(self, xid: str, header: Row, lines: list[tuple[str, Row]]) -> int:
        store = self._store
        if xid and " " in xid:
            raise OdooFault(
                "psycopg2.errors.CheckViolation",
                'new row for relation "ir_model_data" violates check constraint '
                f'"ir_model_data_name_nospaces"\nDETAIL:  Failing row contains ({xid}).\n',
            )
        if xid and self._is_taken(xid):
            raise OdooFault("psycopg2.errors.SerializationFailure", SERIALIZATION)
        order_id = xid_target(store, xid)
        if any("name" in line and not line["name"] for _, line in lines):
            # the message really speaks of the order's own name
            words = missing_required("Order Reference", "name", "Unknown", "")
            raise OdooFault("odoo.exceptions.ValidationError", words)
        commands = [self._command(line_xid, line) for line_xid, line in lines]
        if order_id is None:
            order_id = sales.create_order(store, {**header, "order_line": []})
            remember_xid(store, xid, "sale.order", order_id)
        else:
            sales.write_orders(store, [order_id], header)
        before = set(_line_ids(store, order_id))
        for (line_xid, _), command in zip(lines, commands, strict=True):
            sales.apply_lines(store, order_id, [command])
            fresh = set(_line_ids(store, order_id)) - before
            for line_id in fresh:
                remember_xid(store, line_xid, "sale.order.line", line_id)
            before |= fresh
        return order_id

    def _command(self, line_xid: str, line: Row) -> list[Any]:
        line_id = xid_target(self._store, line_xid)
        return [0, 0, line] if line_id is None else [1, line_id, line]


def _line_ids(store: Store, order_id: int) -> list[int]:
    return [line["id"] for line in store.find("sale.order.line", "order_id", order_id)]


def _records(
    columns: list[str], data: list[list[str]]
) -> list[tuple[int, tuple[int, list[list[str]]]]]:
    """A row whose own cells are all empty continues the record before it with one more line."""
    own = [number for number, name in enumerate(columns) if not name.startswith("order_line/")]
    found: list[tuple[int, list[list[str]]]] = []
    for number, row in enumerate(data):
        if found and not any(row[one] for one in own):
            found[-1][1].append(row)
        else:
            found.append((number, [row]))
    return list(enumerate(found))


def _possible_values(res_model: str, of_model: str) -> Row:
    action: Row = {
        "name": "Possible Values",
        "type": "ir.actions.act_window",
        "target": "new",
        "view_mode": "list,form",
        "views": [[False, "list"], [False, "form"]],
        "context": {"create": False},
        "help": "See all possible values",
        "res_model": res_model,
    }
    if of_model:
        action["domain"] = [["model", "=", of_model]]
    return action


def _number(cell: str, label: str) -> Decimal:
    try:
        return Decimal(cell or "0")
    except InvalidOperation:
        raise _BadCell(f"'{cell}' does not seem to be a number for field '{label}'") from None


def _moment(cell: str, label: str, zone: ZoneInfo) -> str:
    """As UTC text; a day alone is its midnight."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            found = datetime.strptime(cell, form).replace(tzinfo=zone)
        except ValueError:
            continue
        return found.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    raise _BadCell(
        f"'{cell}' does not seem to be a valid datetime for field '{label}'",
        "Use the format '2012-12-31 23:59:59'",
    )


# ---------------------------------------------------------------- external ids


def xid_target(store: Store, xid: str) -> int | None:
    found = store.find("ir.model.data", "name", _full(xid)) if xid else []
    return int(found[0]["res_id"]) if found else None


def remember_xid(store: Store, xid: str, model: str, res_id: int) -> None:
    if xid:
        store.insert(
            "ir.model.data",
            {
                "module": _full(xid).split(".")[0],
                "name": _full(xid),
                "model": model,
                "res_id": res_id,
            },
        )


def xids_of(store: Store, model: str, ids: list[int]) -> dict[str, str]:
    """As `get_external_id` answers: JSON makes texts of the ids."""
    known = {
        row["res_id"]: row["name"]
        for one in ids
        for row in store.find("ir.model.data", "res_id", one)
        if row["model"] == model
    }
    return {str(one): str(known.get(one, "")) for one in ids}


def _full(xid: str) -> str:
    return xid if "." in xid else f"__import__.{xid}"
