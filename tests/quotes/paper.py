"""A small quote to print, and eyes for what was printed: text and rasterised glyphs.

SHADES of a glyph are its ink in a grid of 8 × 8, so glyphs of any size compare.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pypdfium2
import typst

from quotes.documents import (
    Buyer,
    QuoteDocument,
    QuoteDocumentLine,
    Seller,
    Tax,
    render_pdf,
)
from quotes.documents.glyphs import FAMILIES, FONTS
from quotes.documents.typesetting import fonts

GRID = 8
ZOOM = 6  # pixels per point: a letter of 9 points has 40 rows
MISSING = "\ue123"  # for private use: no font has it
Shades = tuple[float, ...]


def line(n: int = 1, **facts: Any) -> QuoteDocumentLine:
    price = facts.pop("net_unit_price", Decimal("123.45"))
    quantity = facts.pop("quantity", Decimal(2))
    smallest: dict[str, Any] = {"title": f"Pump {n}", "sku": f"PMP-{n:04}", "unit": "pcs"}
    total = (price * quantity).quantize(Decimal("0.01"))
    return QuoteDocumentLine(
        n=n, quantity=quantity, net_unit_price=price, net_total=total, **smallest | facts
    )


def quote(*lines: QuoteDocumentLine, **facts: Any) -> QuoteDocument:
    """The smallest quote with these lines; its totals are made to add up."""
    lines = lines or (line(),)
    counted = sum(each.net_total for each in lines if each.is_counted)
    net = counted - facts.get("header_discount", 0) + facts.get("freight", 0)
    vat = (net * 19 / 100).quantize(Decimal("0.01"))
    smallest: dict[str, Any] = {
        "seller": Seller(name="Hansen Pumpen GmbH"),
        "buyer": Buyer(account_name="Nordlicht Brauerei AG"),
        "number": "Q-2026-00042",
        "revision": 2,
        "issued_on": date(2026, 11, 27),
        "valid_until": datetime(2026, 12, 31, 22, 59, tzinfo=UTC),
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "net_total": net,
        "gross_total": net + vat,
        "taxes": (Tax(name="VAT", rate_percent=Decimal(19), amount=vat),),
        "content_sha256": "0123456789abcdef" * 4,
        "portal_url": "https://portal.example/quotes/42",
    }
    return QuoteDocument(lines=lines, **smallest | facts)


def quote_for(name: str) -> QuoteDocument:
    return quote(buyer=Buyer(account_name=name))


def with_logo(logo: bytes) -> QuoteDocument:
    plain = quote()
    return replace(plain, seller=replace(plain.seller, logo=logo))


class Paper:
    """A printed quote: its pages as text, and the glyphs on them as ink."""

    def __init__(self, pdf: bytes) -> None:
        self.file = pypdfium2.PdfDocument(pdf)
        self.pages = [self._text(page) for page in self.file]
        self.text = "\n".join(self.pages)

    def glyphs(self) -> list[tuple[str, Shades]]:
        """Every visible character of every page with its ink; "" for one without a text."""
        return [glyph for page in self.file for glyph in _glyphs(page)]

    def ink_right_of(self, points: float) -> int:
        """Dark pixels of the first page right of this place: what ran off the margin."""
        rows = _rows(self.file[0])
        return sum(shade < 128 for row in rows for shade in row[int(points * ZOOM) :])

    def _text(self, page: pypdfium2.PdfPage) -> str:
        return page.get_textpage().get_text_bounded().replace("\r\n", "\n").replace("\xa0", " ")


def printed(document: QuoteDocument) -> Paper:
    return Paper(render_pdf(document))


def looks_like_a_box(shades: Shades) -> bool:
    """Does this ink look like what one of our fonts draws for a character it lacks?"""
    return any(_distance(shades, box) < 0.1 for box in boxes())


@cache
def boxes() -> tuple[Shades, ...]:
    """The picture of the missing glyph, drawn with each family in both weights."""
    kinds = [(family, weight) for family in FAMILIES for weight in ("regular", "bold")]
    drawn = [glyph for kind in kinds for glyph in unguarded(MISSING, *kind)]
    return tuple(shades for _, shades in drawn)


def unguarded(text: str, family: str, weight: str = "regular") -> list[tuple[str, Shades]]:
    """The glyphs of a text as a typesetter draws it that nobody told to refuse boxes."""
    source = f'''
        #set page(width: 60pt, height: 30pt, margin: 5pt)
        #set text(font: "{family}", weight: "{weight}", size: 9pt, fallback: false)
        {text}'''
    compiler = typst.Compiler(source.encode(), root=FONTS, font_paths=fonts())
    return _glyphs(pypdfium2.PdfDocument(compiler.compile(format="pdf"))[0])


def _glyphs(page: pypdfium2.PdfPage) -> list[tuple[str, Shades]]:
    rows, text = _rows(page), page.get_textpage()
    found = []
    for at in range(text.count_chars()):
        sign = text.get_text_range(at, 1)
        left, bottom, right, top = (side * ZOOM for side in text.get_charbox(at))
        box = (int(left), len(rows) - int(top) - 1, int(right) + 1, len(rows) - int(bottom))
        if not sign.isspace() and box[2] - box[0] > 3 and box[3] - box[1] > 3:
            found.append((sign, _shades(rows, box)))
    return found


def _rows(page: pypdfium2.PdfPage) -> list[bytes]:
    bitmap = page.render(scale=ZOOM, grayscale=True)
    pixels, stride = bytes(bitmap.buffer), bitmap.stride
    return [pixels[y * stride : y * stride + bitmap.width] for y in range(bitmap.height)]


def _shades(rows: list[bytes], box: tuple[int, int, int, int]) -> Shades:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    cells: list[list[int]] = [[] for _ in range(GRID * GRID)]
    for y in range(height):
        for x in range(width):
            cell = (y * GRID // height) * GRID + x * GRID // width
            cells[cell].append(255 - rows[top + y][left + x])
    return tuple(sum(cell) / (255 * len(cell)) if cell else 0.0 for cell in cells)


def _distance(one: Shades, other: Shades) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
