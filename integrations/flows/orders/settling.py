"""What the end of an order's job means for the order. Hooks: quick, in the move's transaction."""

from integrations.engine.models import JobState, StepState, SyncJob
from integrations.flows.order_status.refresh import start_refresh
from integrations.flows.orders.working import HELD_BY_OPERATOR, order_of
from integrations.models import Order
from integrations.models.order import NOT_IN_ERP, OrderState


def push_settled(job: SyncJob) -> None:
    """A push that a person cancelled leaves the order held, not on its way for ever.

    One that was undone has left it as it should be: cancelled, or held with the reason.
    """
    order = order_of(job.payload)
    if (
        job.state == JobState.DONE
        or job.going_back
        or order.is_in_erp
        or order.state not in NOT_IN_ERP
    ):
        return
    created = job.steps.filter(name="create").exclude(output={}).first()
    left = (
        f" The ERP holds the unconfirmed order {created.output['number']}."
        if (created and created.output and created.output.get("number"))
        else ""
    )
    order.hold(
        reason=HELD_BY_OPERATOR,
        message=f"Sending was cancelled by {job.requested_by or job.last_actor or 'the portal'}: "
        f"{job.requested_reason}.{left}",
        hint="Release the order, or press “send now”, to send it after all.",
        actor=job.requested_by or f"job {job.pk}",
        job_id=job.pk,
    )


def change_settled(job: SyncJob) -> None:
    """The change was seen to, by the job or by hand: the order goes on in the ERP."""
    order = order_of(job.payload)
    if job.state == JobState.DONE:
        _accept_by_hand(order, job)
    if order.is_in_erp and order.state == OrderState.HELD:
        start_refresh(order, actor=f"job {job.pk}")  # the ERP may be further by now
        order.move(
            OrderState.CONFIRMED,
            actor=job.last_actor or f"job {job.pk}",
            reason="the change was seen to",
            job_id=job.pk,
        )


def _accept_by_hand(order: Order, job: SyncJob) -> None:
    """A skipped step says that somebody changed the ERP's order: do not ask again."""
    steps = {step.name: step for step in job.steps.all()}
    planned = steps["plan"].output or {}
    by_hand = {steps["apply"].state, steps["check"].state} & {StepState.SKIPPED}
    if by_hand and planned.get("digest"):
        Order.objects.filter(pk=order.pk).update(pushed_digest=planned["digest"], difference=[])
