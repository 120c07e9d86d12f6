"""A service description in SAP's other form: CSN, as its JavaScript packages carry it.

It has names, types and lengths; what may be created, changed or filtered it does not say, and a
day and a moment without a zone are one type in it.
"""

import json
from typing import Any

from integrations.adapters.sap.metadata import EntityShape, Property, ServiceShape

_TYPES = {
    "cds.String": "Edm.String",
    "cds.LargeString": "Edm.String",
    "cds.Decimal": "Edm.Decimal",
    "cds.Date": "Edm.DateTime",
    "cds.DateTime": "Edm.DateTimeOffset",
    "cds.Timestamp": "Edm.DateTimeOffset",
    "cds.Time": "Edm.Time",
    "cds.Boolean": "Edm.Boolean",
    "cds.UUID": "Edm.Guid",
}


def read_csn(text: str) -> ServiceShape:
    """Raises ValueError for what is no service description."""
    definitions = json.loads(text).get("definitions")
    if not isinstance(definitions, dict):
        raise ValueError("the CSN document has no definitions")
    entities = {
        name.rpartition(".")[2]: _entity(one["elements"])
        for name, one in definitions.items()
        if one.get("kind") == "entity"
    }
    return ServiceShape(entities=entities, functions={})


def _entity(elements: dict[str, Any]) -> EntityShape:
    plain = {name: one for name, one in elements.items() if one["type"] != "cds.Association"}
    return EntityShape(
        properties={name: _property(name, one) for name, one in plain.items()},
        navigations=frozenset(elements.keys() - plain.keys()),
        keys=tuple(name for name, one in plain.items() if one.get("key")),
    )


def _property(name: str, one: dict[str, Any]) -> Property:
    return Property(
        name=name,
        type=_TYPES.get(one["type"], one["type"]),
        length=one.get("length", 0),
        precision=one.get("precision", 0),
        scale=one.get("scale", 0),
    )
