"""A mapping: the text that describes a custom ERP, loaded, checked, and as JSON Schema."""

from integrations.adapters.custom.mapping.loading import ErpMapping, load_mapping
from integrations.adapters.custom.mapping.schema import json_schema

__all__ = ["ErpMapping", "json_schema", "load_mapping"]
