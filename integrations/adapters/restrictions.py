"""Countries and licences out of a custom field of an ERP, which is a text somebody types. Pure.

    DE, AT, CH                                     countries, in two letters
    Chemicals dealer | HH-2211 | 2027-03-31        a licence: name, number, last day
    Spirits                                        another one, in a line of its own or after a ";"

What cannot be read is told instead of taken for no restriction at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from integrations.records import ErpLicence

_COUNTRY = re.compile(r"[A-Z]{2}")
LONGEST_NAME, LONGEST_NUMBER = 120, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """As `ErpCustomer` has it: None is not told, empty is told to be none. `unread` is what
    could not be read, as (what, why)."""

    allowed_countries: tuple[str, ...] | None = None
    licences: tuple[ErpLicence, ...] | None = None
    unread: tuple[tuple[str, str], ...] = ()

    @property
    def as_fields(self) -> dict[str, Any]:
        return {
            "allowed_countries": self.allowed_countries,
            "licences": self.licences,
            "unread": self.unread,
        }


def restricted(countries: str | Sequence[str] | None, licences: str | None) -> Restricted:
    """None for what the connection does not read."""
    found: dict[str, Any] = {}
    unread: list[tuple[str, str]] = []
    if countries is not None:
        try:
            found["allowed_countries"] = countries_of(countries)
        except ValueError as exc:
            unread.append(("allowed countries", str(exc)))
    if licences is not None:
        try:
            found["licences"] = licences_of(licences)
        except ValueError as exc:
            unread.append(("licences", str(exc)))
    return Restricted(**found, unread=tuple(unread))


def countries_of(said: str | Sequence[str]) -> tuple[str, ...]:
    """Codes of two letters, each once, by the alphabet. Raises ValueError with a sentence."""
    parts = re.split(r"[\s,;]+", said) if isinstance(said, str) else list(said)
    codes = sorted({part.strip().upper() for part in parts} - {""})
    for code in codes:
        if not _COUNTRY.fullmatch(code):
            raise ValueError(f"{code!r} is no country code: write two letters, such as DE, AT")
    return tuple(codes)


def licences_of(text: str) -> tuple[ErpLicence, ...]:
    """Raises ValueError with a sentence."""
    lines = [line.strip() for line in re.split(r"[\n;]", text)]
    return tuple(dict.fromkeys(_licence(line) for line in lines if line))


def _licence(line: str) -> ErpLicence:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) > 3 or not parts[0]:
        raise ValueError(f"{line!r} is no licence: write name | number | last day")
    name, number, day = (*parts, "", "")[:3]
    if len(name) > LONGEST_NAME or len(number) > LONGEST_NUMBER:
        raise ValueError(f"{line[:60]!r} is too long for a licence")
    try:
        until = date.fromisoformat(day) if day else None
    except ValueError as exc:
        raise ValueError(f"{day!r} is no day such as 2027-03-31") from exc
    return ErpLicence(name=name, number=number, valid_until=until)
