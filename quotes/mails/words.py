"""What each mail says, as plain words; how it looks is the template's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from babel.dates import format_datetime
from babel.numbers import format_currency
from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from integrations.models import StateChange, User
from integrations.models.roles import SALES_MANAGER
from quotes.languages import spoken
from quotes.models import BasisCheck, Forward, Rfq, Version
from quotes.moments import by_seller
from quotes.states import SHOWN_TO_BUYER


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail: whom it is for, what it says, and the page that its button opens.

    `languages` says for an address in which language it is written to, where that is known; the
    letter itself speaks the one that is active while it is made.
    """

    to: tuple[str, ...]
    subject: str
    paragraphs: Sequence[str]
    action: str
    url: str
    languages: Mapping[str, str] = field(default_factory=dict)

    def by_language(self) -> dict[str, list[str]]:
        """The addresses, by the language to write to them in."""
        found: dict[str, list[str]] = {}
        for address in self.to:
            found.setdefault(spoken(self.languages.get(address, "")), []).append(address)
        return found


def offered(version: Version) -> Letter:
    words = _of(version)
    return _to_buyer(
        version,
        subject=_("Quote %(number)s from %(portal)s") % words,
        paragraphs=[
            _("Your quote %(number)s, revision %(revision)s, is ready: %(gross)s including tax.")
            % words,
            _("It is valid until %(until)s.") % words,
        ],
    )


def reminder(version: Version) -> Letter:
    words = _of(version)
    return _to_buyer(
        version,
        subject=_("Quote %(number)s ends soon") % words,
        paragraphs=[
            _("Your quote %(number)s over %(gross)s is valid until %(until)s.") % words,
            _("Accept it before that, or ask us for a change."),
        ],
    )


def expired(version: Version) -> Letter:
    words = _of(version)
    return _to_buyer(
        version,
        subject=_("Quote %(number)s has ended") % words,
        paragraphs=[
            _("Your quote %(number)s was valid until %(until)s. You can ask us for a new one.")
            % words
        ],
    )


def accepted(version: Version) -> Letter:
    words = _of(version)
    return _to_buyer(
        version,
        subject=_("You accepted quote %(number)s") % words,
        paragraphs=[
            _("Thank you. You accepted quote %(number)s, revision %(revision)s, at %(gross)s.")
            % words,
            _("We place your order now; its number will be on the page of the quote."),
        ],
    )


def held_cleared(version: Version) -> Letter:
    words = _of(version)
    return _to_buyer(
        version,
        subject=_("You can accept quote %(number)s now") % words,
        paragraphs=[
            _("We looked at your account: quote %(number)s over %(gross)s can be accepted now.")
            % words,
            _("It is valid until %(until)s.") % words,
        ],
    )


def forwarded(forward: Forward) -> Letter:
    """To a colleague whom a buyer chose; to nobody once the offer is taken back."""
    version, reader = forward.version, forward.to
    is_shown = reader is not None and version.state in SHOWN_TO_BUYER
    words = {**_of(version), "who": forward.by.email}
    paragraphs = [
        _("%(who)s wants you to see quote %(number)s, revision %(revision)s, over %(gross)s.")
        % words,
        *([forward.text] if forward.text else []),
        _("Sign in with this address to open it."),
    ]
    return Letter(
        to=(reader.email,) if reader and is_shown else (),
        languages={reader.email: reader.language} if reader else {},
        subject=_("%(who)s forwards quote %(number)s to you") % words,
        paragraphs=paragraphs,
        action=_("Open the quote"),
        url=_page_of(version),
    )


def question(rfq: Rfq) -> Letter:
    asked = StateChange.objects.filter(
        subject=Rfq.SUBJECT, subject_id=rfq.pk, after=Rfq.State.INFO_REQUESTED
    ).latest("id")
    return Letter(
        to=(rfq.contact_email,),
        languages={rfq.contact_email: _language_of(rfq)},
        subject=_("A question about your request %(number)s") % {"number": rfq.number},
        paragraphs=[_("Before we can quote your request, we need to know:"), asked.reason],
        action=_("Answer"),
        url=_absolute(reverse("portal:request", args=[rfq.pk])),
    )


def for_sales_submitted(rfq: Rfq) -> Letter:
    return _to_sales(
        rfq.assigned_to,
        f"New request {rfq.number} from {rfq.company_name or rfq.contact_email}",
        [f"{rfq.lines.count()} lines. {rfq.note}".strip()],
        reverse("admin:quotes_rfq_change", args=[rfq.pk]),
    )


def for_sales_overdue(rfq: Rfq) -> Letter:
    return _to_sales(
        rfq.assigned_to,
        f"The answer to {rfq.number} is overdue",
        [_overdue(rfq)],
        reverse("admin:quotes_rfq_change", args=[rfq.pk]),
    )


def for_managers_overdue(rfq: Rfq) -> Letter:
    """To all sales managers: the portal does not know who leads whom."""
    letter = for_sales_overdue(rfq)
    managers = User.objects.filter(groups__name=SALES_MANAGER, is_active=True).exclude(email="")
    addresses = tuple(managers.order_by("pk").values_list("email", flat=True))
    has = f"{rfq.assigned_to} has it." if rfq.assigned_to else "Nobody has taken it on."
    return replace(
        letter,
        to=addresses or tuple(settings.SALES_EMAILS),
        subject=f"{rfq.number} still waits for an answer",
        paragraphs=[_overdue(rfq), has],
    )


def _overdue(rfq: Rfq) -> str:
    due = f" It was due {by_seller(rfq.answer_due_at)}." if rfq.answer_due_at else ""
    return f"{rfq.company_name or rfq.contact_email} waits for an answer to {rfq.number}.{due}"


def for_sales_accepted(version: Version) -> Letter:
    return _about(
        version, f"{version} was accepted", f"{version.quote.account} accepted {version}."
    )


def for_sales_declined(version: Version) -> Letter:
    return _about(version, f"{version} was declined", _reason(version))


def for_sales_change(version: Version) -> Letter:
    return _about(version, f"A change of {version} is wanted", _reason(version))


def for_sales_prices_moved(version: Version) -> Letter:
    """The offer stands as it is; sales may want to call the buyer or make another one."""
    check = BasisCheck.objects.filter(version=version).first()
    return _about(
        version, f"Prices of {version} moved in the ERP", check.warned_of if check else ""
    )


def for_sales_order_failed(version: Version) -> Letter:
    return _about(version, f"The order of {version} could not be placed", _reason(version))


def for_sales_held(version: Version) -> Letter:
    return _about(
        version,
        f"An acceptance of {version} waits for you",
        f"{version.quote.account} wants to accept {version}. {version.held_note} Look at the "
        "account, then allow the acceptance on the quote's page, or talk to the buyer.",
    )


LETTERS: dict[str, Callable[..., Letter]] = {
    "offered": offered,
    "reminder": reminder,
    "expired": expired,
    "accepted": accepted,
    "question": question,
    "forwarded": forwarded,
    "sales_submitted": for_sales_submitted,
    "sales_overdue": for_sales_overdue,
    "managers_overdue": for_managers_overdue,
    "sales_accepted": for_sales_accepted,
    "sales_declined": for_sales_declined,
    "sales_change": for_sales_change,
    "sales_prices_moved": for_sales_prices_moved,
    "sales_order_failed": for_sales_order_failed,
    "sales_held": for_sales_held,
    "held_cleared": held_cleared,
}
ABOUT_RFQ = frozenset({"question", "sales_submitted", "sales_overdue", "managers_overdue"})
ABOUT_FORWARD = frozenset({"forwarded"})


def _of(version: Version) -> dict[str, str]:
    language = get_language() or "en"
    until = version.valid_until
    return {
        "number": version.quote.number,
        "revision": str(version.revision),
        "portal": settings.PORTAL_NAME,
        "gross": format_currency(version.gross_total or 0, version.quote.currency, locale=language),
        "until": format_datetime(until, "long", locale=language) if until else "",
    }


def _to_buyer(version: Version, *, subject: str, paragraphs: Sequence[str]) -> Letter:
    readers = _readers_of(version)
    return Letter(
        to=tuple(readers),
        languages=readers,
        subject=subject,
        paragraphs=paragraphs,
        action=_("Open the quote"),
        url=_page_of(version),
    )


def _page_of(version: Version) -> str:
    return _absolute(reverse("portal:version", args=[version.quote_id, version.revision]))


def _readers_of(version: Version) -> dict[str, str]:
    """The addresses to write to, each with its language where that is known."""
    quote = version.quote
    if quote.buyer is not None:
        return {quote.buyer.email: quote.buyer.language}
    if quote.rfq is not None:
        return {quote.rfq.contact_email: _language_of(quote.rfq)}
    return dict(quote.account.buyers.values_list("email", "language")[:20])


def _language_of(rfq: Rfq) -> str:
    """What its buyer chose counts; else what the request was written in."""
    return (rfq.buyer.language if rfq.buyer else "") or rfq.language


def _about(version: Version, subject: str, text: str) -> Letter:
    page = reverse("admin:quotes_version_change", args=[version.pk])
    return _to_sales(version.quote.owner, subject, [text], page)


def _to_sales(owner: User | None, subject: str, paragraphs: list[str], path: str) -> Letter:
    return Letter(
        to=(owner.email,) if owner and owner.email else tuple(settings.SALES_EMAILS),
        subject=subject,
        paragraphs=paragraphs,
        action="Open the console",
        url=_absolute(path),
    )


def _reason(version: Version) -> str:
    changes = StateChange.objects.filter(subject=Version.SUBJECT, subject_id=version.pk)
    moves = changes.exclude(before=F("after"))  # what was merely noted is no reason
    last = moves.order_by("-id").first()
    return last.reason if last else ""


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{path}"
