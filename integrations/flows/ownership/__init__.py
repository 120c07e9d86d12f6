"""Who owns a record decides what becomes of a hand's edit in the storefront.

1. A flow that writes a record keeps what it wrote (`remember`).
2. When the storefront tells of a change (`suspect`), or in a complete reading, the record is
   read and compared with that. Equal: it was our own write that came back, an echo.
3. What differs is a hand edit: reported with both values, and put back only if the flow's
   setting `hand_edits` says so.

A kind of record takes part by `register_owned(...)`. Products are told of by the storefront's
events; categories, stock levels, prices, price lists and customer groups are looked for in complete
readings alone, since no event of the storefront tells of them.
"""

from integrations.flows.ownership.edits import (
    compare,
    leave_edit,
    looks_for_edits,
    note_deleted,
    note_overwritten,
    put_back_edit,
    remember,
)
from integrations.flows.ownership.kinds import Owned, register_owned

__all__ = [
    "Owned",
    "compare",
    "leave_edit",
    "looks_for_edits",
    "note_deleted",
    "note_overwritten",
    "put_back_edit",
    "register_owned",
    "remember",
]
