"""Which files a request may bring: told by what they hold and by how they are called. Pure.

Both must agree: a program called drawing.pdf is refused, and so is a picture called order.exe.
"""

import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

LONGEST_NAME = 150
_HEAD = 4096
_MACROS = "vbaProject.bin"
_FORBIDDEN = re.compile(r'[<>:"|?*%;]')


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: how it is served, and whether content is of it."""

    content_type: str
    fits: Callable[[BinaryIO], bool]


def clean_name(name: str) -> str:
    """The name without folders, control and direction characters; never empty.

    The extension is kept as it is, in small letters.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    base = "".join(one for one in base if unicodedata.category(one)[0] != "C")
    stem, dot, extension = _FORBIDDEN.sub("_", base).strip(" .").rpartition(".")
    if not dot:
        stem, extension = extension, ""
    kept = stem.strip(" .")[: LONGEST_NAME - 12] or "file"
    return f"{kept}.{extension.lower()[:10]}" if extension else kept


def content_type_of(name: str, content: BinaryIO) -> str | None:
    """How it may be served; None where the name or the content is not allowed."""
    kind = KINDS.get(name.rpartition(".")[2].lower())
    if kind is None or "." not in name:
        return None
    content.seek(0)
    return kind.content_type if kind.fits(content) else None


def _starts_with(*signatures: bytes) -> Callable[[BinaryIO], bool]:
    return lambda content: content.read(_HEAD).startswith(signatures)


def _office(folder: str) -> Callable[[BinaryIO], bool]:
    """A package of the office formats with that folder, and without macros."""

    def fits(content: BinaryIO) -> bool:
        try:
            with zipfile.ZipFile(content) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            return False
        has_folder = any(name.startswith(folder) for name in names)
        has_macros = any(name.endswith(_MACROS) for name in names)
        return "[Content_Types].xml" in names and has_folder and not has_macros

    return fits


def _is_text(content: BinaryIO) -> bool:
    """UTF-8, UTF-16 as a spreadsheet saves it, or one byte for each letter."""
    raw = content.read()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(raw, "utf-16")
    if b"\x00" in raw:
        return False
    return _decodes(raw, "utf-8") or not re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", raw)


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\x00-\x08\x0e-\x1f]", text)


def _is_step(content: BinaryIO) -> bool:
    return content.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"ISO-10303-21")


def _is_dxf(content: BinaryIO) -> bool:
    head = content.read(_HEAD)
    if head.startswith(b"AutoCAD Binary DXF\r\n\x1a\x00"):
        return True
    words = head.split()
    return b"\x00" not in head and b"SECTION" in words[:200]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_JPEG = Kind("image/jpeg", _starts_with(b"\xff\xd8\xff"))
_STEP = Kind("model/step", _is_step)
KINDS = {
    "pdf": Kind("application/pdf", _starts_with(b"%PDF-")),
    "png": Kind("image/png", _starts_with(b"\x89PNG\r\n\x1a\n")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", _office("word/")),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", _office("xl/")),
    "csv": Kind("text/csv", _is_text),
    "txt": Kind("text/plain", _is_text),
    "step": _STEP,
    "stp": _STEP,
    "dxf": Kind("image/vnd.dxf", _is_dxf),
}
EXTENSIONS = tuple(KINDS)
