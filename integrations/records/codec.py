"""Records as JSON and back: how a job's step remembers one for the next step.

Decimals and times become texts and come back exactly; unknown keys are refused, so a record
that changed its shape between two releases fails loudly instead of losing a field.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from cattrs import Converter

Record = TypeVar("Record")

_converter = Converter(forbid_extra_keys=True)
_converter.register_unstructure_hook(Decimal, str)
_converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
_converter.register_unstructure_hook(datetime, lambda value: value.isoformat())
_converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
_converter.register_unstructure_hook(date, lambda value: value.isoformat())
_converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
# Values of the storefront's metadata: JSON already.
_converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)


def to_json(record: Any) -> dict[str, Any]:
    """A record as plain JSON values."""
    found: dict[str, Any] = _converter.unstructure(record)
    return found


def from_json(kind: type[Record], value: Any) -> Record:
    """The record of that kind. Raises cattrs' error naming what does not fit."""
    return _converter.structure(value, kind)
