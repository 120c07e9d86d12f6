"""Which of our fonts has which character, from fonts/coverage.txt. Pure."""

from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent / "fonts"
# In the order of asking; the names are those inside the files.
FAMILIES = (
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Sans Hebrew",
    "Noto Sans Thai",
    "Noto Sans Armenian",
    "Noto Sans Georgian",
    "DejaVu Sans",  # arrows, mathematics, check marks
    "Droid Sans Fallback",  # Chinese, Japanese, Korean
)


def family_of(signs: str) -> str | None:
    """The first family that has all of these characters, None if there is none."""
    return next((name for name in FAMILIES if has_all(name, signs)), None)


def has_all(family: str, signs: str) -> bool:
    return _characters()[family].issuperset(signs)


@cache
def _characters() -> dict[str, frozenset[str]]:
    lines = (line.split(": ") for line in (FONTS / "coverage.txt").read_text().splitlines())
    return {family: frozenset(_in_ranges(ranges)) for family, ranges in lines}


def _in_ranges(ranges: str) -> list[str]:
    ends = [(int(first, 16), int(last, 16)) for first, last in map(_pair, ranges.split())]
    return [chr(code) for first, last in ends for code in range(first, last + 1)]


def _pair(text: str) -> tuple[str, str]:
    first, _, last = text.partition("-")
    return first, last
