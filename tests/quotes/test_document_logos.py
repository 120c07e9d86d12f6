"""The seller's logo: printed when it is whole and small, else an error that says what to do."""

import base64
import struct
import zlib

import pypdfium2
import pypdfium2.raw
import pytest

from integrations.errors import Kind
from quotes.documents import BadLogo, render_pdf
from quotes.documents.logo import MOST_BYTES
from tests.quotes.paper import quote, with_logo

# 16 × 8 pixels, blue.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarY"
    "qMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4"
    "+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xA"
    "AUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAwT/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oA"
    "DAMBAAIRAxEAPwCUBcB//9k="
)


def png(width: int = 4, height: int = 4, *, pixels: bytes | None = None) -> bytes:
    rows = (
        pixels if pixels is not None else zlib.compress((b"\0" + b"\x1d\x4e\xd8" * width) * height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.parametrize("logo", [png(), png(2000, 3), JPEG], ids=["png", "wide png", "jpeg"])
def test_a_logo_is_printed(logo):
    assert _pictures(render_pdf(with_logo(logo))) == 1
    assert _pictures(render_pdf(quote())) == 0


@pytest.mark.parametrize(
    ("logo", "complaint"),
    [
        (b"", "neither PNG nor JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither PNG nor JPEG"),
        (b"GIF89a" + bytes(40), "neither PNG nor JPEG"),
        (png()[:40], "cut off or damaged"),
        (png()[:-14], "cut off or damaged"),
        (png().replace(b"IDAT", b"IDAX"), "checksum is wrong"),
        (png(pixels=b"no zlib stream"), "damaged"),
        (png(60_000, 60_000, pixels=b"x"), "60000 × 60000 pixels"),
        (png(0, 4), "0 × 4 pixels"),
        (png() + bytes(MOST_BYTES), f"more than {MOST_BYTES}"),
        (JPEG[:-20], "cut off"),
        (b"\xff\xd8\xff\xd9", "cut off or damaged"),
        (JPEG[:2] + b"\xff\xe0\xff\xff" + JPEG[4:], "cut off or damaged"),
        (JPEG[:200] + JPEG[-2:], "damaged"),
    ],
)
def test_a_broken_or_huge_logo_is_refused_with_a_reason(logo, complaint):
    with pytest.raises(BadLogo) as refused:
        render_pdf(with_logo(logo))

    assert complaint in refused.value.message
    assert refused.value.kind is Kind.NEEDS_OPERATOR
    assert "PNG or JPEG" in refused.value.hint


def _pictures(pdf: bytes) -> int:
    page = pypdfium2.PdfDocument(pdf)[0]
    return len(list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])))
