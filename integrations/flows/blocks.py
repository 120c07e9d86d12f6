"""Orders that wait because their company is blocked, and what the end of the block sets going."""

from integrations.flows.issues import requeue_blocked
from integrations.models import Account, Issue


def cause_of(account: Account) -> str:
    """What all orders that wait for the end of this block share."""
    return f"account_blocked:{account.pk}"


def lift_holds(account: Account, *, actor: str) -> int:
    """Has the orders go on that waited for the end of this company's block; how many.

    They are judged again on their way. None while either block is on. Safe to repeat.
    """
    if account.is_blocked_by_hand or account.is_blocked_in_erp:
        return 0
    waiting = Issue.objects.filter(state=Issue.State.OPEN, cause__endswith=f":{cause_of(account)}")
    reason = f"{account} is not blocked any more"
    return sum(requeue_blocked(issue, actor=actor, reason=reason).requeued for issue in waiting)
