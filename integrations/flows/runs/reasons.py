"""Why a run skipped records, or could not write them: each reason with how many it is about."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from integrations.models import PlannedChange, Run

MOST_SHOWN, MOST_TOLD = 10, 3
MOST_TEXTS = 2000  # of different texts; what is beyond them is one record each, or few
LONGEST_WORDS = 100  # that the page of a run searches for
# What differs from record to record: what stands in quotes, and words with a digit.
COUNTED = {"skip": "skipped", "failed": "failed"}
_OWN = re.compile(r"'[^']*'|“[^”]*”|\"[^\"]*\"|(?<!\w)[\w.,+-]*\d[\w.,+-]*", re.ASCII)
_AROUND = " .,:;()–-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`words` find its records on the page of the run, in the tab `action`."""

    action: str
    text: str
    words: str
    count: int


def reasons_of(run: Run, action: str) -> tuple[list[Reason], int]:
    """The reasons of most of the run's `skip` or `failed` records, most first, and how many
    records are for others. One query, however many records there are."""
    rows = PlannedChange.objects.filter(run=run, action=action)
    counted = rows.values_list("reason").annotate(count=Count("pk")).order_by("-count", "reason")
    found = grouped(list(counted[:MOST_TEXTS]), action)[:MOST_SHOWN]
    total: int = getattr(run, COUNTED[action])
    return found, max(0, total - sum(one.count for one in found))


def grouped(counted: Iterable[tuple[str, int]], action: str) -> list[Reason]:
    """Texts that only differ in what is a record's own are one reason. Pure."""
    alike: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for text, count in counted:
        alike[_OWN.sub("…", text)].append((text, count))
    reasons = [
        Reason(
            action=action,
            text=shape if len(texts) > 1 else texts[0][0],
            words=_words(shape),
            count=sum(count for _, count in texts),
        )
        for shape, texts in alike.items()
    ]
    return sorted(reasons, key=lambda one: (-one.count, one.text))


def in_words(reasons: Sequence[Reason], others: int) -> str:
    """As part of a sentence: `12 × no price; 3 for other reasons`."""
    if not reasons:
        return "its plan says why of each"
    told = [f"{one.count:,} × {one.text.rstrip('.')}" for one in reasons[:MOST_TOLD]]
    rest = others + sum(one.count for one in reasons[MOST_TOLD:])
    return "; ".join([*told, *([f"{rest:,} for other reasons"] if rest else [])])


def _words(shape: str) -> str:
    """The longest part that all of them have."""
    return max((part.strip(_AROUND) for part in shape.split("…")), key=len)[:LONGEST_WORDS].strip()
