"""Which buttons the page of a revision has: by its state, and by what the person may press."""

from typing import Any

from django.http import HttpRequest

from integrations.admin.pressing import Button
from quotes.admin.base import SalesAdmin
from quotes.admin.waiting import is_held
from quotes.models import Approval, Version
from quotes.services import approving
from quotes.states import REQUOTABLE, WITH_BUYER, WORKING, VersionState

_V = VersionState
PRICE = Button(action="price", label="Price from the ERP")
KEPT = Button(action="use_kept", label="Use kept prices…")
MOVED = Button(action="what_moved", label="Compare prices")
SUBMIT = Button(action="submit", label="Submit for approval", tone="primary")
APPROVE = Button(action="approve", label="Approve…", tone="primary")
REJECT = Button(action="reject", label="Reject…")
DELEGATE = Button(action="delegate", label="Let somebody else decide…")
DECIDE = [APPROVE, REJECT, DELEGATE]
RETURN = Button(action="return_for_editing", label="Return for editing…")
OFFER = Button(action="offer", label="Send to the buyer…", tone="primary")
EXTEND = Button(action="extend", label="Extend…")
KEEP = Button(action="keep_offer", label="Keep the offer…")
REQUOTE = Button(action="requote", label="Quote anew")
DECLINE = Button(action="decline", label="Declined by the buyer…")
WITHDRAW = Button(action="withdraw", label="Withdraw…", tone="danger")
LET_PASS = Button(action="let_pass", label="Allow the acceptance…", tone="primary")
RETRY = Button(action="retry_order", label="Retry the order…", tone="primary")
GIVE_UP = Button(action="give_up_order", label="Give up the order…", tone="danger")

COPY = Button(action="copy_quote", label="Copy to a new quote…")
SAVE_TEMPLATE = Button(action="save_template", label="Save as a template…")
HAND_OVER = Button(action="hand_over", label="Change the owner…")
REFRESH = Button(action="refresh_choices", label="Refresh terms and shipping")
FILL = Button(action="fill", label="Fill from a template…")

EDITS, OFFERS, APPROVES, SETTLES = "edit", "offer", "approve", "settle"
# (state, [(button, who may press it)])
_BY_STATE: dict[str, list[tuple[Button, tuple[str, ...]]]] = {
    _V.DRAFT: [(SUBMIT, (EDITS,)), (PRICE, (EDITS,)), (WITHDRAW, (OFFERS,))],
    _V.NOT_APPROVED: [(SUBMIT, (EDITS,)), (PRICE, (EDITS,)), (WITHDRAW, (OFFERS,))],
    _V.PENDING_APPROVAL: [(RETURN, (EDITS, APPROVES)), (WITHDRAW, (OFFERS,))],
    _V.APPROVED: [(OFFER, (OFFERS,)), (RETURN, (EDITS, APPROVES)), (WITHDRAW, (OFFERS,))],
    _V.OFFERED: [(EXTEND, (OFFERS,)), (DECLINE, (OFFERS,)), (WITHDRAW, (OFFERS,))],
    _V.CHANGE_REQUESTED: [
        (KEEP, (OFFERS,)),
        (EXTEND, (OFFERS,)),
        (DECLINE, (OFFERS,)),
        (WITHDRAW, (OFFERS,)),
    ],
    _V.ACCEPTANCE_PENDING: [(EXTEND, (OFFERS,)), (DECLINE, (OFFERS,)), (WITHDRAW, (OFFERS,))],
    _V.ORDER_FAILED: [(RETRY, (SETTLES,)), (GIVE_UP, (SETTLES,))],
}


def buttons_of(screen: SalesAdmin, request: HttpRequest, version: Version) -> list[Button]:
    """In the order in which they are read; the service still decides."""
    may = {
        EDITS: screen.has_edit_permission(request),
        OFFERS: screen.has_offer_permission(request),
        APPROVES: screen.has_approve_permission(request),
        SETTLES: screen.has_settle_permission(request),
    }
    found = [
        button
        for button, rights in _BY_STATE.get(version.state, [])
        if any(may[right] for right in rights)
    ]
    if may[EDITS] and _can_be_quoted_anew(version):
        found.insert(0, REQUOTE)
    if may[APPROVES] and version.state in WITH_BUYER and is_held(version):
        found.insert(0, LET_PASS)
    if may[EDITS] and version.state in WITH_BUYER | {_V.PENDING_APPROVAL, _V.APPROVED}:
        found.insert(-1, MOVED)
    return found


def more_buttons_of(screen: SalesAdmin, request: HttpRequest, version: Version) -> list[Button]:
    """What is pressed now and then, folded away."""
    if not screen.has_edit_permission(request):
        return []
    has_lines = version.lines.exists()
    is_empty_draft = version.state in WORKING and not has_lines
    return [
        *([FILL] if is_empty_draft else []),
        COPY,
        *([SAVE_TEMPLATE] if has_lines else []),
        HAND_OVER,
        *([REFRESH, KEPT] if version.state in WORKING else []),
    ]


def mine_to_decide(screen: SalesAdmin, request: HttpRequest, version: Version) -> Approval | None:
    """The approval of this version that the person can decide now; its buttons are DECIDE."""
    is_asked = version.state == _V.PENDING_APPROVAL
    if not (is_asked and screen.has_approve_permission(request)):
        return None
    user: Any = request.user
    mine = (one for one in approving.waiting_for(user) if one.version_id == version.pk)
    return next(mine, None)


def _can_be_quoted_anew(version: Version) -> bool:
    """From the newest revision only, so that nothing newer is lost from sight."""
    if version.state not in REQUOTABLE or version.state == _V.NOT_APPROVED:
        return False
    return not version.quote.versions.filter(revision__gt=version.revision).exists()
