"""A person says which company a customer of the ERP is."""

from django.db import transaction

from integrations.errors import NeedsOperator
from integrations.flows.blocks import lift_holds
from integrations.flows.customers.registrations import settle_buyers
from integrations.flows.customers.restrictions import keep_restrictions
from integrations.flows.groups import GROUP, group_ref
from integrations.models import Account, CustomerCopy, IdLink, StateChange


@transaction.atomic
def link_customer(copy: CustomerCopy, account: Account | None, *, actor: str) -> CustomerCopy:
    """Pairs the two, or ends the pair with None. Repeating it changes nothing.

    The next run carries everything out anew; the buyers of a company that is no longer this
    customer lose its groups at once. Raises NeedsOperator for a company that is another
    customer of the same ERP already.
    """
    locked = CustomerCopy.objects.select_for_update(of=("self",)).get(pk=copy.pk)
    before = locked.account
    if before == account:
        return locked
    _refuse_taken(locked, account)
    locked.account, locked.written = account, {}
    locked.save(update_fields=["account", "written"])
    if before is not None:
        _part(locked, before, actor)
    StateChange.objects.create(
        subject="customer_copy",
        subject_id=locked.pk,
        before=str(before.pk) if before else "",
        after=str(account.pk) if account else "",
        actor=actor,
        reason=f"{locked}: {before or 'nobody'} → {account or 'nobody'}",
    )
    return locked


def _refuse_taken(copy: CustomerCopy, account: Account | None) -> None:
    if account is None:
        return
    others = CustomerCopy.objects.filter(source=copy.source, account=account)
    other = others.exclude(pk=copy.pk).first()
    if other is not None:
        raise NeedsOperator(
            f"{account} is customer {other} of {copy.source} already.",
            reason="company_taken",
            hint="Take the company off that customer first.",
        )


def _part(copy: CustomerCopy, account: Account, actor: str) -> None:
    """The company no longer has the customer's own group, nor do its people."""
    own = IdLink.objects.filter(
        kind=GROUP, source=copy.source, source_ref=group_ref("customer", copy.ref)
    ).values_list("target_ref", flat=True)
    if account.storefront_group_id in set(own):
        account.storefront_group_id = ""
    account.is_blocked_in_erp, account.is_active = False, True
    account.save(update_fields=["storefront_group_id", "is_blocked_in_erp", "is_active"])
    keep_restrictions(account, (), ())
    lift_holds(account, actor=actor)
    settle_buyers(account.buyers.all(), actor=actor)
