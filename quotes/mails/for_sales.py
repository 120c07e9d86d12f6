"""To those who sell, about what waits for them and what buyers did. In English."""

from dataclasses import replace

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.urls import reverse

from integrations.models import StateChange, User
from integrations.models.roles import SALES_MANAGER
from quotes.mails.letters import Letter, absolute, moves_of
from quotes.models import BasisCheck, Message, Quote, Rfq, Version
from quotes.moments import by_seller


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


def for_sales_heard(rfq: Rfq, *, told_in: int | None = None) -> Letter:
    """What the buyer wrote in the thread: the words of one mail, or those that wait for theirs."""
    waiting = unheard(rfq.pk) if told_in is None else rfq.messages.filter(told_in=told_in)
    texts = [
        f"{one.author}{f', line {one.line.n}' if one.line else ''}: {one.text}"
        for one in waiting.select_related("line").order_by("id")
    ]
    if not texts:
        raise ObjectDoesNotExist("Nothing was written that is still to be told.")
    return _of_request(rfq, f"{rfq.company_name or rfq.contact_email} wrote about {rfq}", texts)


def unheard(rfq_pk: int) -> QuerySet[Message]:
    """Words of the buyer that no mail tells sales of yet."""
    return Message.objects.filter(rfq=rfq_pk, is_from_buyer=True, told_in__isnull=True)


def for_sales_cancelled(rfq: Rfq) -> Letter:
    """What was offered for it is withdrawn with it."""
    moves = StateChange.objects.filter(
        subject=Rfq.SUBJECT, subject_id=rfq.pk, after=Rfq.State.CANCELLED
    )
    last = moves.order_by("-id").first()
    who = last.actor if last else rfq.contact_email
    why = [last.reason] if last and last.reason else []
    return _of_request(rfq, f"{rfq} was cancelled", [f"{who} took the request back.", *why])


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


def _about(version: Version, subject: str, text: str) -> Letter:
    page = reverse("admin:quotes_version_change", args=[version.pk])
    return _to_sales(version.quote.owner, subject, [text], page)


def _of_request(rfq: Rfq, subject: str, paragraphs: list[str]) -> Letter:
    """To whoever has the request, else to whoever made its newest quote."""
    quotes = Quote.objects.filter(rfq=rfq, owner__isnull=False).select_related("owner")
    newest = quotes.order_by("-pk").first() if rfq.assigned_to is None else None
    owner = newest.owner if newest else rfq.assigned_to
    return _to_sales(owner, subject, paragraphs, reverse("admin:quotes_rfq_change", args=[rfq.pk]))


def _to_sales(owner: User | None, subject: str, paragraphs: list[str], path: str) -> Letter:
    return Letter(
        to=(owner.email,) if owner and owner.email else tuple(settings.SALES_EMAILS),
        subject=subject,
        paragraphs=paragraphs,
        action="Open the console",
        url=absolute(path),
    )


def _reason(version: Version) -> str:
    last = moves_of(version).order_by("-id").first()
    return last.reason if last else ""
