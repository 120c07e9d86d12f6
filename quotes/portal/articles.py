"""Articles that a buyer may name in a request: the SKUs that the products flow linked.

A linked variant's label is its SKU, a linked product's label its title and then, in brackets,
the SKUs of its variants.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from integrations.flows.links import REMOVED, SET_ASIDE
from integrations.models import IdLink

MOST_FOUND = 20
LEAST_CHARS = 2
_LABEL = re.compile(r"(?P<title>.+) \((?P<skus>[^()]*)\)?")


@dataclass(frozen=True, slots=True)
class Article:
    """A SKU of the storefront; `title` is empty where its product is not known."""

    sku: str
    title: str = ""


def find(text: str) -> list[Article]:
    """Those whose SKU or name holds every word of the text, in the order of their SKUs."""
    words = text.replace("\x00", " ").split()
    if len("".join(words)) < LEAST_CHARS:
        return []
    named = _titles(words)
    wanted = _holds(words) | Q(label__in=named)
    rows = IdLink.objects.filter(wanted, kind=IdLink.Kind.VARIANT).exclude(label="")
    rows = rows.exclude(label__endswith=REMOVED).exclude(fingerprint=SET_ASIDE)
    skus = rows.order_by("label").values_list("label", flat=True).distinct()
    return [Article(sku, named.get(sku, "")) for sku in skus[:MOST_FOUND]]


def _titles(words: Sequence[str]) -> dict[str, str]:
    """The SKUs of the products whose label holds the words, with their titles."""
    products = IdLink.objects.filter(_holds(words), kind=IdLink.Kind.PRODUCT).order_by("label")
    labels = products.values_list("label", flat=True)[:MOST_FOUND]
    found = [match for label in labels if (match := _LABEL.fullmatch(label))]
    return {sku: match["title"] for match in found for sku in match["skus"].split(", ") if sku}


def _holds(words: Sequence[str]) -> Q:
    wanted = Q()
    for word in words:
        wanted &= Q(label__icontains=word)
    return wanted
