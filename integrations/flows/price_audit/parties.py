"""Customers of the storefront whose counterpart in the ERP is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from integrations.errors import NeedsOperator
from integrations.flows.links import targets_of
from integrations.models import Account, Buyer, Flow, IdLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A customer of the storefront, and who that is in the ERP."""

    customer_id: str
    customer_ref: str
    company: str


def links_of(flow: Flow) -> QuerySet[IdLink]:
    """The customers that are linked, whichever side the link reads from."""
    forth = Q(source=flow.target, target=flow.source)
    back = Q(source=flow.source, target=flow.target)
    return IdLink.objects.filter(forth | back, kind=IdLink.Kind.CUSTOMER)


def of_link(link: IdLink, flow: Flow) -> Party:
    is_forth = link.source_id == flow.target_id
    return Party(
        customer_id=link.source_ref if is_forth else link.target_ref,
        customer_ref=link.target_ref if is_forth else link.source_ref,
        company=link.label,
    )


def parties_of(flow: Flow, customer_ids: Iterable[str]) -> dict[str, Party]:
    """{storefront customer: party} of those that are linked: by themselves, or as buyers of a
    linked account. In three queries."""
    wanted = {one for one in customer_ids if one}
    own = links_of(flow).filter(
        Q(source=flow.target, source_ref__in=wanted) | Q(target=flow.target, target_ref__in=wanted)
    )
    found = {party.customer_id: party for party in (of_link(link, flow) for link in own)}
    buyers = Buyer.objects.filter(storefront_customer_id__in=wanted - set(found))
    rest = list(buyers.select_related("account"))
    groups = [one.account.storefront_group_id for one in rest]
    refs = targets_of(IdLink.Kind.ACCOUNT, flow.target, groups, flow.source)
    for one in rest:
        ref = refs.get(one.account.storefront_group_id)
        if ref:
            found[one.storefront_customer_id] = Party(
                customer_id=one.storefront_customer_id,
                customer_ref=ref,
                company=one.account.name,
            )
    return found


def party_named(flow: Flow, text: str) -> Party:
    """By the name or number of an account, a buyer's e-mail, or the storefront's customer id.

    Raises NeedsOperator for nobody, and for one without a counterpart in the ERP.
    """
    ids = [text, *_buyers_of(text)]
    found = parties_of(flow, ids)
    first = next((found[one] for one in ids if one in found), None)
    if first is None:
        raise NeedsOperator(
            f"No customer {text!r} is linked to one of {flow.source.name}.",
            reason="unknown_account",
            hint="Name an account, a buyer's e-mail or the storefront's customer id; a buyer of "
            "it must be known in the storefront, and linked under Links.",
        )
    return first


def _buyers_of(text: str) -> Sequence[str]:
    accounts = Account.objects.filter(Q(name__iexact=text) | Q(pk=int(text) if _is_id(text) else 0))
    buyers = Buyer.objects.filter(Q(account__in=accounts) | Q(email__iexact=text))
    known = buyers.exclude(storefront_customer_id="").order_by("pk")
    return list(known.values_list("storefront_customer_id", flat=True)[:50])


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18
