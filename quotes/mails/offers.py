"""To buyers about what was offered to them, and what became of it."""

from collections.abc import Sequence
from dataclasses import replace

from babel.dates import format_datetime
from babel.numbers import format_currency
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quotes.mails.letters import Letter, absolute, language_of
from quotes.models import Acceptance, Forward, Version
from quotes.states import SHOWN_TO_BUYER


def offered(version: Version) -> Letter:
    words = words_of(version)
    return to_buyer(
        version,
        subject=_("Quote %(number)s from %(portal)s") % words,
        paragraphs=[
            _("Your quote %(number)s, revision %(revision)s, is ready: %(gross)s including tax.")
            % words,
            _("It is valid until %(until)s.") % words,
        ],
    )


def reminder(version: Version) -> Letter:
    words = words_of(version)
    return to_buyer(
        version,
        subject=_("Quote %(number)s ends soon") % words,
        paragraphs=[
            _("Your quote %(number)s over %(gross)s is valid until %(until)s.") % words,
            _("Accept it before that, or ask us for a change."),
        ],
    )


def expired(version: Version) -> Letter:
    words = words_of(version)
    return to_buyer(
        version,
        subject=_("Quote %(number)s has ended") % words,
        paragraphs=[
            _("Your quote %(number)s was valid until %(until)s. You can ask us for a new one.")
            % words
        ],
    )


def held_cleared(version: Version) -> Letter:
    words = words_of(version)
    return to_buyer(
        version,
        subject=_("You can accept quote %(number)s now") % words,
        paragraphs=[
            _("We looked at your account: quote %(number)s over %(gross)s can be accepted now.")
            % words,
            _("It is valid until %(until)s.") % words,
        ],
    )


def accepted(version: Version) -> Letter:
    """To whoever accepted it."""
    words = words_of(version)
    letter = to_buyer(
        version,
        subject=_("You accepted quote %(number)s") % words,
        paragraphs=[
            _("Thank you. You accepted quote %(number)s, revision %(revision)s, at %(gross)s.")
            % words,
            _("We place your order now; its number will be on the page of the quote."),
        ],
    )
    acceptance = _acceptance(version)
    if acceptance is None:  # looked at before there is one
        return letter
    person = acceptance.buyer
    return replace(letter, to=(person.email,), languages={person.email: person.language})


def colleague_accepted(version: Version) -> Letter:
    """To whose quote it is and to who asked for the acceptance, where that was somebody else."""
    acceptance = _acceptance(version)
    if acceptance is None:
        raise ObjectDoesNotExist(f"{version} is not accepted.")
    asker = acceptance.asked_by
    words = {**words_of(version), "who": acceptance.buyer.email}
    letter = to_buyer(
        version,
        subject=_("Quote %(number)s was accepted") % words,
        paragraphs=[
            _("%(who)s accepted quote %(number)s, revision %(revision)s, at %(gross)s.") % words,
            _("We place the order now; its number will be on the page of the quote."),
        ],
    )
    readers = dict(letter.languages) | ({asker.email: asker.language} if asker else {})
    others = {one: readers[one] for one in readers if one.lower() != acceptance.buyer.email.lower()}
    return replace(letter, to=tuple(others), languages=others)


def withdrawn(version: Version) -> Letter:
    """Without the seller's reason; also to whoever had asked their company to accept it."""
    words = words_of(version)
    letter = to_buyer(
        version,
        subject=_("Quote %(number)s was withdrawn") % words,
        paragraphs=[
            _(
                "We withdrew our offer %(number)s, revision %(revision)s, over %(gross)s. It "
                "cannot be accepted any more."
            )
            % words,
            _("You hear from us if another offer follows; or ask your contact."),
        ],
    )
    asker = version.asked_by
    readers = dict(letter.languages) | ({asker.email: asker.language} if asker else {})
    return _without_page(version, letter, readers)


def given_up(version: Version) -> Letter:
    words = words_of(version)
    letter = to_buyer(
        version,
        subject=_("The order of quote %(number)s could not be placed") % words,
        paragraphs=[
            _(
                "We are sorry: the order of your accepted quote %(number)s over %(gross)s could "
                "not be placed. The quote is withdrawn; nothing is delivered and nothing charged."
            )
            % words,
            _("Please ask us for a new quote, or call your contact."),
        ],
    )
    return _without_page(version, letter, _everybody_in(version, dict(letter.languages)))


def _without_page(version: Version, letter: Letter, readers: dict[str, str]) -> Letter:
    """The quote has no page any more, so the button leads to the request, or to the list."""
    rfq = version.quote.rfq
    is_reachable = rfq is not None and rfq.account_id == version.quote.account_id
    page = reverse("portal:request", args=[rfq.pk]) if rfq and is_reachable else None
    return replace(
        letter,
        to=tuple(readers),
        languages=readers,
        action=_("Open the request") if page else _("Open your quotes"),
        url=absolute(page or reverse("portal:quotes")),
    )


def forwarded(forward: Forward) -> Letter:
    """To a colleague whom a buyer chose; to nobody once the offer is taken back."""
    version, reader = forward.version, forward.to
    is_shown = reader is not None and version.state in SHOWN_TO_BUYER
    words = {**words_of(version), "who": forward.by.email}
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
        url=page_of(version),
    )


def words_of(version: Version) -> dict[str, str]:
    language = get_language() or "en"
    until = version.valid_until
    return {
        "number": version.quote.number,
        "revision": str(version.revision),
        "portal": settings.PORTAL_NAME,
        "gross": format_currency(version.gross_total or 0, version.quote.currency, locale=language),
        "until": format_datetime(until, "long", locale=language) if until else "",
    }


def to_buyer(version: Version, *, subject: str, paragraphs: Sequence[str]) -> Letter:
    readers = _readers_of(version)
    return Letter(
        to=tuple(readers),
        languages=readers,
        subject=subject,
        paragraphs=paragraphs,
        action=_("Open the quote"),
        url=page_of(version),
    )


def page_of(version: Version) -> str:
    return absolute(reverse("portal:version", args=[version.quote_id, version.revision]))


def _readers_of(version: Version) -> dict[str, str]:
    """The addresses to write to, each with its language where that is known."""
    quote = version.quote
    if quote.buyer is not None:
        return {quote.buyer.email: quote.buyer.language}
    if quote.rfq is not None:
        return {quote.rfq.contact_email: language_of(quote.rfq)}
    return dict(quote.account.buyers.values_list("email", "language")[:20])


def _everybody_in(version: Version, readers: dict[str, str]) -> dict[str, str]:
    """The readers, and who accepted and who had asked for that."""
    acceptance = _acceptance(version)
    people = [acceptance.buyer, acceptance.asked_by] if acceptance else []
    return readers | {one.email: one.language for one in people if one is not None}


def _acceptance(version: Version) -> Acceptance | None:
    rows = Acceptance.objects.select_related("buyer", "asked_by")
    return rows.filter(version=version).first()
