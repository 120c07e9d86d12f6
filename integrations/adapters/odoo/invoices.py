"""Invoices as Odoo prints them: through the link that it makes for its own customers.

There is no call that answers the PDF. The link holds a token that opens it to everybody, so it
stays in here: it is asked for anew each time, used once, and neither kept nor handed on.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from integrations.adapters.odoo.base import OdooPart
from integrations.errors import Rejected
from integrations.records import Document

PDF = "application/pdf"
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class Invoices(OdooPart):
    """Implements `PrintsInvoices`, in three calls. The first print of one takes some seconds."""

    def invoice_document(self, ref: str, *, number: str, most_bytes: int) -> Document:
        invoice_id = self._posted(ref, number)
        reply = self.client.read_file(self._link(invoice_id), up_to=most_bytes)
        return Document(name=_file_name(number), media_type=PDF, content=reply.content)

    def _posted(self, ref: str, number: str) -> int:
        """Odoo makes links for drafts and for bills of vendors as well."""
        found = self.client.call(
            "account.move",
            "search_read",
            writes=False,
            domain=[
                ["id", "=", int(ref) if ref.isascii() and ref.isdigit() else 0],
                ["move_type", "in", ["out_invoice", "out_refund"]],
                ["state", "=", "posted"],
            ],
            fields=["name"],
        )
        if not found or found[0]["name"] != number:
            raise Rejected(
                f"Odoo has no posted invoice {number} any more.",
                hint="Look it up in Odoo: it may have been reset to draft, or numbered anew.",
            )
        return int(found[0]["id"])

    def _link(self, invoice_id: int) -> str:
        """Odoo keeps the token that it makes the first time: safe to repeat."""
        link = self.client.call(
            "account.move",
            "get_portal_url",
            ids=[invoice_id],
            writes=False,
            report_type="pdf",
            download=True,
        )
        return path_of(link)


def path_of(link: Any) -> str:
    """Path and query of a link within Odoo. Raises Rejected for one that leads elsewhere."""
    parts = urlsplit(link if isinstance(link, str) else "")
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        raise Rejected(
            "Odoo's link to the invoice leads to another server.",
            hint="A module in Odoo changes its links; the portal follows them to Odoo only.",
        )
    return f"{parts.path}?{parts.query}"


def _file_name(number: str) -> str:
    return f"{_UNSAFE.sub('-', number).strip('-.') or 'invoice'}.pdf"
