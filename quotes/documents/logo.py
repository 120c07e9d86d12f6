"""The seller's logo: a PNG or JPEG that is whole and small, or BadLogo. Pure, no decoder.

The size in pixels is read from the head of the file before anything is decoded: a picture
of few bytes can unpack to gigabytes.
"""

import struct
import zlib
from collections.abc import Iterator

from quotes.documents.errors import BadLogo

MOST_BYTES = 512 * 1024
MOST_PIXELS = 2000  # a side
PNG_START = b"\x89PNG\r\n\x1a\n"
JPEG_START, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
# Start-of-frame markers: baseline, extended and progressive; others are exotic.
JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})


def picture_of(content: bytes | None) -> dict[str, object] | None:
    """What quote.typ needs of a logo, None without one. Raises BadLogo."""
    if content is None:
        return None
    if len(content) > MOST_BYTES:
        raise BadLogo(f"it has {len(content)} bytes, more than {MOST_BYTES}.")
    kind, (width, height) = _read(content)
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise BadLogo(f"it has {width} × {height} pixels, more than {MOST_PIXELS} a side or none.")
    return {"kind": kind, "content": list(content)}


def _read(content: bytes) -> tuple[str, tuple[int, int]]:
    try:
        if content.startswith(PNG_START):
            return "png", _png_size(content)
        if content.startswith(JPEG_START):
            return "jpg", _jpeg_size(content)
    except (struct.error, IndexError, StopIteration) as error:
        raise BadLogo("the file is cut off or damaged.") from error
    raise BadLogo("it is neither PNG nor JPEG.")


def _png_size(content: bytes) -> tuple[int, int]:
    chunks = list(_png_chunks(content))
    if chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise BadLogo("the PNG is cut off or damaged.")
    width, height = struct.unpack(">II", chunks[0][1][:8])
    return width, height


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_START)
    while at < len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(name + body) != checksum:
            raise BadLogo("a part of the PNG is damaged (its checksum is wrong).")
        yield name, body
        if name == b"IEND":
            return
        at += 12 + length


def _jpeg_size(content: bytes) -> tuple[int, int]:
    if not content.rstrip(b"\0").endswith(JPEG_END):
        raise BadLogo("the JPEG is cut off.")
    frames = (body for marker, body in _jpeg_segments(content) if marker in JPEG_FRAMES)
    height, width = struct.unpack(">HH", next(frames)[1:5])
    return width, height


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments before the picture itself: marker and body."""
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        (length,) = struct.unpack_from(">H", content, at + 2)
        yield marker, content[at + 4 : at + 2 + length]
        at += 2 + length
