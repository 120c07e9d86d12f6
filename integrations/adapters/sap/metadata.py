"""What a service says of itself: its sets and their properties. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

_SAP = "{http://www.sap.com/Protocols/SAPData}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """`type` is SAP's word, like Edm.String; `length`, `precision`, `scale` 0 where unbounded."""

    name: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    is_creatable: bool = True
    is_updatable: bool = True
    is_filterable: bool = True
    is_sortable: bool = True

    def told(self) -> str:
        """The type with what bounds it: Edm.String(10), Edm.Decimal(16,3)."""
        if self.length:
            return f"{self.type}({self.length})"
        if self.type == "Edm.Decimal" and self.precision:
            return f"{self.type}({self.precision},{self.scale})"
        return self.type


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityShape:
    """`keys` in SAP's order. Not addressable: read through another set alone. Not pageable:
    answers with all its rows at once."""

    properties: Mapping[str, Property]
    navigations: frozenset[str]
    keys: tuple[str, ...] = ()
    is_creatable: bool = True
    is_updatable: bool = True
    is_addressable: bool = True
    is_pageable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceShape:
    """`entities` by the name of their set; `functions` with the names of their parameters."""

    entities: Mapping[str, EntityShape]
    functions: Mapping[str, Mapping[str, Property]]


def read_metadata(text: str) -> ServiceShape:
    """Raises ValueError for what is no service description, or names entities of its own."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("a service description does not declare a document type")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 no document type: nothing to expand
    except ElementTree.ParseError as exc:
        raise ValueError("the service description is not XML") from exc
    types = {str(node.get("Name")): node for node in _all(root, "EntityType")}
    entities = {}
    for node in _all(root, "EntitySet"):
        shape = types.get(str(node.get("EntityType")).rpartition(".")[2])
        if shape is not None:
            entities[str(node.get("Name"))] = _entity(shape, node)
    if not entities and not _all(root, "FunctionImport"):
        raise ValueError("the service description names neither sets nor functions")
    return ServiceShape(
        entities=entities,
        functions={
            str(node.get("Name")): {
                one.name: one for one in (_property(part) for part in _all(node, "Parameter"))
            }
            for node in _all(root, "FunctionImport")
        },
    )


def _all(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [node for node in root.iter() if str(node.tag).rpartition("}")[2] == tag]


def _entity(shape: ElementTree.Element, entity_set: ElementTree.Element) -> EntityShape:
    return EntityShape(
        properties={one.name: one for one in (_property(node) for node in _all(shape, "Property"))},
        navigations=frozenset(str(node.get("Name")) for node in _all(shape, "NavigationProperty")),
        keys=tuple(str(node.get("Name")) for node in _all(shape, "PropertyRef")),
        is_creatable=_may(entity_set, "creatable"),
        is_updatable=_may(entity_set, "updatable"),
        is_addressable=_may(entity_set, "addressable"),
        is_pageable=_may(entity_set, "pageable"),
    )


def _property(node: ElementTree.Element) -> Property:
    return Property(
        name=str(node.get("Name")),
        type=str(node.get("Type")),
        length=_whole(node, "MaxLength"),
        precision=_whole(node, "Precision"),
        scale=_whole(node, "Scale"),
        is_creatable=_may(node, "creatable"),
        is_updatable=_may(node, "updatable"),
        is_filterable=_may(node, "filterable"),
        is_sortable=_may(node, "sortable"),
    )


def _whole(node: ElementTree.Element, name: str) -> int:
    text = node.get(name) or "0"
    return int(text) if text.isdigit() else 0  # MaxLength may be "Max"


def _may(node: ElementTree.Element, name: str) -> bool:
    return node.get(f"{_SAP}{name}") != "false"
