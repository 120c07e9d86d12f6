"""Who registered in the storefront under a buyer's address, and whether they are that buyer.

The storefront asks nobody whether they read the mailbox they name. Whoever names the address
of a buyer would get the company's prices, its hand-over into the portal and orders on its
account, had we only compared addresses. So a registration waits until

- a code that was mailed to the address came back from the browser in which that very customer
  is signed in to the storefront (`prove`). A code typed into the portal alone is not enough:
  that the buyer reads the mailbox does not say that the customer is the buyer; or
- a person says so who knows (`accept`).

`refuse` takes it back. Each of them starts the job that puts the customer into the company's
groups or takes them out.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Lower

from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator
from integrations.flows.customers.wanted import normal_email
from integrations.models import Buyer, Connection, Flow, Registration, StateChange
from integrations.records import StorefrontCustomer

logger = logging.getLogger(__name__)

SETTLE_CUSTOMER = "settle_customer"
BY_CODE = "code by e-mail"
BY_ITSELF = "portal"
DELETED = "deleted in the storefront"
State = Registration.State


def buyers_of_addresses(emails: Iterable[str]) -> dict[str, list[Buyer]]:
    """{normal address: buyers who may buy, one per company}, in one query."""
    wanted = {normal_email(email) for email in emails}
    rows = Buyer.objects.annotate(mail=Lower("email")).filter(
        mail__in=wanted, is_active=True, account__is_active=True
    )
    found: dict[str, list[Buyer]] = defaultdict(list)
    for buyer in rows.select_related("account").order_by("account__name", "pk"):
        found[normal_email(buyer.email)].append(buyer)
    return found


def note_registered(
    storefront: Connection, rows: Sequence[StorefrontCustomer], *, now: datetime, is_kept: bool
) -> list[tuple[StorefrontCustomer, list[Buyer]]]:
    """Those who newly turn out to carry a buyer's address; each then waits. Safe to repeat.

    With `is_kept` false nothing is written.
    """
    registered = {row.customer_id: row for row in rows if row.is_registered and row.email}
    buyers = buyers_of_addresses(row.email for row in registered.values())
    known = set(
        Registration.objects.filter(storefront=storefront, customer_id__in=registered).values_list(
            "customer_id", flat=True
        )
    ) | set(
        Buyer.objects.filter(storefront_customer_id__in=registered).values_list(
            "storefront_customer_id", flat=True
        )
    )
    new = [
        (row, buyers[normal_email(row.email)])
        for row in registered.values()
        if row.customer_id not in known and buyers.get(normal_email(row.email))
    ]
    if is_kept:
        Registration.objects.bulk_create(
            [_waiting(storefront, row, now) for row, _ in new], ignore_conflicts=True
        )
    return new


def _waiting(storefront: Connection, row: StorefrontCustomer, now: datetime) -> Registration:
    return Registration(
        storefront=storefront,
        customer_id=row.customer_id,
        email=normal_email(row.email),
        name=f"{row.first_name} {row.last_name}".strip()[:400],
        registered_at=row.created_at,
        seen_at=now,
    )


def candidates(registration: Registration) -> list[Buyer]:
    """The buyers that this customer may turn out to be."""
    return buyers_of_addresses([registration.email]).get(registration.email, [])


@transaction.atomic
def prove(registration: Registration, *, now: datetime) -> Registration:
    """The mailbox was shown to be read by this very customer. Accepts them where only one
    buyer can be meant and that one has no other customer; else a person chooses."""
    locked = Registration.objects.select_for_update().get(pk=registration.pk)
    if locked.state != State.WAITING:
        return locked
    locked.proven_at = now
    locked.save(update_fields=["proven_at"])
    found = candidates(locked)
    if len(found) == 1 and found[0].storefront_customer_id in ("", locked.customer_id):
        return _accept(locked, found[0], actor=BY_CODE, reason="the code came back", now=now)
    logger.info("registration_proven registration=%s candidates=%s", locked.pk, len(found))
    return locked


@transaction.atomic
def accept(
    registration: Registration, *, buyer: Buyer, actor: str, reason: str, now: datetime
) -> Registration:
    """Says that this customer is this buyer. Repeating it changes nothing.

    A customer that the buyer had before loses the company's groups. Raises NeedsOperator for
    a buyer of another address and for a customer who is another buyer already.
    """
    locked = Registration.objects.select_for_update().get(pk=registration.pk)
    if locked.state == State.ACCEPTED and locked.buyer_id == buyer.pk:
        return locked
    return _accept(locked, buyer, actor=actor, reason=reason, now=now)


@transaction.atomic
def refuse(registration: Registration, *, actor: str, reason: str, now: datetime) -> Registration:
    """Says that this customer is none of the buyers; what an acceptance gave is taken back."""
    locked = Registration.objects.select_for_update().get(pk=registration.pk)
    if locked.state == State.REFUSED:
        return locked
    held = Buyer.objects.filter(storefront_customer_id=locked.customer_id)
    was_held = held.update(storefront_customer_id="")
    _decide(locked, State.REFUSED, buyer=None, actor=actor, reason=reason, now=now)
    if was_held:
        start_settling(locked.storefront, locked.customer_id, actor=actor)
    return locked


def start_settling(storefront: Connection, customer_id: str, *, actor: str) -> SyncJob:
    """The job that gives a customer the groups of whom they are. Call in a transaction."""
    return start_job(
        SETTLE_CUSTOMER,
        key=job_key(storefront, customer_id),
        payload={"storefront": storefront.pk, "customer": customer_id},
        resources={"storefront": storefront.resource_id},
        actor=actor,
    )


def job_key(storefront: Connection, customer_id: str) -> str:
    """Jobs about one customer run one after another."""
    return f"customer:{storefront.pk}:{customer_id}"


def forget_deleted(storefront: Connection, buyer: Buyer, *, now: datetime) -> None:
    """The buyer's customer was deleted in the storefront: whoever registers there next under
    the address has to prove it. Call in a transaction."""
    known = Registration.objects.filter(
        storefront=storefront, customer_id=buyer.storefront_customer_id
    )
    Buyer.objects.filter(pk=buyer.pk, storefront_customer_id=buyer.storefront_customer_id).update(
        storefront_customer_id=""
    )
    for row in known.select_for_update().exclude(state=State.REFUSED):
        _decide(row, State.REFUSED, buyer=None, actor=BY_ITSELF, reason=DELETED, now=now)


def settle_buyers(buyers: Iterable[Buyer], *, actor: str, also: Iterable[str | None] = ()) -> int:
    """The jobs that give the customers of these buyers their groups, after somebody changed a
    buyer by hand; how many. `also` are customers that they had before."""
    ids = {buyer.storefront_customer_id for buyer in buyers} | {one or "" for one in also}
    flows = Flow.objects.filter(kind=Flow.Kind.CUSTOMERS).select_related("target")
    jobs = [
        start_settling(flow.target, customer_id, actor=actor)
        for flow in flows.exclude(mode__in=[Flow.Mode.OFF, Flow.Mode.SHADOW])
        for customer_id in sorted(ids - {""})
    ]
    return len(jobs)


def _accept(
    locked: Registration, buyer: Buyer, *, actor: str, reason: str, now: datetime
) -> Registration:
    buyer = Buyer.objects.select_for_update(of=("self",)).get(pk=buyer.pk)
    _refuse_wrong_buyer(locked, buyer)
    before = buyer.storefront_customer_id
    buyer.storefront_customer_id = locked.customer_id
    buyer.save(update_fields=["storefront_customer_id"])
    _decide(locked, State.ACCEPTED, buyer=buyer, actor=actor, reason=reason, now=now)
    start_settling(locked.storefront, locked.customer_id, actor=actor)
    if before and before != locked.customer_id:
        start_settling(locked.storefront, before, actor=actor)
    return locked


def _refuse_wrong_buyer(locked: Registration, buyer: Buyer) -> None:
    if normal_email(buyer.email) != locked.email or not buyer.is_active:
        raise NeedsOperator(
            f"{buyer} does not buy under the address {locked.email}.",
            reason="registration_of_another",
            hint="Choose a buyer with that address, or change the buyer's address first.",
        )
    other = Buyer.objects.filter(storefront_customer_id=locked.customer_id).exclude(pk=buyer.pk)
    if other.exists():
        raise NeedsOperator(
            f"{locked.customer_id} is {other.get()} already.",
            reason="registration_taken",
            hint="Take the customer's id off that buyer first.",
        )


def _decide(
    locked: Registration,
    state: State,
    *,
    buyer: Buyer | None,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    before = locked.state
    locked.state, locked.buyer = state, buyer
    locked.decided_at, locked.decided_by, locked.reason = now, actor, reason[:500]
    locked.save(update_fields=["state", "buyer", "decided_at", "decided_by", "reason"])
    StateChange.objects.create(
        subject="registration",
        subject_id=locked.pk,
        before=before,
        after=state,
        actor=actor,
        reason=reason[:500],
        at=now,
    )
    logger.info("registration_decided registration=%s state=%s", locked.pk, state)
