"""What the stand-in knows of each service: its sets, their properties, keys and navigations.

Written by us, from what SAP documents of its services; not a copy of SAP's own description, and
far smaller. A line is `name type flags`: S10 text, N16.3 decimal, D day, T moment, H time, B yes
or no, G guid; flags: k key, x neither creatable nor updatable, n not filterable, e the ETag.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Prop:
    """`of` is the name it is stored under, where an upgrade gave it another."""

    name: str
    type: str
    flags: str = ""
    of: str = ""

    @property
    def stored(self) -> str:
        return self.of or self.name

    @property
    def kind(self) -> str:
        return self.type[0]

    @property
    def length(self) -> int:
        return int(self.type[1:]) if self.kind == "S" and self.type[1:] else 0

    @property
    def digits(self) -> tuple[int, int]:
        precision, _, scale = self.type[1:].partition(".")
        return int(precision), int(scale)


@dataclass(frozen=True, slots=True)
class Nav:
    """`pairs` join a property of this set to one of the target's."""

    name: str
    target: str
    is_many: bool
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Kind:
    """One entity set."""

    name: str
    props: Mapping[str, Prop]
    navs: Mapping[str, Nav]
    creatable: bool = False
    updatable: bool = False
    addressable: bool = True

    @property
    def keys(self) -> list[str]:
        return [prop.name for prop in self.props.values() if "k" in prop.flags]

    @property
    def etag(self) -> str:
        return next((prop.stored for prop in self.props.values() if "e" in prop.flags), "")

    def changed(self, changes: Mapping[str, str]) -> "Kind":
        """With some properties gone, named or typed anew: names with a dial of fields."""
        told = (_changed(prop, changes.get(prop.name, "")) for prop in self.props.values())
        return replace(self, props={prop.name: prop for prop in told if prop is not None})


def _changed(prop: Prop, how: str) -> Prop | None:
    if how == "drop_field":
        return None
    if how == "rename_field":
        return replace(prop, name=f"{prop.name}_2", of=prop.name)
    return replace(prop, type=_retyped(prop)) if how == "retype_field" else prop


def _retyped(prop: Prop) -> str:
    """A text of another length, a number of other digits."""
    if prop.kind == "N":
        precision, scale = prop.digits
        return f"N{precision + 4}.{scale + 2}"
    if prop.kind != "S":
        raise ValueError(f"no upgrade gives {prop.name} another type")
    return f"S{max(prop.length // 2, 1) if prop.length != 1 else 2}"


def kind(
    text: str,
    *,
    navs: str = "",
    creatable: bool = False,
    updatable: bool = False,
    addressable: bool = True,
) -> Kind:
    """From a block whose first line names the set."""
    name, *lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    props = {}
    for line in lines:
        parts = [*line.split(), ""]
        props[parts[0]] = Prop(parts[0], parts[1], parts[2])
    found = {nav.name: nav for nav in _navs(navs)}
    return Kind(name, props, found, creatable, updatable, addressable)


def _navs(text: str) -> Iterable[Nav]:
    """`to_Item many A_SalesOrderItem SalesOrder` — joined by the same names, or `a=b`."""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, how, target, *joins = line.split()
        pairs = tuple((one.split("=")[0], one.split("=")[-1]) for one in joins)
        yield Nav(name, target, how == "many", pairs)


class Field(Exception):
    """A property that is not there, or a value that does not fit; told as SAP tells it."""

    def __init__(self, message: str, target: str = "/#TRANSIENT#") -> None:
        super().__init__(message)
        self.message, self.target = message, target
