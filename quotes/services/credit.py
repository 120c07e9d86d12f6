"""Whether the account may buy what it is about to accept: asked of the ERP, decided by rules.

The ERP is asked before anything is locked. What the portal took meanwhile is added up under the
account's lock, so that two quotes accepted at once are judged one after the other.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from integrations.checks import BuyRequest, Policy, Unjudged, Verdict, may_buy
from integrations.engine import clock
from integrations.errors import NeedsOperator, PortalError
from integrations.gateways import open_erp
from integrations.models import Account, Order, StateChange, User
from integrations.models.order import NOT_IN_ERP
from integrations.ports import ChecksCredit
from integrations.records import CreditStanding
from quotes.errors import AccountRefused, HeldForSales, Incomplete
from quotes.mails import sending
from quotes.models import Acceptance, Version
from quotes.services.counterparts import trading_flow
from quotes.services.customers import asked_about
from quotes.services.ending import locked
from quotes.services.restricted import verdict_of
from quotes.states import WITH_BUYER, VersionState

logger = logging.getLogger(__name__)

# Clocks of our machines may differ by this much; counted twice is the safe side.
OVERLAP = timedelta(seconds=5)
Judge = Callable[[Version], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the ERP said of the account, asked at `asked_at`, or why it says nothing."""

    asked_at: datetime
    standing: CreditStanding | None = None
    why_untold: str = ""


def ask(version: Version) -> Judge:
    """Asks the ERP how the account stands. Call it outside transactions.

    What it returns judges the version, in the transaction of the acceptance: it holds the
    account's lock until that ends, and gives what sales should know of the account, or raises
    AccountRefused or HeldForSales.
    """
    return partial(_judge, told=_ask(version))


def _judge(version: Version, *, told: _Told) -> str:
    account = Account.objects.select_for_update(no_key=True).get(pk=version.quote.account_id)
    request = BuyRequest(
        gross_total=version.gross_total or Decimal(0),
        currency=version.quote.currency,
        payment_term_ref=version.terms_ref,
        open_orders=_taken(account, told.asked_at),
        is_account_blocked=account.is_blocked,
        account_block_reason=account.block_reason,
        why_untold=told.why_untold,
    )
    policy = Policy(when_unjudged=cast(Unjudged, settings.QUOTE_CREDIT_UNJUDGED))
    verdict = may_buy(request, told.standing, clock.now(), policy)
    goods = verdict_of(version, account, today=clock.now().date())
    text = " ".join(one.text_for_operator for one in (*goods.reasons, *verdict.reasons))
    if text:
        logger.info(
            "account_checked version=%s allowed=%s %s",
            version.pk,
            goods.is_allowed and verdict.is_allowed,
            text,
        )
    if not goods.is_allowed:
        raise AccountRefused(_for_buyer(goods, "block"))
    if verdict.is_held and version.cleared_by_id is not None:
        return f"{text} {version.cleared_by} let it pass."
    if verdict.is_held:
        raise HeldForSales(_for_buyer(verdict, "hold"), told=text)
    if not verdict.is_allowed:
        raise AccountRefused(_for_buyer(verdict, "block"))
    return text


@transaction.atomic
def note_held(version: Version, held: HeldForSales) -> None:
    """Shows sales that an acceptance waits for them, and tells them once of each reason."""
    _, version = locked(version)
    if version.state not in WITH_BUYER or version.held_note == held.told:
        return
    version.held_note = held.told
    version.save(update_fields=["held_note"])
    _note(version, actor="portal", reason=f"an acceptance was held: {held.told}")
    sending.start("sales_held", version)


@transaction.atomic
def let_pass(version: Version, *, user: User, reason: str) -> Version:
    """Sales lets the held offer be accepted; the buyer presses again.

    Raises Incomplete where nothing is held. A block or a limit that is known stands.
    """
    _, version = locked(version)
    if version.state not in WITH_BUYER or not version.held_note:
        raise Incomplete(f"No acceptance of {version} waits for you.")
    if not reason.strip():
        raise Incomplete("Say why it may be accepted.")
    version.cleared_by = user
    version.save(update_fields=["cleared_by"])
    _note(version, actor=str(user), reason=f"its acceptance is allowed: {reason.strip()}")
    sending.start("held_cleared", version)
    return version


def _note(version: Version, *, actor: str, reason: str) -> None:
    StateChange.objects.create(
        subject=Version.SUBJECT,
        subject_id=version.pk,
        before=version.state,
        after=version.state,
        actor=actor[:120],
        reason=reason,
    )


def _for_buyer(verdict: Verdict, effect: str) -> str:
    texts = [one.text_for_buyer for one in verdict.reasons if one.effect == effect]
    return " ".join(dict.fromkeys(texts))


def _ask(version: Version) -> _Told:
    asked_at = clock.now()
    try:
        flow = trading_flow()
        customer = asked_about(version, flow)
        with open_erp(flow.target, ChecksCredit) as erp:
            return _Told(asked_at=asked_at, standing=erp.credit_standing(customer))
    except (NeedsOperator, Incomplete) as exc:
        logger.warning("standing_untold version=%s error=%s", version.pk, exc)
        return _Told(asked_at=asked_at, why_untold=str(exc))
    except PortalError as exc:
        logger.warning("standing_unknown version=%s error=%s", version.pk, type(exc).__name__)
        return _Told(asked_at=asked_at)


# ---------------------------------------------------------------- what was taken already


def _taken(account: Account, asked_at: datetime) -> dict[str, Decimal]:
    """By currency: what the portal took for this account and the ERP had not counted then.

    An order that came into the ERP while it was asked may be in its figure or not: it counts.
    """
    uncounted = Q(erp_ref="", state__in=NOT_IN_ERP) | Q(confirmed_at__gte=asked_at - OVERLAP)
    quoted = _placing(account, uncounted)
    refs = Acceptance.objects.filter(version__in=quoted).values("order_ref")
    orders = Order.objects.filter(uncounted, account=account).exclude(storefront_ref__in=refs)
    sums: dict[str, Decimal] = {}
    for currency, total in (
        *quoted.values_list("quote__currency").annotate(Sum("gross_total")),
        *orders.values_list("currency").annotate(Sum("gross_total")),
    ):
        sums[currency] = sums.get(currency, Decimal(0)) + (total or 0)
    return sums


def _placing(account: Account, uncounted: Q) -> QuerySet[Version]:
    """Accepted versions whose order is not counted in the ERP, also before there is an order."""
    placed = Order.objects.filter(storefront_ref=OuterRef("acceptance__order_ref"))
    return Version.objects.filter(
        ~Exists(placed.exclude(uncounted)),
        quote__account=account,
        state__in=[VersionState.ACCEPTED, VersionState.ORDER_FAILED],
    ).order_by()
