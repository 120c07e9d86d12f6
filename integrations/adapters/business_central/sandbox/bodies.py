"""The body of a write, as strict as Business Central is with it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.sandbox.faults import BcFault, bad_request
from integrations.adapters.business_central.sandbox.schema import Page

Row = dict[str, Any]

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def checked(entity_set: str, body: Any, pages: Mapping[str, Page]) -> Row:
    """Values as they are stored, in the order in which they came."""
    page = pages[entity_set]
    if not isinstance(body, dict):
        raise bad_request("The body is not a JSON object.")
    found: Row = {}
    for name, value in body.items():
        if name in page.parts and isinstance(value, list):
            target = page.parts[name][0]
            found[name] = [checked(target, line, pages) for line in value]
        elif name not in page.fields:
            raise bad_request(
                f"The property '{name}' does not exist on type 'Microsoft.NAV.{page.entity}'. "
                "Make sure to only use property names that are defined by the type."
            )
        elif name not in page.written:
            raise BcFault("BadRequest_InvalidOperation", f"The control '{name}' is read-only.")
        else:
            found[page.stored.get(name) or name] = _value(page, name, value)
    return found


def _value(page: Page, name: str, value: Any) -> Any:
    kind = page.fields[name]
    base, _, length = kind.rstrip(")").partition("(")
    if base in {"Code", "Text", "Enum"}:
        if not isinstance(value, str):
            raise _not_a(value, "String")
        return _text(value, base, int(length or 0))
    if base in {"Decimal", "Int32"}:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise _not_a(value, base)
        return Decimal(value)
    if base == "Boolean" and isinstance(value, bool):
        return value
    form = {"Guid": _GUID, "Date": _DAY}.get(base)
    if form is None or not isinstance(value, str) or not form.fullmatch(value):
        raise _not_a(value, base)
    return value.lower()


def _text(value: str, base: str, length: int) -> str:
    text = value.strip().upper() if base == "Code" else value
    if length and len(text) > length:
        raise BcFault(
            "Application_StringExceededLength",
            f"The length of the string is {len(text)}, but it must be less than or equal to "
            f"{length} characters. Value: {text}",
        )
    return text


def _not_a(value: Any, kind: str) -> BcFault:
    return bad_request(f"Cannot convert the literal '{value}' to the expected type 'Edm.{kind}'.")
