"""A letter: whom a mail is for and what it says, before it has a look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import F, QuerySet

from integrations.models import StateChange
from quotes.languages import spoken
from quotes.models import Rfq, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail: whom it is for, what it says, and the page that its button opens.

    `languages` says for an address in which language it is written to, where that is known; the
    letter itself speaks the one that is active while it is made. `thread_of` names a request
    that its reader has no access to: then the mail that is sent carries a link of its own there.
    """

    to: tuple[str, ...]
    subject: str
    paragraphs: Sequence[str]
    action: str
    url: str
    languages: Mapping[str, str] = field(default_factory=dict)
    thread_of: Rfq | None = None

    def by_language(self) -> dict[str, list[str]]:
        """The addresses, by the language to write to them in."""
        found: dict[str, list[str]] = {}
        for address in self.to:
            found.setdefault(spoken(self.languages.get(address, "")), []).append(address)
        return found


def absolute(path: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{path}"


def language_of(rfq: Rfq) -> str:
    """What its buyer chose counts; else what the request was written in."""
    return (rfq.buyer.language if rfq.buyer else "") or rfq.language


def moves_of(version: Version) -> QuerySet[StateChange]:
    """Its history without what was merely noted."""
    changes = StateChange.objects.filter(subject=Version.SUBJECT, subject_id=version.pk)
    return changes.exclude(before=F("after"))
