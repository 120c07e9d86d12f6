"""Invoices as the ERP prints them: one call for the invoice, one for its PDF."""

import re

from integrations.adapters.custom.answers import NotThere
from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.paths import MISSING, plain
from integrations.errors import Rejected, Unavailable
from integrations.records import Document

PDF = "application/pdf"
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class Invoices(CustomPart):
    """Implements `PrintsInvoices`."""

    def invoice_document(self, ref: str, *, number: str, most_bytes: int) -> Document:
        section = self.mapping["invoice_pdf"]
        values = {"ref": ref, "number": number}
        try:
            reply = self.client.call(section["read"], values, writes=False)
            told = section["number"].find(reply.json())
        except NotThere:
            told = MISSING
        if told is MISSING or plain(told) != number:
            raise Rejected(
                f"The ERP has no invoice {number} any more.",
                hint="Look it up in the ERP: it may have been numbered anew.",
            )
        content = self.client.file(section["print"], values, up_to=most_bytes)
        if not content.startswith(b"%PDF-"):
            raise Unavailable(
                "What came from the ERP is not a PDF.",
                hint="The mapping's invoice_pdf.print must name what answers the file itself.",
            )
        name = f"{_UNSAFE.sub('-', number).strip('-.') or 'invoice'}.pdf"
        return Document(name=name, media_type=PDF, content=content)
