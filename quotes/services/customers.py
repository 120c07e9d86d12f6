"""Whose order a quote becomes: the ERP's customer it was priced for, and a login of theirs.

The customer is frozen on the version with the offer, so that neither another link nor another
person who signs moves the order to somebody else's account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from integrations.errors import NeedsOperator
from integrations.flows.links import targets_of
from integrations.models import Account, Buyer, Connection, Flow, IdLink
from quotes.errors import Incomplete, NotOrderable
from quotes.models import Version
from quotes.services.counterparts import customer_ref, trading_flow

NOT_SET_UP = (
    "Your order cannot be placed yet, because your company is not set up for it in our shop. "
    "Nothing was ordered; please call your contact."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer of one ERP."""

    erp: Connection
    ref: str

    def stamp(self) -> dict[str, Any]:
        """The fields of a version that hold it."""
        return {"erp": self.erp, "erp_customer_ref": self.ref}


def to_offer(version: Version) -> dict[str, Any]:
    """The fields that freeze the customer with the offer; none while there is no orders flow.

    Raises Incomplete, in words for sales, where the account has no such customer, where prices
    were asked for another one, and where nobody of the account could order for it.
    """
    try:
        flow = trading_flow()
    except NeedsOperator:
        return {}
    account, person = version.quote.account, version.quote.buyer
    customer = Customer(erp=flow.target, ref=customer_ref(account, person, flow))
    if version.erp_customer_ref and _frozen(version) != customer:
        raise Incomplete(
            f"{version} was priced for customer {version.erp_customer_ref}, and {account} is "
            f"customer {customer.ref} in {flow.target.name} now: price it again."
        )
    if _first(account.buyers.order_by("pk"), account, customer, flow) is None:
        raise Incomplete(
            f"Nobody of {account} has a login in {flow.source.name} that belongs to customer "
            f"{customer.ref} in {flow.target.name}, so an order could not be placed: enter the "
            "storefront's customer of one of its buyers, or link it."
        )
    return customer.stamp()


def ordering_for(version: Version, person: Buyer) -> tuple[Customer, Buyer]:
    """The customer of the offer, and the buyer whose login orders for it.

    The quote's own buyer comes first, then who asked the company to accept, then `person` who
    accepts, then anybody of the account. Raises NotOrderable, in words for the buyer, where
    there is none, and NeedsOperator without an orders flow.
    """
    flow, quote = trading_flow(), version.quote
    customer = _frozen(version)
    if customer is None:
        try:
            ref = customer_ref(quote.account, quote.buyer, flow)
        except Incomplete as exc:
            raise NotOrderable(NOT_SET_UP) from exc
        customer = Customer(erp=flow.target, ref=ref)
    first = [one for one in (quote.buyer, version.asked_by, person) if one is not None]
    candidates = [*first, *quote.account.buyers.order_by("pk")]
    orderer = _first(candidates, quote.account, customer, flow)
    if customer.erp != flow.target or orderer is None:
        raise NotOrderable(NOT_SET_UP)
    return customer, orderer


def asked_about(version: Version, flow: Flow) -> str:
    """The ERP's customer whose prices and credit count for the version. Raises Incomplete."""
    if version.erp_customer_ref and version.erp_id == flow.target_id:
        return version.erp_customer_ref
    return customer_ref(version.quote.account, version.quote.buyer, flow)


def _frozen(version: Version) -> Customer | None:
    if version.erp is None or not version.erp_customer_ref:
        return None
    return Customer(erp=version.erp, ref=version.erp_customer_ref)


def _first(
    candidates: Iterable[Buyer], account: Account, customer: Customer, flow: Flow
) -> Buyer | None:
    """The first of them whose login belongs to the customer, by its own link or the account's."""
    people = [
        one for one in candidates if one.storefront_customer_id and one.account_id == account.pk
    ]
    logins = [one.storefront_customer_id for one in people]
    own = targets_of(IdLink.Kind.CUSTOMER, flow.source, logins, flow.target)
    group = account.storefront_group_id
    usual = targets_of(IdLink.Kind.ACCOUNT, flow.source, [group], flow.target).get(group)
    for one in people:
        if own.get(one.storefront_customer_id, usual) == customer.ref:
            return one
    return None
