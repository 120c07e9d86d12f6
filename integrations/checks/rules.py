"""May this account buy this, on these terms? Pure.

The ERP may only warn about credit; here it is decided. Each rule yields reasons with an
effect: `block` refuses, `hold` refuses until a person of the seller lets it pass, `review` lets
it through for a person to look at, `note` only tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from integrations.records import CreditStanding

Effect = Literal["block", "hold", "review", "note"]
Choice = Literal["warn", "block"]
Unjudged = Literal["warn", "hold"]

_EFFECT: Mapping[Choice | Unjudged, Effect] = {"warn": "review", "block": "block", "hold": "hold"}


class Code(StrEnum):
    """Stable names of reasons; pages translate by them."""

    ACCOUNT_BLOCKED = "account_blocked"
    BLOCKED_IN_ERP = "blocked_in_erp"
    STANDING_UNKNOWN = "standing_unknown"
    STANDING_UNTOLD = "standing_untold"
    STANDING_STALE = "standing_stale"
    PREPAYMENT = "prepayment"
    PREPAYMENT_REQUIRED = "prepayment_required"
    LIMIT_UNKNOWN = "limit_unknown"
    LIMIT_EXCEEDED = "limit_exceeded"
    LIMIT_IN_OTHER_CURRENCY = "limit_in_other_currency"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    LICENCE_MISSING = "licence_missing"
    LICENCE_EXPIRED = "licence_expired"
    NOT_IN_ASSORTMENT = "not_in_assortment"
    CATEGORY_UNKNOWN = "category_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyRequest:
    """What an account wants to buy. Amounts are gross.

    `open_orders`: by currency, what the portal took for this account and the ERP does not
    count in its exposure yet. An empty `payment_term_ref` means the account's usual terms.
    `why_untold`: why the ERP will not tell of this account, however often it is asked.
    """

    gross_total: Decimal
    currency: str
    payment_term_ref: str = ""
    open_orders: Mapping[str, Decimal] = field(default_factory=dict)
    is_account_blocked: bool = False
    account_block_reason: str = ""
    why_untold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the seller decided once.

    A standing older than `max_age` is stale. `warn` lets the buyer go on and marks the order
    for review. `when_unjudged`: the ERP answered, but credit cannot be judged by it: it tells no
    limit, or one in another currency. `prepayment_term_refs`: terms under which nothing is
    delivered before payment.
    """

    max_age: timedelta = timedelta(minutes=15)
    when_stale: Choice = "warn"
    when_unknown: Choice = "block"
    when_unjudged: Unjudged = "hold"
    prepayment_term_refs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`text_for_buyer` tells no figure and no inner word; `text_for_operator` tells them all."""

    code: Code
    effect: Effect
    text_for_buyer: str
    text_for_operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`needs_review`: allowed, but a person shall look before it goes on. `is_held`: allowed
    as soon as a person of the seller lets it pass, not before."""

    is_allowed: bool
    needs_review: bool
    reasons: tuple[Reason, ...]
    is_held: bool = False


def may_buy(
    request: BuyRequest,
    standing: CreditStanding | None,
    now: datetime,
    policy: Policy | None = None,
) -> Verdict:
    """`standing` is None where the ERP could not be asked. All that speaks against is told."""
    policy = policy or Policy()
    reasons = tuple(_reasons(request, standing, now, policy))
    effects = {reason.effect for reason in reasons}
    is_allowed = not {"block", "hold"} & set(effects)
    return Verdict(
        is_allowed=is_allowed,
        needs_review=is_allowed and "review" in effects,
        is_held="hold" in effects and "block" not in effects,
        reasons=reasons,
    )


def _reasons(
    request: BuyRequest, standing: CreditStanding | None, now: datetime, policy: Policy
) -> Iterator[Reason]:
    yield from _account(request)
    if standing is None:
        yield _untold(request, policy) if request.why_untold else _unknown(policy)
        return
    yield from _erp_block(standing)
    yield from _age(standing, now, policy)
    term = request.payment_term_ref or standing.payment_term_ref
    if term in policy.prepayment_term_refs:
        yield _prepayment(term)
        return  # nothing is lent, so no limit is used up
    yield from _terms(term, standing, policy)
    yield from _limit(request, standing, policy)


def _account(request: BuyRequest) -> Iterator[Reason]:
    if request.is_account_blocked:
        yield Reason(
            code=Code.ACCOUNT_BLOCKED,
            effect="block",
            text_for_buyer=_CANNOT_ORDER,
            text_for_operator=_with(
                "The account is blocked in the portal", request.account_block_reason
            ),
        )


def _unknown(policy: Policy) -> Reason:
    return Reason(
        code=Code.STANDING_UNKNOWN,
        effect=_EFFECT[policy.when_unknown],
        text_for_buyer=_TRY_LATER if policy.when_unknown == "block" else _WILL_CHECK,
        text_for_operator="The ERP could not be asked how this account stands.",
    )


def _untold(request: BuyRequest, policy: Policy) -> Reason:
    return _unjudged(
        Code.STANDING_UNTOLD,
        policy,
        f"The ERP does not tell how this account stands: {request.why_untold}",
    )


def _unjudged(code: Code, policy: Policy, text: str) -> Reason:
    return Reason(
        code=code,
        effect=_EFFECT[policy.when_unjudged],
        text_for_buyer=_ASK_US if policy.when_unjudged == "hold" else _WILL_CHECK,
        text_for_operator=text,
    )


def _erp_block(standing: CreditStanding) -> Iterator[Reason]:
    if standing.is_blocked:
        yield Reason(
            code=Code.BLOCKED_IN_ERP,
            effect="block",
            text_for_buyer=_CANNOT_ORDER,
            text_for_operator=_with("The customer is blocked in the ERP", standing.block_reason),
        )


def _age(standing: CreditStanding, now: datetime, policy: Policy) -> Iterator[Reason]:
    if now - standing.as_of > policy.max_age:
        asked = standing.as_of.strftime("%Y-%m-%d %H:%M UTC")
        yield Reason(
            code=Code.STANDING_STALE,
            effect=_EFFECT[policy.when_stale],
            text_for_buyer=_TRY_LATER if policy.when_stale == "block" else _WILL_CHECK,
            text_for_operator=f"What the ERP said of this account is of {asked}, which is too old.",
        )


def _prepayment(term: str) -> Reason:
    return Reason(
        code=Code.PREPAYMENT,
        effect="note",
        text_for_buyer="This order is delivered after it is paid.",
        text_for_operator=f"Prepayment (term {term}): the credit limit does not count.",
    )


def _terms(term: str, standing: CreditStanding, policy: Policy) -> Iterator[Reason]:
    """Sales may have offered credit to an account that has to pay first."""
    if standing.payment_term_ref in policy.prepayment_term_refs:
        yield Reason(
            code=Code.PREPAYMENT_REQUIRED,
            effect="review",
            text_for_buyer=_WILL_CHECK,
            text_for_operator=f"This account has to pay first ({standing.payment_term_name}); "
            f"the order grants other terms ({term}).",
        )


def _limit(request: BuyRequest, standing: CreditStanding, policy: Policy) -> Iterator[Reason]:
    if not standing.is_limit_known:
        yield _limit_unknown(policy)
        return
    if standing.limit is None:
        return
    amounts = _amounts(request)
    here = amounts.pop(standing.currency, Decimal(0))
    if standing.exposure + here > standing.limit:
        yield _exceeded(standing, standing.limit, here)
    elif amounts:
        yield _other_currency(standing, amounts, policy)


def _amounts(request: BuyRequest) -> dict[str, Decimal]:
    """What this order and the open ones come to, by currency; none that is zero."""
    amounts = dict(request.open_orders)
    amounts[request.currency] = amounts.get(request.currency, Decimal(0)) + request.gross_total
    return {currency: amount for currency, amount in amounts.items() if amount}


def _limit_unknown(policy: Policy) -> Reason:
    return _unjudged(
        Code.LIMIT_UNKNOWN,
        policy,
        "The ERP does not let the portal see the credit limit: give its user the right to read "
        "accounting.",
    )


def _exceeded(standing: CreditStanding, limit: Decimal, here: Decimal) -> Reason:
    needed = standing.exposure + here
    money = standing.currency
    return Reason(
        code=Code.LIMIT_EXCEEDED,
        effect="block",
        text_for_buyer="This order is above the credit that is agreed. Please contact us.",
        text_for_operator=f"{_told(standing.exposure)} owed and {_told(here)} on open orders and "
        f"this one make {_told(needed)} {money}; the limit is {_told(limit)} {money}.",
    )


def _other_currency(
    standing: CreditStanding, amounts: Mapping[str, Decimal], policy: Policy
) -> Reason:
    told = ", ".join(f"{_told(amount)} {currency}" for currency, amount in sorted(amounts.items()))
    return _unjudged(
        Code.LIMIT_IN_OTHER_CURRENCY,
        policy,
        f"The credit limit is in {standing.currency}; {told} cannot be held against it.",
    )


_CANNOT_ORDER = "Orders from your account are not accepted at the moment. Please contact us."
_TRY_LATER = "We cannot check your account at the moment. Please try again later."
_ASK_US = (
    "Before this can be ordered we have to look at your account. Nothing was ordered; your "
    "contact knows of it and gets in touch with you."
)
_WILL_CHECK = "We will check this order before we confirm it."


def _with(sentence: str, reason: str) -> str:
    return f"{sentence}: {reason}" if reason else f"{sentence}."


def _told(amount: Decimal) -> str:
    """Without the zeros that a database adds behind the cents."""
    cents = round(amount, 2)
    is_padded = cents == amount and amount.as_tuple().exponent < -2  # type: ignore[operator]
    return f"{cents if is_padded else amount:,f}"
