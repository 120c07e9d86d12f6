"""What a buyer reads of a state or a refusal, in the language of the page.

The services speak English and to machines; these are their codes in words.
"""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.models.order import NOT_IN_ERP, Order, OrderState
from quotes.errors import (
    AccountRefused,
    Expired,
    HeldForSales,
    MoveNotAllowed,
    NotOrderable,
    NotPermitted,
    QuoteError,
    Stale,
    TooMany,
)
from quotes.models import Rfq, Version
from quotes.services.offering import is_expired
from quotes.states import WITH_BUYER, RfqState, VersionState

Badge = tuple[Any, str]  # label and look

RFQ_WORDS: dict[str, Badge] = {
    RfqState.DRAFT: (_("Draft"), "plain"),
    RfqState.SUBMITTED: (_("Sent"), ""),
    RfqState.IN_REVIEW: (_("In work"), ""),
    RfqState.INFO_REQUESTED: (_("Question for you"), "warn"),
    RfqState.QUOTED: (_("Quoted"), "good"),
    RfqState.WON: (_("Accepted"), "good"),
    RfqState.DECLINED: (_("Not offered"), "bad"),
    RfqState.CANCELLED: (_("Cancelled"), "plain"),
    RfqState.EXPIRED: (_("Expired"), "plain"),
}
# Why an order is not there yet is the seller's matter, so a failed one is being processed.
VERSION_WORDS: dict[str, Badge] = {
    VersionState.OFFERED: (_("Open"), "warn"),
    VersionState.CHANGE_REQUESTED: (_("Change asked for"), ""),
    VersionState.ACCEPTANCE_PENDING: (_("Waits for your approver"), "warn"),
    VersionState.ACCEPTED: (_("Accepted, being processed"), "good"),
    VersionState.ORDER_FAILED: (_("Accepted, being processed"), "good"),
    VersionState.ORDERED: (_("Ordered"), "good"),
    VersionState.DECLINED: (_("Declined"), "plain"),
    VersionState.EXPIRED: (_("Expired"), "plain"),
    VersionState.WITHDRAWN: (_("Withdrawn"), "plain"),
    VersionState.SUPERSEDED: (_("Replaced"), "plain"),
}
ORDER_WORDS: dict[str, Badge] = {
    **{state: (_("Being processed"), "") for state in NOT_IN_ERP},
    OrderState.CONFIRMED: (_("Confirmed"), "good"),
    OrderState.IN_PRODUCTION: (_("In production"), ""),
    OrderState.BACKORDERED: (_("Waits for stock"), "warn"),
    OrderState.PARTLY_SHIPPED: (_("Partly shipped"), ""),
    OrderState.SHIPPED: (_("Shipped"), "good"),
    OrderState.INVOICED: (_("Invoiced"), "good"),
    OrderState.PAID: (_("Paid"), "good"),
    OrderState.CANCELLED: (_("Cancelled"), "plain"),
}
PAYMENT_WORDS: dict[str, Badge] = {
    "paid": (_("Paid"), "good"),
    "partial": (_("Partly paid"), "warn"),
    "not_paid": (_("Not paid"), "warn"),
    "reversed": (_("Reversed"), "plain"),
}
# Sentences of the services that pages can meet; each is looked up by its English text.
SENTENCES = (
    _("Say why it is declined."),
    _("Say what should be different."),
    _("Type your name to sign."),
    _("Enter your PO number."),
    _("Write something first."),
    _("This account is blocked at the moment; please call your contact."),
    _("You may ask for quotes, but not accept them."),
    _("Enter at least one line before you send the request."),
    _("Orders from your account are not accepted at the moment. Please contact us."),
    _("We cannot check your account at the moment. Please try again later."),
    _("You have forwarded very often. Please try again in an hour."),
    _("This order is above the credit that is agreed. Please contact us."),
    _(
        "Before this can be ordered we have to look at your account. Nothing was ordered; your "
        "contact knows of it and gets in touch with you."
    ),
    _(
        "Your order cannot be placed yet, because your company is not set up for it in our shop. "
        "Nothing was ordered; please call your contact."
    ),
    _("Your account is not delivered to this country. Please contact us."),
    _("Some of these goods need a licence that we do not have from you. Please contact us."),
    _("Some of these goods are not agreed for your account. Please contact us."),
)


def state_of(row: Rfq | Version | Order) -> Badge:
    """Label and look of the row's state. An offer past its time is expired at once."""
    if isinstance(row, Rfq):
        return RFQ_WORDS[row.state]
    if isinstance(row, Order):
        return ORDER_WORDS[row.state]
    if row.state in WITH_BUYER and is_expired(row, timezone.now()):
        return VERSION_WORDS[VersionState.EXPIRED]
    return VERSION_WORDS[row.state]


def payment_of(state: str) -> Badge:
    return PAYMENT_WORDS.get(state, (state, ""))


def refusal(error: QuoteError) -> str:
    """Why something was not done, and what to do."""
    if isinstance(error, MoveNotAllowed):
        error.row.refresh_from_db()
        state = state_of(error.row)[0]  # type: ignore[arg-type]
        return gettext("This is not possible any more. The state now: %(state)s.") % {
            "state": state
        }
    if error.code in BY_CODE:
        return str(BY_CODE[error.code])
    return gettext(str(error))


BY_CODE = {
    "already_accepted": _("This quote is accepted already."),
    Stale.code: _("This is not the offer that counts now. Look at the newest one first."),
    Expired.code: _("The time of this offer is over. Ask for a new one."),
    "over_limit": _("You may not accept this quote yourself. Ask your company’s approver."),
    "may_not_decline": _("You may ask for a change, but not decline this quote."),
    NotPermitted.code: _("Only an approver of your company, or who asked, can do this."),
}


def status_of(error: QuoteError) -> int:
    """The HTTP status that says the same to a machine."""
    if isinstance(error, NotPermitted | AccountRefused):
        return 403
    if isinstance(error, TooMany):
        return 429
    refused_now = Stale | Expired | MoveNotAllowed | HeldForSales | NotOrderable
    return 409 if isinstance(error, refused_now) else 422
