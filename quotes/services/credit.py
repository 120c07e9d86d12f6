"""Whether the account may buy what it is about to accept: asked of the ERP, decided by rules."""

import logging
from decimal import Decimal

from django.db.models import Sum

from integrations.checks import (
    BuyRequest,
    Verdict,
    may_buy,
    may_have,
)
from integrations.engine import clock
from integrations.errors import PortalError
from integrations.flows.customers.restrictions import restrictions_of
from integrations.gateways import open_erp
from integrations.models import Order
from integrations.models.order import NOT_IN_ERP
from integrations.ports import ChecksCredit
from integrations.records import Article, CreditStanding
from quotes.errors import AccountRefused, Incomplete
from quotes.models import Version
from quotes.services.counterparts import customer_ref, trading_flow
from quotes.states import VersionState

logger = logging.getLogger(__name__)


def check_account(version: Version) -> None:
    """Raises AccountRefused, in the buyer's words, when the account may not buy this now.

    Asks the ERP, so call it outside transactions. Where the ERP cannot be asked, or cannot
    tell of credit, the policy of `checks` decides.
    """
    quote = version.quote
    quote.account.refresh_from_db()
    request = BuyRequest(
        gross_total=version.gross_total or Decimal(0),
        currency=quote.currency,
        payment_term_ref=version.terms_ref,
        open_orders=_open_orders(version),
        is_account_blocked=quote.account.is_blocked,
        account_block_reason=quote.account.block_reason,
    )
    _refuse(version, _goods_verdict(version))  # costs no call, so it comes first
    _refuse(version, may_buy(request, _standing(version), clock.now()))


def _goods_verdict(version: Version) -> Verdict:
    lines = version.lines.filter(is_optional=False, alternative_to=None).exclude(sku="")
    return may_have(
        [Article(sku=sku) for sku in lines.values_list("sku", flat=True)],
        restrictions_of(version.quote.account),
        ship_to=version.ship_to.get("country_code", "") if version.ship_to else "",
        today=clock.now().date(),
    )


def _refuse(version: Version, verdict: Verdict) -> None:
    told = "; ".join(reason.text_for_operator for reason in verdict.reasons)
    if told:
        logger.info(
            "account_checked version=%s allowed=%s %s", version.pk, verdict.is_allowed, told
        )
    if not verdict.is_allowed:
        blocking = [one.text_for_buyer for one in verdict.reasons if one.effect == "block"]
        raise AccountRefused(" ".join(dict.fromkeys(blocking)))


def _standing(version: Version) -> CreditStanding | None:
    try:
        flow = trading_flow()
        customer = customer_ref(version.quote.account, version.quote.buyer, flow)
        with open_erp(flow.target, ChecksCredit) as erp:
            standing: CreditStanding = erp.credit_standing(customer)
        return standing
    except (PortalError, Incomplete) as exc:  # nor is a missing link the buyer's matter
        logger.warning("standing_unknown version=%s error=%s", version.pk, type(exc).__name__)
        return None


def _open_orders(version: Version) -> dict[str, Decimal]:
    """By currency: what was taken for this account and is not in the ERP yet."""
    account = version.quote.account_id
    sums: dict[str, Decimal] = {}
    orders = Order.objects.filter(account=account, state__in=NOT_IN_ERP, erp_ref="")
    for currency, total in orders.values_list("currency").annotate(Sum("gross_total")):
        sums[currency] = sums.get(currency, Decimal(0)) + (total or 0)
    placed = Version.objects.filter(
        quote__account=account,
        state__in=[VersionState.ACCEPTED, VersionState.ORDER_FAILED],
        acceptance__order_ref="",
    )
    by_currency = placed.values_list("quote__currency").annotate(Sum("gross_total"))
    for currency, total in by_currency:
        sums[currency] = sums.get(currency, Decimal(0)) + (total or 0)
    return sums
