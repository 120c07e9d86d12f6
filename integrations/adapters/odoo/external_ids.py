"""External ids: the only uniqueness that stock Odoo enforces for us (unique module + name).

The module part must not be the name of a real module: an upgrade of that module removes
records under its name which its data files do not hold. Hence the underscores, as in Odoo's
own `__import__` and `__export__`. Names may hold no spaces; the dot is our separator.
"""

from urllib.parse import quote, unquote

MODULE = "__erp_portal__"


def order_xid(our_ref: str) -> str:
    return f"{MODULE}.{_escaped(our_ref)}"


def line_xid(order_ref: str, line_ref: str) -> str:
    """Carries the order too: one line id under two orders would move the line."""
    return f"{order_xid(order_ref)}.{_escaped(line_ref)}"


def line_ref_of(xid: str) -> str:
    """Our line reference, or an empty text for an id that is not one of ours."""
    parts = xid.split(".")
    return unquote(parts[2]) if len(parts) == 3 and parts[0] == MODULE else ""


def _escaped(ref: str) -> str:
    return quote(ref, safe="").replace(".", "%2E")
