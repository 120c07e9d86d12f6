"""Holds what the adapter sends and reads against SAP's own service descriptions.

    python -m tests.adapters.sap.check_metadata FOLDER

FOLDER holds the `$metadata` documents as SERVICE.edmx, of a system of your own or of SAP's
Business Accelerator Hub; a SERVICE.csn.json of SAP's JavaScript packages does for names, types and
lengths. They are SAP's and are not part of this repository. Every property must be there, with the
type and length it is taken for, and creatable, updatable, filterable and sortable where it is used
so; every set that is read by itself must be addressable and have the keys it is addressed by.
Ends with 1 where something does not fit.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from integrations.adapters.sap.fields import ENTITIES, SERVICES, Used, UsedEntity
from integrations.adapters.sap.metadata import EntityShape, Property, ServiceShape, read_metadata
from tests.adapters.sap.csn import read_csn

_TYPES = {
    "S": ("Edm.String",),
    "N": ("Edm.Decimal",),
    "D": ("Edm.DateTime",),
    "T": ("Edm.DateTimeOffset",),
    "H": ("Edm.Time",),
    "B": ("Edm.Boolean",),
}


def file_of(folder: Path, service: str) -> Path:
    return folder / f"{service.partition(';')[0]}.edmx"


def shape_in(folder: Path, service: str) -> ServiceShape | None:
    """None where the folder has no document of the service."""
    edmx = file_of(folder, service)
    csn = edmx.with_suffix(".csn.json")
    if edmx.exists():
        return read_metadata(edmx.read_text(encoding="utf-8"))
    return read_csn(csn.read_text(encoding="utf-8")) if csn.exists() else None


def missing_services(folder: Path) -> list[str]:
    return [service for service in SERVICES if shape_in(folder, service) is None]


def misfits(folder: Path) -> list[str]:
    """One sentence per property that does not fit; services without a document are left out."""
    found: list[str] = []
    for service in SERVICES:
        shape = shape_in(folder, service)
        if shape is not None:
            for entity in ENTITIES:
                if entity.service == service:
                    found += _misfits_of(entity, shape)
    return found


def _misfits_of(entity: UsedEntity, shape: ServiceShape) -> Iterator[str]:
    there = shape.entities.get(entity.set)
    if there is None:
        yield f"{entity.service}: there is no set {entity.set}"
        return
    for name in entity.navigations:
        if name not in there.navigations:
            yield f"{entity.set}: there is no navigation {name}"
    yield from (f"{entity.set}: {words}" for words in _wrong_access(entity, there))
    for used in entity.fields.values():
        prop = there.properties.get(used.name)
        if prop is None:
            yield f"{entity.set}: there is no property {used.name}"
        else:
            yield from (f"{entity.set}.{used.name}: {words}" for words in _wrong(used, prop, there))


def _wrong_access(entity: UsedEntity, there: EntityShape) -> Iterator[str]:
    uses = {use for used in entity.fields.values() for use in used.uses}
    if uses & {"f", "o"} and not there.is_addressable:
        yield "cannot be read by itself"
    if "o" in uses and not there.is_pageable:
        yield "has no pages"
    if entity.keys and set(entity.keys) != set(there.keys):
        yield f"has the keys {', '.join(there.keys)}, addressed by {', '.join(entity.keys)}"


def _wrong(used: Used, prop: Property, entity: EntityShape) -> Iterator[str]:
    if prop.type not in _TYPES[used.type[0]]:
        yield f"is {prop.type}, taken for {used.type}"
    yield from _wrong_size(used, prop)
    for flag, is_allowed, word in (
        ("c", prop.is_creatable, "creatable"),
        ("u", prop.is_updatable and entity.is_updatable, "updatable"),
        ("f", prop.is_filterable, "filterable"),
        ("o", prop.is_sortable, "sortable"),
    ):
        if flag in used.uses and not is_allowed:
            yield f"is not {word}"


def _wrong_size(used: Used, prop: Property) -> Iterator[str]:
    size = used.type[1:]
    if used.type[0] == "S" and size and prop.length != int(size):
        yield f"has {prop.length} characters, taken for {size}"
    if used.type[0] == "N":
        match = re.fullmatch(r"(\d+)\.(\d+)", size)
        assert match is not None, used
        if (prop.precision, prop.scale) != (int(match[1]), int(match[2])):
            yield f"has {prop.precision},{prop.scale} digits, taken for {match[1]},{match[2]}"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write(f"{__doc__}\n")
        return 2
    folder = Path(arguments[0])
    found = misfits(folder)
    for line in found:
        sys.stdout.write(f"{line}\n")
    for service in missing_services(folder):
        sys.stdout.write(f"not checked, no document: {service}\n")
    checked = len(SERVICES) - len(missing_services(folder))
    sys.stdout.write(f"{len(found)} misfits in {checked} services\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
