"""For whom a quote waits, from the row and its approvals alone."""

from django.db.models import Q

from quotes.models import Approval, Version
from quotes.states import VersionState

_V = VersionState
# (title, states) in the order in which a quote goes through them.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("In work", (_V.DRAFT, _V.NOT_APPROVED)),
    ("Waiting for approval", (_V.PENDING_APPROVAL,)),
    ("Ready to send", (_V.APPROVED,)),
    ("With the buyer", (_V.OFFERED, _V.ACCEPTANCE_PENDING)),
    ("Change requested", (_V.CHANGE_REQUESTED,)),
    ("Accepted, order to come", (_V.ACCEPTED, _V.ORDER_FAILED)),
)
ON_SALES = Q(state__in=(_V.DRAFT, _V.NOT_APPROVED, _V.APPROVED, _V.CHANGE_REQUESTED))


def waits_for(version: Version) -> str:
    """Who must do something next; empty when nobody must."""
    match version.state:
        case _V.DRAFT | _V.NOT_APPROVED | _V.APPROVED | _V.CHANGE_REQUESTED:
            return str(version.quote.owner or "anybody in sales")
        case _V.PENDING_APPROVAL:
            return _deciders(list(version.approvals.all()))
        case _V.OFFERED | _V.ACCEPTANCE_PENDING if is_held(version):
            return "a sales manager, for the buyer’s credit"
        case _V.OFFERED:
            return "the buyer"
        case _V.ACCEPTANCE_PENDING:
            return "an approver at the buyer's company"
        case _V.ACCEPTED:
            return "the order"
        case _V.ORDER_FAILED:
            return "support"
    return ""


def is_held(version: Version) -> bool:
    """Whether an acceptance of it waits for sales."""
    return bool(version.held_note) and version.cleared_by_id is None


def _deciders(approvals: list[Approval]) -> str:
    """Whoever may decide the first step that is not decided."""
    waiting = [one for one in approvals if one.state == Approval.State.WAITING]
    first = min((one.step for one in waiting), default=0)
    return ", ".join(str(one.delegated_to or one.group) for one in waiting if one.step == first)
