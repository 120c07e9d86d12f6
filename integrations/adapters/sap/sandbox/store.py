"""The rows of all sets, and how one row becomes JSON."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from integrations.adapters.sap.sandbox.schema import Field, Kind, Nav, Prop
from integrations.adapters.sap.sandbox.schema_documents import SERVICES
from integrations.adapters.sap.sandbox.values import written

Row = dict[str, Any]
ROOT = "/sap/opu/odata/sap"


class Store:
    """All sets of the system. Sets have one name over all services."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.service_of: dict[str, str] = {}
        for service, kinds in SERVICES.items():
            for kind in kinds:
                self.kinds[kind.name] = kind
                self.service_of[kind.name] = service
        self._whole = dict(self.kinds)  # as they were before an upgrade
        self._changes: dict[str, dict[str, str]] = {}
        self.rows: dict[str, list[Row]] = {name: [] for name in self.kinds}

    def add(self, set_name: str, **values: Any) -> Row:
        """A row with these values; texts and flags that are not named are initial."""
        row: Row = {prop.name: _initial(prop) for prop in self._whole[set_name].props.values()}
        unknown = set(values) - set(row)
        if unknown:
            raise ValueError(f"{set_name} has no {', '.join(sorted(unknown))}")
        row.update(values)
        self.rows[set_name].append(row)
        return row

    def find(self, set_name: str, **wanted: Any) -> list[Row]:
        return [
            row
            for row in self.rows[set_name]
            if all(row[name] == value for name, value in wanted.items())
        ]

    def first(self, set_name: str, **wanted: Any) -> Row | None:
        return next(iter(self.find(set_name, **wanted)), None)

    def one(self, set_name: str, **wanted: Any) -> Row:
        """Raises LookupError where there is none: the staff asked for what is not there."""
        found = self.first(set_name, **wanted)
        if found is None:
            raise LookupError(f"{set_name} has no {wanted}")
        return found

    def kept(self, beginning: str) -> dict[str, list[Row]]:
        """Copies of the rows of these sets, to go back to."""
        return {
            name: [dict(row) for row in rows]
            for name, rows in self.rows.items()
            if name.startswith(beginning)
        }

    def change_field(self, set_name: str, name: str, how: str) -> None:
        """As an upgrade or a missing authorisation might; empty `how`: as it was."""
        changes = {**self._changes.get(set_name, {}), name: how}
        self._changes[set_name] = changes
        self.kinds[set_name] = self._whole[set_name].changed(changes)

    def linked(self, row: Row, nav: Nav) -> list[Row]:
        return [
            other
            for other in self.rows[nav.target]
            if all(other[theirs] == row[ours] for ours, theirs in nav.pairs)
        ]

    # -- as JSON

    def shown(
        self, set_name: str, row: Row, select: Iterable[str], expand: Iterable[str], base: str
    ) -> dict[str, Any]:
        """What a client sees. Raises Field for a property or navigation that is not there."""
        kind = self.kinds[set_name]
        chosen, expanded = _own(select), _own(expand)
        _check(kind, chosen, expanded)
        uri = f"{base}{ROOT}/{self.service_of[set_name]}/{self.address(set_name, row)}"
        found: dict[str, Any] = {"__metadata": {"uri": uri, "type": self._type(set_name)}}
        if kind.etag:
            found["__metadata"]["etag"] = self.etag(set_name, row)
        plain = [name for name in chosen if name in kind.props] or (
            list(kind.props) if "*" in chosen or not chosen else []
        )
        for name in plain:
            found[name] = written(kind.props[name], row.get(kind.props[name].stored))
        for name, nav in kind.navs.items():
            if name in expanded:
                found[name] = self._expanded(row, nav, chosen.get(name, []), expanded[name], base)
            elif not chosen or name in chosen:
                found[name] = {"__deferred": {"uri": f"{uri}/{name}"}}
        return found

    def _expanded(self, row: Row, nav: Nav, select: list[str], expand: list[str], base: str) -> Any:
        found = [self.shown(nav.target, one, select, expand, base) for one in self.linked(row, nav)]
        return {"results": found} if nav.is_many else (found[0] if found else None)

    def _type(self, set_name: str) -> str:
        return f"{self.service_of[set_name]}.{set_name}Type"

    def etag(self, set_name: str, row: Row) -> str:
        value = row[self.kinds[set_name].etag]
        told = value.isoformat() if hasattr(value, "isoformat") else str(value)
        return f"W/\"'{quote(told, safe='')}'\""

    def address(self, set_name: str, row: Row) -> str:
        keys = self.kinds[set_name].keys
        if len(keys) == 1:
            return f"{set_name}('{quote(str(row[keys[0]]))}')"
        named = ",".join(f"{name}='{quote(str(row[name] or ''))}'" for name in keys)
        return f"{set_name}({named})"


def _initial(prop: Prop) -> Any:
    return {"S": "", "B": False}.get(prop.kind)


def _own(paths: Iterable[str]) -> dict[str, list[str]]:
    """First steps of paths, with what follows them: to_Item/Material → to_Item: [Material]."""
    found: dict[str, list[str]] = {}
    for path in paths:
        first, _, rest = path.partition("/")
        inner = found.setdefault(first, [])
        if rest:
            inner.append(rest)
    return found


def _check(kind: Kind, chosen: Mapping[str, Any], expanded: Mapping[str, Any]) -> None:
    for name in chosen:
        if name != "*" and name not in kind.props and name not in kind.navs:
            raise Field(f"Property {name} not found in type {kind.name}Type")
    for name in expanded:
        if name not in kind.navs:
            raise Field(f'Navigation property "{name}" is not defined in {kind.name}')
