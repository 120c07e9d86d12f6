"""The language as JSON Schema, made from the very shapes that read a mapping."""

from typing import Any

from integrations.adapters.custom.mapping.grammar import MAPPING


def json_schema() -> dict[str, Any]:
    """For editors that complete and check while one types; the loader knows more rules."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping of a custom ERP",
        **MAPPING.schema(),
    }
