"""The PDF of an offered quote, typeset by Typst from fonts of our own.

Typst shapes and orders every script (Arabic joins, Devanagari forms its conjuncts), repeats
the head of a table, and writes PDF/UA: tagged, selectable, and refused as a whole if any
glyph were missing. It reads nothing but quote.typ and fonts/, and fetches nothing.
"""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import cast

import typst

from quotes.documents.errors import BadDocument, BadLogo
from quotes.documents.record import QuoteDocument
from quotes.documents.sheet import Sheet, sheet_of

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "quote.typ"


def render_pdf(document: QuoteDocument) -> bytes:
    """The quote as A4 pages (PDF/UA-1). The same record always gives the same bytes.

    Raises BadLogo for a logo that is no whole, small PNG or JPEG, and BadDocument for what
    cannot be typeset. Characters without a glyph are printed as ⟨U+1F600⟩ (text.py).
    """
    try:
        return _typeset(sheet_of(document), issued_on=document.issued_on)
    except typst.TypstError as error:
        if "image" in error.message:
            raise BadLogo("the picture is damaged.") from error
        raise BadDocument(error.message, number=document.number) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic in Rust is no Exception
            raise
        raise BadDocument("the typesetter gave up on a text.", number=document.number) from error


def _typeset(sheet: Sheet, *, issued_on: date) -> bytes:
    inputs = {"sheet": json.dumps(sheet, default=asdict)}
    compiler = typst.Compiler(TEMPLATE, root=HERE, font_paths=_fonts(), sys_inputs=inputs)
    midnight = datetime.combine(issued_on, time(), tzinfo=UTC)
    return cast(bytes, compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=midnight))


@cache
def _fonts() -> typst.Fonts:
    """Ours alone: the same paper on every machine, whatever is installed there."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"]
    )
