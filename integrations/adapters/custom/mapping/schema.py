"""The language as JSON Schema, made from the very shapes that read a mapping."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from integrations.adapters.custom.mapping.grammar import MAPPING

_WORTH_NAMING = 200  # characters of a part that stands more than once


def json_schema() -> dict[str, Any]:
    """For editors that complete and check while one types; the loader knows more rules."""
    whole = MAPPING.schema()
    counts = Counter(json.dumps(part, sort_keys=True) for part in _parts(whole))
    often = [text for text, count in counts.items() if count > 1 and len(text) > _WORTH_NAMING]
    names = {text: f"part{number}" for number, text in enumerate(sorted(often), start=1)}
    parts = {name: _short(json.loads(text), names, top=True) for text, name in names.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping of a custom ERP",
        **_short(whole, names, top=True),
        "$defs": parts,
    }


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema in it that describes a section or a choice, without its own description."""
    if isinstance(schema, list):
        for one in schema:
            yield from _parts(one)
    elif isinstance(schema, dict):
        if "anyOf" in schema or "additionalProperties" in schema:
            yield {name: value for name, value in schema.items() if name != "description"}
        for value in schema.values():
            yield from _parts(value)


def _short(schema: Any, names: dict[str, str], *, top: bool = False) -> Any:
    if isinstance(schema, list):
        return [_short(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: value for name, value in schema.items() if name == "description"}
    bare = {name: value for name, value in schema.items() if name != "description"}
    name = names.get(json.dumps(bare, sort_keys=True))
    if name is not None and not top:
        return {**told, "$ref": f"#/$defs/{name}"}
    return {name: _short(value, names) for name, value in schema.items()}
