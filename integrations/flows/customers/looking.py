"""What a complete run looks at in the storefront, before the ERP is read.

1. Rows of people: who was deleted there is forgotten, and their company is carried out again.
2. Groups: one that was deleted is made again, and its companies are carried out again. Of the
   others, who is in them is compared with who should be.

So the pages of the ERP that follow find what is to be repaired, and a plan shows it.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.flows.customers.belonging import copies_with
from integrations.flows.customers.registrations import forget_deleted
from integrations.flows.customers.wanted import AGAIN
from integrations.flows.groups import GROUP, remake_group
from integrations.flows.ownership import compare, looks_for_edits, note_deleted
from integrations.flows.runs.batch import Work
from integrations.models import Buyer, CustomerCopy, Flow, IdLink
from integrations.records import Window

THERE = "there:"
PEOPLE, GROUPS = f"{THERE}people:", f"{THERE}groups:"
PEOPLE_AT_ONCE = 200
GROUPS_AT_ONCE = 50


def first_place(work: Work, window: Window) -> str | None:
    """Where a complete run begins; None where there is nothing of ours to be looked at."""
    if window.start is not None or _is_shared(work.flow):
        return None
    return following(work, f"{PEOPLE}0")


def look(work: Work, shop: Any, place: str) -> str | None:
    """Looks at the next people or groups; the place after them, None: that was all. Safe to
    repeat. A run that does not write only notes what it would carry out again."""
    after = int(place.rpartition(":")[2])
    if place.startswith(PEOPLE):
        buyers = _next_buyers(work, after)
        _people(work, shop, buyers)
        return following(work, f"{PEOPLE}{buyers[-1].pk}" if buyers else f"{GROUPS}0")
    links = _next_groups(work, after)
    last = links[-1].pk if links else None  # its link may be gone after the look
    _groups(work, shop, links)
    return following(work, f"{GROUPS}{last}") if last else None


def following(work: Work, place: str) -> str | None:
    """The place itself, or the first one after it where something is."""
    after = int(place.rpartition(":")[2])
    if place.startswith(PEOPLE):
        return place if _next_buyers(work, after) else following(work, f"{GROUPS}0")
    return place if _next_groups(work, after) else None


# -- people


def _people(work: Work, shop: Any, buyers: list[Buyer]) -> None:
    ids = {one for b in buyers for one in (b.storefront_customer_id, b.storefront_guest_id)} - {""}
    gone = ids - {row.customer_id for row in shop.customers_by_id(sorted(ids))} if ids else set()
    for buyer in buyers:
        if {buyer.storefront_customer_id, buyer.storefront_guest_id} & gone:
            _forget(work, buyer, gone)


@transaction.atomic
def _forget(work: Work, buyer: Buyer, gone: set[str]) -> None:
    again(
        CustomerCopy.objects.filter(source=work.flow.source, account=buyer.account_id),
        f"{buyer.email} was deleted in the storefront",
    )
    if not work.writes:
        return
    if buyer.storefront_guest_id in gone:
        Buyer.objects.filter(pk=buyer.pk, storefront_guest_id=buyer.storefront_guest_id).update(
            storefront_guest_id=""
        )
    if buyer.storefront_customer_id in gone:
        forget_deleted(work.flow.target, buyer, now=timezone.now())
    if buyer.is_active:
        note_deleted(
            work.flow,
            f"{buyer.email} of {buyer.account}",
            ("customer", "in the storefront", "deleted"),
            reason="Made anew as a contact who has not registered; a deleted login is made by "
            "registering again.",
        )


def _next_buyers(work: Work, after: int) -> list[Buyer]:
    known = ~Q(storefront_customer_id="") | ~Q(storefront_guest_id="")
    buyers = Buyer.objects.filter(known, account__copies__source=work.flow.source, pk__gt=after)
    return list(buyers.select_related("account").order_by("pk")[:PEOPLE_AT_ONCE])


# -- groups


def _groups(work: Work, shop: Any, links: list[IdLink]) -> None:
    if not links:
        return
    there = {group.group_id for group in shop.groups_by_id([one.target_ref for one in links])}
    for link in links:
        if link.target_ref not in there:
            _remake(work, shop, link)
    if looks_for_edits(work):
        compare(work.flow, shop, [link for link in links if link.target_ref in there])


def _remake(work: Work, shop: Any, link: IdLink) -> None:
    companies = copies_with(work.flow.source, [link.source_ref])
    again(companies, f"its group {link.source_ref} was deleted in the storefront")
    if not work.writes:
        return
    if companies.exists() or IdLink.objects.filter(
        kind=IdLink.Kind.PRICE_LIST, target=link.target_id, fingerprint=link.target_ref
    ):
        remake_group(work.flow, link, shop=shop, actor=work.actor, checkpoint=work.checkpoint)
    else:
        link.delete()


def _next_groups(work: Work, after: int) -> list[IdLink]:
    links = IdLink.objects.filter(
        kind=GROUP, source=work.flow.source, target=work.flow.target, pk__gt=after
    )
    return list(links.select_related("source", "target").order_by("pk")[:GROUPS_AT_ONCE])


# -- parts


def again(companies: Iterable[CustomerCopy], why: str) -> None:
    """They differ from now on from what was carried out, whatever the ERP says of them."""
    marked = []
    for copy in companies:
        if copy.written:
            copy.written = {**copy.written, AGAIN: why}
            marked.append(copy)
    CustomerCopy.objects.bulk_update(marked, ["written"], batch_size=200)


def _is_shared(flow: Flow) -> bool:
    """A buyer has one row in one storefront: with two of them, whose it is is not known."""
    others = Flow.objects.filter(kind=Flow.Kind.CUSTOMERS).exclude(mode=Flow.Mode.OFF)
    return others.exclude(target=flow.target_id).exists()
