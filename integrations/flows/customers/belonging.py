"""Who belongs into which customer group, as it was last carried out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q, QuerySet

from integrations.engine.models import OPEN, SyncJob
from integrations.flows.customers.registrations import (
    SETTLE_CUSTOMER,
    buyers_of_addresses,
    job_key,
)
from integrations.flows.customers.wanted import normal_email
from integrations.flows.groups import group_ref
from integrations.flows.runs.splitting import in_batches
from integrations.models import Buyer, Connection, CustomerCopy, Flow

OWN = "customer:"  # begins the ref of a single company's group
AT_ONCE = 500

Members = dict[str, str]  # customer of the storefront to the address


def copies_with(source: Connection, refs: Collection[str]) -> QuerySet[CustomerCopy]:
    """Companies that were put into one of these groups. A company's own group is only its."""
    own = [ref.removeprefix(OWN) for ref in refs if ref.startswith(OWN)]
    fits = Q(ref__in=own)
    for ref in refs:
        if not ref.startswith(OWN):
            fits |= Q(written__groups__has_key=ref)
    return (
        CustomerCopy.objects.filter(fits, source=source).exclude(account=None).exclude(written={})
    )


def due_members(flow: Flow, refs: Collection[str]) -> dict[str, Members]:
    """By ref of a group: the customers whom the flow has put there."""
    wanted, found = set(refs), {ref: Members() for ref in refs}
    companies = copies_with(flow.source, refs).only("account_id", "written").order_by("pk")
    for batch in in_batches(list(companies), AT_ONCE):
        groups = {copy.account_id: wanted & set(copy.written.get("groups") or ()) for copy in batch}
        buyers = list(
            Buyer.objects.filter(account__in=groups, is_active=True, account__is_active=True)
        )
        for customer_id, buyer in _rows_of(flow, buyers).items():
            for ref in groups[buyer.account_id]:
                found[ref][customer_id] = buyer.email
    return found


def groups_read(flow: Flow, customer_ids: Iterable[str]) -> dict[str, set[str]]:
    """Of these customers, the groups that the ERP was last read to want for their companies:
    the flow may be about to put them there."""
    buyers = Buyer.objects.filter(
        storefront_customer_id__among=list(customer_ids), is_active=True, account__is_active=True
    )
    of_account: dict[int, list[str]] = defaultdict(list)
    for buyer in buyers:
        of_account[buyer.account_id].append(buyer.storefront_customer_id)
    found: dict[str, set[str]] = {}
    for copy in CustomerCopy.objects.filter(source=flow.source, account__in=of_account):
        for customer_id in of_account[copy.account_id or 0]:
            found[customer_id] = _audiences(copy)
    return found


def being_settled(storefront: Connection, customer_ids: Iterable[str]) -> set[str]:
    """Those whose groups a job is about to change."""
    keys = {job_key(storefront, one): one for one in customer_ids}
    jobs = SyncJob.objects.filter(kind=SETTLE_CUSTOMER, state__in=OPEN, key__in=keys)
    return {keys[key] for key in jobs.values_list("key", flat=True)}


def _rows_of(flow: Flow, buyers: Iterable[Buyer]) -> Mapping[str, Buyer]:
    """As `People.settle` decides: who has proven their address, else with the setting the row
    that the flow made, unless two companies share it."""
    found = {buyer.storefront_customer_id: buyer for buyer in buyers}
    found.pop("", None)
    if flow.settings.get("unregistered") != "grouped":
        return found
    guests = [one for one in buyers if one.storefront_guest_id and not one.storefront_customer_id]
    owners = buyers_of_addresses(one.email for one in guests)
    alone = [one for one in guests if len(owners[normal_email(one.email)]) == 1]
    return {**found, **{one.storefront_guest_id: one for one in alone}}


def _audiences(copy: CustomerCopy) -> set[str]:
    found = {group_ref("customer", copy.ref)}
    if copy.price_list_ref:
        found.add(group_ref("price_list", copy.price_list_ref))
    if copy.group_ref:
        found.add(group_ref("customer_group", copy.group_ref))
    return found if copy.is_active else set()
