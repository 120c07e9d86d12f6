"""Numbers as people write them: 1,5 or 1.5, with or without thousands. Pure."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

_SPACES = str.maketrans("", "", " \u00a0\u202f'’")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class BadNumber(ValueError):
    """Not a number, or one that could mean two; the text says what to do."""


def number_in(text: str) -> Decimal:
    """The number that was typed. Raises BadNumber rather than guess.

    Where both separators occur, the last one is the decimal one. A single one before exactly
    three digits could be either: `1,000` is refused, `0,125` is not.
    """
    plain = text.strip().translate(_SPACES)
    if _is_ambiguous(plain):
        raise BadNumber(
            _("“%(text)s” can mean two numbers; write it without thousands.") % {"text": text}
        )
    candidate = _with_point(plain)
    if not _NUMBER.fullmatch(candidate):
        raise BadNumber(_("“%(text)s” is not a number.") % {"text": text[:40]})
    return Decimal(candidate)


def _is_ambiguous(plain: str) -> bool:
    return bool(re.fullmatch(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}", plain))


def _with_point(plain: str) -> str:
    """With a decimal point and no thousands; what is no number stays none."""
    last = max(plain.rfind(","), plain.rfind("."))
    if last < 0:
        return plain
    separator, whole, decimals = plain[last], plain[:last], plain[last + 1 :]
    if separator in whole:  # the same one twice parts thousands
        return _joined(whole + separator + decimals, separator)
    other = "," if separator == "." else "."
    return f"{_joined(whole, other)}.{decimals}"


def _joined(whole: str, separator: str) -> str:
    """Thousands put together, or a text that is no number where the groups are wrong."""
    first, *groups = whole.split(separator)
    if any(len(group) != 3 for group in groups) or len(first.lstrip("+-")) > 3 and groups:
        return "?"
    return first + "".join(groups)
