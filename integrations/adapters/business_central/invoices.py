"""Invoices and credit memos as Business Central prints them, by its own report layouts."""

import re
from typing import Any

from integrations.adapters.business_central.base import BcPart
from integrations.adapters.business_central.wire import Row, choice_of, id_of, quoted, text_of
from integrations.errors import Rejected
from integrations.records import Document

PDF = "application/pdf"
_LINK = "pdfDocumentContent@odata.mediaReadLink"
_NOT_POSTED = {"", "Draft", "In Review"}
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class Invoices(BcPart):
    """Implements `PrintsInvoices`, in three calls; four for a credit memo."""

    def invoice_document(self, ref: str, *, number: str, most_bytes: int) -> Document:
        """Both are the number there, which is given once."""
        entity = self._posted(ref) if ref == number else None
        if entity is None:
            raise Rejected(
                f"Business Central has no posted invoice {number} any more.",
                hint="Look it up in Business Central among posted sales invoices and credit memos.",
            )
        link = _link_in(self.client.get(self.client.company(f"{entity}/pdfDocument")))
        if not link:
            raise Rejected(
                f"Business Central made no document of {number}.",
                hint="Choose a report for sales invoices in Report Selections there.",
            )
        reply = self.client.read_pdf(link, up_to=most_bytes)
        name = f"{_UNSAFE.sub('-', number).strip('-.') or 'invoice'}.pdf"
        return Document(name=name, media_type=PDF, content=reply.content)

    def _posted(self, number: str) -> str | None:
        """The path of the document under this number, within its company."""
        for name in ("salesInvoices", "salesCreditMemos"):
            query = {"$select": "id,number,status", "$filter": f"number eq {quoted(number)}"}
            for row in self.client.rows(self.client.company(name), query):
                is_posted = choice_of(row["status"]) not in _NOT_POSTED
                if is_posted and text_of(row["number"]) == number:
                    return f"{name}({id_of(row['id'])})"
        return None


def _link_in(body: Any) -> str:
    """Out of the document itself, or of a list with it: both shapes are documented."""
    rows: list[Row] = body.get("value", [body])
    return str(rows[0].get(_LINK) or "") if rows else ""
