"""What an account may buy, and where it is delivered to."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """`category` as the ERP names it, with " / " between levels; empty: not known here.
    `place` says for people where it stands, such as "line 2"."""

    sku: str
    category: str = ""
    place: str = ""

    @property
    def label(self) -> str:
        return f"{self.place} ({self.sku})" if self.place else self.sku


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsList:
    """SKUs and categories. An article belongs to it by either; the categories below count."""

    name: str
    skus: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()

    def holds(self, article: Article) -> bool | None:
        """None where only its category could tell, and that is not known."""
        if article.sku.casefold() in {sku.casefold() for sku in self.skus}:
            return True
        if not self.categories:
            return False
        if not article.category:
            return None
        own = _levels(article.category)
        return any(own[: len(_levels(one))] == _levels(one) for one in self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLicence:
    """`valid_until` is its last day; None: without end."""

    name: str
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """What holds for one account. Empty `countries`: all; empty `assortments`: everything."""

    countries: frozenset[str] = frozenset()
    licences: tuple[HeldLicence, ...] = ()
    licensed: tuple[GoodsList, ...] = ()
    assortments: tuple[GoodsList, ...] = ()


def _levels(category: str) -> list[str]:
    return [level.strip().casefold() for level in category.split("/") if level.strip()]
