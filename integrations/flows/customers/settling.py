"""Jobs about one customer of the storefront: who are they, and which groups are theirs?"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.flows.customers.members import Membership, Rows, carry_out
from integrations.flows.customers.registrations import (
    SETTLE_CUSTOMER,
    job_key,
    note_registered,
)
from integrations.flows.groups import ensure_groups
from integrations.flows.issues import note_move
from integrations.gateways.storefront import open_storefront
from integrations.models import Buyer, Connection, CustomerCopy, Event, Flow
from integrations.records import CustomerWrite, StorefrontCustomer
from integrations.webhooks.handlers import Outcome
from integrations.webhooks.handlers import register as listen

LOOK_AT_CUSTOMER = "look_at_customer"
WRITING = (Flow.Mode.ASSISTED, Flow.Mode.LIVE)


def registered(event: Event) -> Outcome:
    """Somebody registered, or a row was made: the job looks whether a buyer has that address."""
    if Buyer.objects.filter(storefront_guest_id=event.subject).exists():
        return Outcome(state=Event.State.IGNORED, note="echo of a row the portal made")
    flows = Flow.objects.filter(kind=Flow.Kind.CUSTOMERS, target=event.connection)
    if not flows.filter(mode__in=WRITING).exists():
        return Outcome(
            state=Event.State.IGNORED, note="no customers flow writes; a run of it finds them"
        )
    job = start_job(
        LOOK_AT_CUSTOMER,
        key=job_key(event.connection, event.subject),
        payload={"storefront": event.connection_id, "customer": event.subject},
        resources={"storefront": event.connection.resource_id},
        actor=f"event {event.pk}",
    )
    return Outcome(job=job)


def look(ctx: StepContext) -> Mapping[str, Any]:
    """Notes a registration under a buyer's address. Gives nobody anything."""
    storefront = Connection.objects.get(pk=ctx.payload["storefront"])
    with open_storefront(storefront, actor="registration") as shop:
        rows = shop.customers_by_id([ctx.payload["customer"]])
    new = note_registered(storefront, rows, now=timezone.now(), is_kept=True)
    return {"waits": bool(new)}


def settle(ctx: StepContext) -> Mapping[str, Any]:
    """Makes the customer's groups those of the buyer who they are, or takes them all away.

    Reads what is so now, therefore safe to repeat and to come late.
    """
    storefront = Connection.objects.get(pk=ctx.payload["storefront"])
    flows = Flow.objects.filter(
        kind=Flow.Kind.CUSTOMERS, target=storefront, mode__in=WRITING
    ).select_related("source", "target")
    for flow in flows:
        _settle(ctx, flow, ctx.payload["customer"])
    return {"flows": len(flows)}


def _settle(ctx: StepContext, flow: Flow, customer_id: str) -> None:
    buyer = _buyer_of(customer_id)
    with open_storefront(flow.target, actor="registration") as shop:
        ids = [customer_id, buyer.storefront_guest_id if buyer else ""]
        rows = Rows()
        rows.add(shop.customers_by_id([one for one in ids if one]))
        member = Membership()
        for row in rows.by_id:
            member.want(row, ())
        copy = _copy_of(buyer, flow)
        if buyer is not None and copy is not None and customer_id in rows.by_id:
            groups = ensure_groups(
                flow.source,
                flow.target,
                copy.written.get("groups") or {},
                shop=shop,
                actor="registration",
                checkpoint=ctx.checkpoint,
            )
            member.want(customer_id, groups.values())
            ctx.checkpoint()
            shop.write_customer(_write(rows.by_id[customer_id], copy))
        refused = carry_out(member, rows, flow=flow, shop=shop, checkpoint=ctx.checkpoint)
        if refused:
            raise next(iter(refused.values()))


def _buyer_of(customer_id: str) -> Buyer | None:
    buyers = Buyer.objects.filter(
        storefront_customer_id=customer_id, is_active=True, account__is_active=True
    )
    return buyers.select_related("account").first()


def _copy_of(buyer: Buyer | None, flow: Flow) -> CustomerCopy | None:
    if buyer is None:
        return None
    return CustomerCopy.objects.filter(source=flow.source, account=buyer.account).first()


def _write(row: StorefrontCustomer, copy: CustomerCopy) -> CustomerWrite:
    return CustomerWrite(
        customer_id=row.customer_id,
        email=row.email,
        first_name="",
        last_name="",
        company_name=copy.name,
        phone="",
        notes={
            "erp_customer": copy.number or copy.ref,
            "payment_terms": copy.payment_term_name,
        },
    )


def register_all() -> None:
    """Listens to the storefront. Safe to repeat."""
    listen("storefront", "customer.created", registered)


register(
    JobKind(
        LOOK_AT_CUSTOMER,
        [StepSpec("who", look, on="storefront")],
        lane="batch",
        on_move=note_move,
    )
)
register(
    JobKind(
        SETTLE_CUSTOMER,
        [StepSpec("groups", settle, on="storefront")],
        lane="batch",
        on_move=note_move,
    )
)
