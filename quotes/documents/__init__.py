"""The printed side of a quote: a plain record in, a PDF out. No database, no request.

    pdf = render_pdf(QuoteDocument(...))

The same record gives the same bytes, so the hash of a PDF can be kept beside its quote.
"""

from quotes.documents.errors import BadDocument, BadLogo
from quotes.documents.pdf import render_pdf
from quotes.documents.record import (
    Buyer,
    Language,
    QuoteDocument,
    QuoteDocumentLine,
    Seller,
    Tax,
)
from quotes.documents.text import unprintable_in

__all__ = [
    "BadDocument",
    "BadLogo",
    "Buyer",
    "Language",
    "QuoteDocument",
    "QuoteDocumentLine",
    "Seller",
    "Tax",
    "render_pdf",
    "unprintable_in",
]
