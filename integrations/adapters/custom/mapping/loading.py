"""From the text of a mapping to something that can be worked with, or to all its mistakes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from integrations.adapters.custom.mapping.checks import check
from integrations.adapters.custom.mapping.grammar import FORMATS, MAPPING
from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.mapping.source import Mistakes, nodes_of
from integrations.adapters.custom.values import Formats
from integrations.records import RoundingProfile

SECTIONS = (
    "products", "prices", "stock", "customers", "pricing", "credit", "orders", "progress",
    "payments", "invoice_pdf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ErpMapping:
    """A mapping without mistakes. `currency` is that of rows which tell none."""

    root: Entry
    formats: Formats
    currency: str

    @property
    def title(self) -> str:
        return str(self.root["title"])

    @property
    def sections(self) -> tuple[str, ...]:
        """Those it has, in the order of the language: they decide what the ERP can do."""
        return tuple(name for name in SECTIONS if self.root[name] is not None)

    def __getitem__(self, name: str) -> Any:
        return self.root[name]

    def rounding(self) -> RoundingProfile:
        """As stated. Only with orders."""
        return RoundingProfile(**dict(self.root["rounding"]))


@lru_cache(maxsize=32)
def load_mapping(text: str) -> ErpMapping:
    """Raises NeedsOperator (`bad_mapping`) that tells every mistake with its line."""
    mistakes = Mistakes()
    root = MAPPING.read(nodes_of(text), mistakes, "")
    formats = root["formats"] or Entry(
        "formats", 1, {key.name: key.default for key in FORMATS.keys}
    )
    check(root, formats, mistakes)
    mistakes.raise_any()
    return ErpMapping(root, _formats(formats), str(formats["currency"]).upper())


def _formats(entry: Entry) -> Formats:
    return Formats(
        zone=ZoneInfo(entry["timezone"]),
        date=entry["date"],
        time=entry["time"],
        amounts=entry["amounts"],
        unit_prices=entry["unit_prices"] or entry["amounts"],
        numbers=entry["numbers"],
        decimal_mark=entry["decimal_mark"],
        thousands_mark=entry["thousands_mark"],
    )
