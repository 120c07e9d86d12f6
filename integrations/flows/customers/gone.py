"""What a complete reading no longer found: kept and marked, blocked, and out of its groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from integrations.errors import NeedsOperator
from integrations.flows.customers.members import Membership, People, Rows
from integrations.flows.customers.members import carry_out as join_groups
from integrations.flows.customers.registrations import buyers_of_addresses
from integrations.flows.customers.wanted import normal_email
from integrations.flows.runs.batch import PlanItem, Work
from integrations.flows.runs.beside import runs_beside
from integrations.models import Buyer, CustomerCopy

PAGE = 100
FINGERPRINT = "gone"
FEW = 10
NO_LONGER_THERE = "the ERP no longer has it"


@dataclass(frozen=True, slots=True)
class GonePage:
    copies: Sequence[CustomerCopy]
    next_pk: int | None


def page_of(work: Work, *, after: int) -> GonePage:
    """Copies that the run's reading did not come upon, in the order of their keys.

    Raises NeedsOperator in a live run when most of what was known is missing: more likely the
    ERP did not tell everything than all those customers went away.
    """
    missing = _missing(work)
    if after == 0:
        _refuse_too_many(work, missing)
    copies = list(missing.filter(pk__gt=after).select_related("account").order_by("pk")[:PAGE])
    return GonePage(copies, copies[-1].pk if len(copies) == PAGE else None)


def carry_out(work: Work, shop: Any, copies: Sequence[CustomerCopy]) -> list[PlanItem]:
    """One item for each that is a company here. Nothing is deleted. Safe to repeat."""
    ours = [copy for copy in copies if copy.account_id is not None]
    if not work.writes:
        return [_item(copy) for copy in ours]
    planned = [copy for copy in ours if work.is_planned(copy.ref, FINGERPRINT)]
    _leave_groups(work, shop, planned)
    for copy in planned:
        account = copy.account
        if account is None:
            continue
        account.is_active, account.is_blocked_in_erp = False, True
        account.save(update_fields=["is_active", "is_blocked_in_erp"])
    done = [copy.pk for copy in copies if copy in planned or copy.account_id is None]
    CustomerCopy.objects.filter(pk__in=done).update(is_present=False, written={})
    return [_item(copy) for copy in planned]


def _missing(work: Work) -> QuerySet[CustomerCopy]:
    known = CustomerCopy.objects.filter(source=work.flow.source, is_present=True)
    return known.exclude(seen_in=work.run.pk).exclude(seen_in__in=runs_beside(work.run))


def _refuse_too_many(work: Work, missing: QuerySet[CustomerCopy]) -> None:
    if not work.writes or work.planned is not None:
        return
    lost = missing.exclude(account=None).count()
    known = CustomerCopy.objects.filter(source=work.flow.source, is_present=True)
    if lost > FEW and lost * 2 > known.exclude(account=None).count():
        raise NeedsOperator(
            f"The ERP no longer tells of {lost} companies, more than half of all that it told of.",
            reason="too_many_gone",
            cause=f"too_many_gone:{work.flow.pk}",
            hint="Look whether the ERP's user may still see all customers, then requeue. If they "
            "are gone indeed, switch the flow to assisted and apply the plan of a complete run.",
            ids={"run": work.run.pk},
        )


def _leave_groups(work: Work, shop: Any, copies: Sequence[CustomerCopy]) -> None:
    accounts = [copy.account_id for copy in copies]
    buyers = list(Buyer.objects.filter(account__in=accounts).order_by("pk"))
    people, member = People(work, shop), Membership()
    others = buyers_of_addresses(buyer.email for buyer in buyers)
    for buyer in buyers:
        same = others.get(normal_email(buyer.email), [])
        is_shared = any(one.account_id not in accounts for one in same)
        people.leave(buyer, member, is_shared=is_shared)
    if not member.wanted:
        return
    rows = Rows()
    rows.add(shop.customers_by_id(sorted(member.wanted)))
    refused = join_groups(member, rows, flow=work.flow, shop=shop, checkpoint=work.checkpoint)
    if refused:
        raise next(iter(refused.values()))


def _item(copy: CustomerCopy) -> PlanItem:
    return PlanItem(
        action="remove",
        ref=copy.ref,
        label=f"{copy.name[:160]} ({copy.number or copy.ref})",
        reason=NO_LONGER_THERE,
        fingerprint=FINGERPRINT,
        changes=(("In the ERP", "active", "gone"),),
    )
