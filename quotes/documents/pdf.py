"""The PDF of an offered quote, typeset by Typst from fonts of our own.

Typst shapes and orders every script (Arabic joins, Devanagari forms its conjuncts), repeats
the head of a table, and writes PDF/UA: tagged, selectable, and refused as a whole if any
glyph were missing. It reads nothing but quote.typ and fonts/, and fetches nothing.
"""

from quotes.documents.errors import BadDocument, BadLogo
from quotes.documents.record import QuoteDocument
from quotes.documents.sheet import sheet_of
from quotes.documents.typesetting import NotTypeset, typeset


def render_pdf(document: QuoteDocument) -> bytes:
    """The quote as A4 pages (PDF/UA-1). The same record always gives the same bytes.

    Raises BadLogo for a logo that is no whole, small PNG or JPEG, and BadDocument for what
    cannot be typeset. Characters without a glyph are printed as ⟨U+1F600⟩ (text.py).
    """
    try:
        return typeset(sheet_of(document), issued_on=document.issued_on)
    except NotTypeset as refused:
        if "image" in str(refused):
            raise BadLogo("the picture is damaged.") from refused
        raise BadDocument(f"{refused}.", number=document.number) from refused
