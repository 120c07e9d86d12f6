"""Orders that their company may not place: held before they are sent, until a person says so.

The portal knows of blocks, countries, licences and assortments what the ERP told or a person
entered, see `checks.may_have`. An order of a quote was judged when it was accepted and is not
judged again. What a person lets pass is what they read: other reasons hold the order anew.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from integrations.checks import may_have
from integrations.errors import NeedsOperator
from integrations.flows.blocks import cause_of
from integrations.flows.customers.restrictions import restrictions_for
from integrations.flows.products.kept import categories_of
from integrations.models import Account, Buyer, Connection, CustomerCopy
from integrations.records import Article, Restrictions, StorefrontOrder

if TYPE_CHECKING:
    from integrations.flows.orders.overrides import Overrides

logger = logging.getLogger(__name__)

BLOCKED, RESTRICTED = "account_blocked", "goods_restricted"
SEEN = "not_allowed"  # among the ids of the refusal: the digest of what speaks against the order
PASS = "pass"  # noqa: S105 no secret: what a person decided
CHOICES = ((PASS, "Let this order pass"),)


def refuse_not_allowed(
    seen: StorefrontOrder,
    *,
    erp: Connection,
    customer_ref: str,
    overrides: "Overrides",
    today: date,
) -> None:
    """Raises NeedsOperator, with all that speaks against it, for an order that may not be placed.

    In a few queries, without a call to a remote. `customer_ref` is who it goes to in the ERP.
    """
    account = account_of(seen, erp=erp, customer_ref=customer_ref)
    goods = _against_goods(seen, account, erp, today)
    is_blocked = account is not None and account.is_blocked
    digest = _digest([*([BLOCKED] if is_blocked else []), *goods])
    if not (is_blocked or goods) or (overrides.let_pass and overrides.let_pass_for == digest):
        return
    ids: Mapping[str, str | int] = {"order": seen.order_id, SEEN: digest}
    if account is not None and is_blocked:
        raise _blocked(seen, account, goods, ids)
    who = str(account) if account else f"The customer {seen.email or customer_ref}"
    raise NeedsOperator(
        f"{who} may not have all of order {seen.display_id}. {' '.join(goods)}",
        reason=RESTRICTED,
        cause=f"{RESTRICTED}:{seen.order_id}",
        hint="Change the rule on the company's page or the order in the storefront and requeue; "
        "edit this job to let it pass; or cancel the order in the storefront.",
        ids=ids,
    )


def account_of(seen: StorefrontOrder, *, erp: Connection, customer_ref: str) -> Account | None:
    """The company that the order is of: that of the ERP's customer, else of its buyer, else of the
    one company whose group its customer is in."""
    copies = CustomerCopy.objects.filter(source=erp, ref=customer_ref).select_related("account")
    copy = copies.first()
    if copy is not None and copy.account is not None:
        return copy.account
    if seen.customer_id:
        buyers = Buyer.objects.filter(storefront_customer_id=seen.customer_id)
        buyer = buyers.select_related("account").first()
        if buyer is not None:
            return buyer.account
    groups = [one for one in seen.group_ids if one]
    found = list(Account.objects.filter(storefront_group_id__in=groups)[:2]) if groups else []
    return found[0] if len(found) == 1 else None


def _against_goods(
    seen: StorefrontOrder, account: Account | None, erp: Connection, today: date
) -> list[str]:
    """A sentence for each rule that holds the order; what cannot be told only goes to the log."""
    rules = restrictions_for(account)
    verdict = may_have(
        _articles(seen, rules, erp), rules, ship_to=seen.ship_to.country_code, today=today
    )
    for reason in verdict.reasons:
        if reason.effect == "review":
            logger.info("order_to_look_at order=%s %s", seen.order_id, reason.text_for_operator)
    return [one.text_for_operator for one in verdict.reasons if one.effect == "block"]


def _articles(seen: StorefrontOrder, rules: Restrictions, erp: Connection) -> list[Article]:
    skus = [line.sku for line in seen.lines if line.kind == "item" and line.sku]
    lists = (*rules.licensed, *rules.assortments)
    known = categories_of(erp, skus) if any(one.categories for one in lists) else {}
    return [Article(sku=sku, category=known.get(sku, "")) for sku in dict.fromkeys(skus)]


def _blocked(
    seen: StorefrontOrder,
    account: Account,
    goods: Sequence[str],
    ids: Mapping[str, str | int],
) -> NeedsOperator:
    why = account.block_reason if account.is_blocked_by_hand else "the ERP says so"
    told = f"{account} is blocked ({why})" if why else f"{account} is blocked"
    beside = f" Beside that: {' '.join(goods)}" if goods else ""
    return NeedsOperator(
        f"{told}, so order {seen.display_id} is not sent.{beside}",
        reason=BLOCKED,
        cause=cause_of(account),
        hint="It goes on by itself once the company is not blocked any more. Edit this job to let "
        "this order pass before that, or cancel the order in the storefront.",
        ids=ids,
    )


def _digest(reasons: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(reasons)).encode()).hexdigest()
