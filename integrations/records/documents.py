"""Printed papers that the ERP hands out."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file for people: `name` with its ending, safe in a header; `media_type` was checked."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
