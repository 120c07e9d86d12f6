"""German and French are complete, and what is compiled is what is written."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation import templatize

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"gettext": None, "gettext_lazy": None, "_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s|</?\w+>")

pytestmark = pytest.mark.parametrize("language", ["de", "fr"])


def folder(language):
    return ROOT / "locale" / language / "LC_MESSAGES"


def written(language):
    with (folder(language) / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def said():
    """Every text of the buyers' pages, forms and mails."""
    sources = [path.read_text() for path in (ROOT / "quotes").rglob("*.py")]
    sources += [
        templatize(path.read_text(), origin=str(path))
        for path in (ROOT / "templates" / "portal").rglob("*.*")
    ]
    for source in sources:
        found = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS)
        for _line, text, _comments, _context in found:
            yield from [text] if isinstance(text, str) else text


def test_every_text_is_translated(language):
    catalogue = written(language)
    texts = set(said())

    missing = [text for text in texts if not (catalogue.get(text) and catalogue.get(text).string)]

    assert len(texts) > 30
    assert missing == []


def test_translations_keep_what_is_filled_in(language):
    for message in written(language):
        if message.id:
            kept = sorted(PLACEHOLDER.findall(message.string))
            assert kept == sorted(PLACEHOLDER.findall(message.id)), message.id


def test_the_compiled_file_is_up_to_date(language):
    """`make messages` compiles it."""
    with (folder(language) / "django.mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}

    assert compiled == {m.id: m.string for m in written(language) if m.id and not m.fuzzy}
