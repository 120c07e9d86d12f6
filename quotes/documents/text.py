"""Texts that people typed, made fit for paper. Nothing visible is lost in silence.

- A character that no font of ours has is printed as its number, ⟨U+1F600⟩: a quote with a
  smile in a description can still be offered, and nobody meets an empty box. So is an accent
  that its letter's font does not have, or that has no letter.
- Control characters, and those that turn the direction of text around (a way to disguise an
  amount), are taken out. So are variation selectors: the plain form of the sign is printed.
- A text becomes runs of one font each. Typst could choose fonts itself, but it breaks a letter
  from its accents or joiners over two fonts, and 0.15 panics at some of those.
- U+200B marks where an endless word may break.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from quotes.documents.glyphs import FAMILIES, family_of, has_all

BREAK_HERE = "\u200b"
WORD_CHARS = 20  # the longest piece of a word that fits the narrowest column of text
# ZWNJ and ZWJ shape Persian and Indian words, LRM, RLM and ALM place signs beside Arabic.
KEPT_FORMATS = frozenset("\u200c\u200d\u200e\u200f\u061c")
RIGHT_TO_LEFT = frozenset({"R", "AL"})
BRACKETS = "DejaVu Sans"  # has ⟨ and ⟩
_long_word = re.compile(rf"\S{{{WORD_CHARS + 5},}}")


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters that one font prints."""

    font: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print. It reads from the right if its first letter does."""

    is_rtl: bool
    runs: tuple[Run, ...]


def paper_line(text: str) -> Line:
    """One line for print: newlines become spaces."""
    return _line(clean_line(text))


def paper_lines(text: str) -> list[Line]:
    """The lines of a text for print. Empty lines between paragraphs stay, those around not."""
    return [_line(line) for line in _clean_lines(text)]


def clean_line(text: str) -> str:
    """One line of clean text without fonts, for metadata."""
    return " ".join(_clean_lines(text))


def unprintable_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The characters of these texts that a document shows as a number, for a warning."""
    signs = {sign for text in texts for sign in unicodedata.normalize("NFC", text)}
    return tuple(sorted(sign for sign in signs if _is_visible(sign) and not family_of(sign)))


def _clean_lines(text: str) -> list[str]:
    composed = unicodedata.normalize("NFC", text).strip()
    return [" ".join("".join(map(_cleaned, line)).split()) for line in composed.splitlines()]


def _cleaned(sign: str) -> str:
    if unicodedata.category(sign) in {"Zs", "Cc"}:
        return " "
    return sign if _is_visible(sign) or sign in KEPT_FORMATS else ""


def _is_visible(sign: str) -> bool:
    is_variation = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return unicodedata.category(sign) not in {"Zs", "Zl", "Zp", "Cc", "Cf"} and not is_variation


def _line(text: str) -> Line:
    directions = (unicodedata.bidirectional(sign) for sign in text)
    first = next((way for way in directions if way in RIGHT_TO_LEFT or way == "L"), "L")
    breakable = _long_word.sub(_in_pieces, text)
    fonts = groupby(_fonted(breakable), key=lambda run: run.font)
    runs = (Run(font, "".join(run.text for run in group)) for font, group in fonts)
    return Line(is_rtl=first in RIGHT_TO_LEFT, runs=tuple(runs))


def _fonted(text: str) -> Iterator[Run]:
    """The text letter by letter, each with the font that prints it."""
    font = FAMILIES[0]
    for letter, attached in _clusters(text):
        own = family_of(letter + attached) or family_of(letter)
        if letter in {" ", BREAK_HERE}:
            yield Run(font, letter)  # stays in the run it is in: every font has a space
        elif letter and own:
            font = own
            yield Run(font, letter)
            yield from _attached(font, attached)
        else:
            yield from _numbers(letter + attached)


def _attached(font: str, signs: str) -> Iterator[Run]:
    for sign in signs:
        if has_all(font, sign):
            yield Run(font, sign)
        else:
            yield from _numbers(sign)


def _numbers(signs: str) -> Iterator[Run]:
    """⟨U+1F600⟩ for each; a joiner that joins nothing is invisible and is left out."""
    for sign in signs:
        if sign not in KEPT_FORMATS:
            yield Run(BRACKETS, "⟨")
            yield Run(FAMILIES[0], f"U+{ord(sign):04X}")
            yield Run(BRACKETS, "⟩")


def _clusters(text: str) -> Iterator[tuple[str, str]]:
    """Each letter with the marks and joiners after it; "" as letter where there is none."""
    letter, attached = "", ""
    for sign in text:
        if _is_attached(sign) and letter not in {" ", BREAK_HERE}:
            attached += sign
            continue
        if letter or attached:
            yield letter, attached
        letter, attached = ("", sign) if _is_attached(sign) else (sign, "")
    yield letter, attached


def _in_pieces(word: re.Match[str]) -> str:
    """A mark or joiner is never cut off from its letter."""
    pieces = [""]
    for sign in word[0]:
        if len(pieces[-1]) >= WORD_CHARS and not _is_attached(sign):
            pieces.append("")
        pieces[-1] += sign
    return BREAK_HERE.join(pieces)


def _is_attached(sign: str) -> bool:
    return sign in KEPT_FORMATS or unicodedata.category(sign).startswith("M")
