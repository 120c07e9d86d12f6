"""Reads the fields of a record out of a row, as the mapping says."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.custom.mapping.fields import FieldPath
from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.paths import MISSING, Path, plain
from integrations.adapters.custom.values import Formats, read_value
from integrations.errors import NeedsOperator


class Row:
    """One row: fields by their names, each None where the row tells nothing.

    Raises NeedsOperator (`mapping_misfit`) for a field that lacks or cannot be read. `currency`
    is the row's own, or the one that was handed in.
    """

    def __init__(
        self,
        raw: Any,
        fields: Entry,
        formats: Formats,
        *,
        currency: str = "",
        parent: Any = MISSING,
    ) -> None:
        self.raw, self._fields, self._formats, self._parent = raw, fields, formats, parent
        self.currency = currency
        told = self.text("currency") if "currency" in fields else ""
        self.currency = (told or currency).upper()

    def get(self, name: str) -> Any:
        """The value as its kind, or None."""
        field: FieldPath | None = self._fields[name]
        if field is None:
            return None
        raw = field.path.find(self.raw, self._parent)
        if raw is MISSING or raw is None or raw == "" or plain(raw) in field.none_if:
            return self._missing(field, is_there=raw is not MISSING)
        if field.last_segment:
            raw = plain(raw).rstrip("/").rpartition("/")[2]
        return self._read(field, raw)

    def text(self, name: str) -> str:
        return str(self.get(name) or "")

    def number(self, name: str) -> Decimal:
        """Zero where the row tells none."""
        found: Decimal | None = self.get(name)
        return Decimal(0) if found is None else found

    def flag(self, name: str, *, otherwise: bool) -> bool:
        found = self.get(name)
        return otherwise if found is None else bool(found)

    def day(self, name: str) -> date | None:
        found: date | None = self.get(name)
        return found

    def moment(self, name: str) -> datetime | None:
        found: datetime | None = self.get(name)
        return found

    def rows(self, path: Path) -> list[Any]:
        """A list inside this row; missing or null is empty."""
        found = path.find(self.raw, self._parent)
        return found if isinstance(found, list) else []

    # -- reading

    def _missing(self, field: FieldPath, *, is_there: bool) -> Any:
        if field.default is not None:
            return self._outcome(field, field.default)
        if field.values is not None and "null" in field.values:
            return self._outcome(field, field.values["null"])
        if field.spec.is_required or (field.spec.is_kept_up and not is_there):
            raise _misfit(field, f"the ERP tells nothing at {field.path.text!r}")
        return None

    def _read(self, field: FieldPath, raw: Any) -> Any:
        if field.values is not None:
            meant = field.values.get(plain(raw), field.default)
            if meant is None:
                raise _misfit(field, f"{plain(raw)!r} stands in no line of its table 'values'")
            return self._outcome(field, meant)
        try:
            value = read_value(
                field.spec.kind, raw, self._formats, style=field.style, currency=self.currency
            )
        except ValueError as exc:
            raise _misfit(field, f"at {field.path.text!r}: {exc}") from exc
        if field.spec.choices and value not in field.spec.choices:
            raise _misfit(field, f"{value!r} needs a line in a table 'values'")
        return value

    def _outcome(self, field: FieldPath, meant: str) -> Any:
        """A value of the mapping itself, which is written in the portal's own way."""
        if field.spec.kind == "text":
            return meant
        try:
            return read_value(field.spec.kind, meant, _OURS, currency=self.currency)
        except ValueError as exc:
            raise _misfit(field, str(exc)) from exc


_OURS = Formats()


def _misfit(field: FieldPath, what: str) -> NeedsOperator:
    return NeedsOperator(
        f"{field.where} (line {field.line} of the mapping): {what}.",
        reason="mapping_misfit",
        cause=f"mapping_misfit:{field.where}",
        hint="Correct the mapping on the connection, then requeue.",
    )


def address_values(row: Row) -> Mapping[str, str]:
    """The parts of an address; the country in upper case."""
    from_fields = {name: row.text(name) for name in row._fields if name != "ref"}
    return {**from_fields, "country_code": from_fields.get("country_code", "").upper()}
