"""Between a buyer and those who approve for their company."""

from django.utils.translation import gettext as _

from quotes.mails.letters import Letter, moves_of
from quotes.mails.offers import page_of, words_of
from quotes.models import BuyingRight, Version


def company_asked(version: Version) -> Letter:
    """To those who approve for the company, but whoever asks."""
    words = words_of(version) | {"who": version.asked_by.email if version.asked_by else ""}
    rights = BuyingRight.objects.filter(
        buyer__account=version.quote.account_id, may_approve=True, may_accept=True
    ).exclude(buyer=version.asked_by_id)
    readers = dict(rights.order_by("pk").values_list("buyer__email", "buyer__language")[:20])
    is_asked = version.state == Version.State.ACCEPTANCE_PENDING
    return Letter(
        to=tuple(readers) if is_asked else (),
        languages=readers,
        subject=_("%(who)s asks you to accept quote %(number)s") % words,
        paragraphs=[
            _("%(who)s may not accept quote %(number)s, revision %(revision)s, over %(gross)s.")
            % words,
            _("You can accept it for your company, or refuse. It is valid until %(until)s.")
            % words,
        ],
        action=_("Open the quote"),
        url=page_of(version),
    )


def company_refused(version: Version) -> Letter:
    """To whoever had asked; to nobody where they took it back themselves."""
    pending, offered = Version.State.ACCEPTANCE_PENDING, Version.State.OFFERED
    refusal = moves_of(version).filter(before=pending, after=offered).latest("id")
    asked = moves_of(version).filter(after=pending, pk__lt=refusal.pk).latest("id")
    asker = version.quote.account.buyers.filter(email__iexact=asked.actor).first()
    is_taken_back = refusal.actor == asked.actor
    words = words_of(version) | {"who": refusal.actor}
    return Letter(
        to=(asker.email,) if asker and not is_taken_back else (),
        languages={asker.email: asker.language} if asker else {},
        subject=_("Quote %(number)s was not approved in your company") % words,
        paragraphs=[
            _("%(who)s does not accept quote %(number)s, revision %(revision)s, over %(gross)s.")
            % words,
            *([refusal.reason] if refusal.reason.strip() else []),
            _("The offer is open again until %(until)s.") % words,
        ],
        action=_("Open the quote"),
        url=page_of(version),
    )
