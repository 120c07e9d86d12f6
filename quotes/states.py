"""The states of requests and quotes, and who may make which move. Pure: no database, no clock.

A Version is one revision of a quote; at most one per quote is open to the buyer, and at most
one is being worked on. Numbers in comments are those of the moves as planned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import models


class Who(StrEnum):
    """In what capacity somebody makes a move."""

    BUYER = "buyer"
    COMPANY_APPROVER = "company_approver"  # at the buyer's company
    REP = "rep"
    APPROVER = "approver"  # on the seller's side
    OPERATOR = "operator"
    SYNC = "sync"  # what a CRM says
    SYSTEM = "system"  # timers and consequences of other moves


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a table: from where to where, and by whom."""

    sources: frozenset[str]
    target: str
    by: frozenset[Who]


Moves = Mapping[str, Move]


def _move(sources: set[str], target: str, *by: Who) -> Move:
    return Move(frozenset(sources), target, frozenset(by))


# ---------------------------------------------------------------- requests


class RfqState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    INFO_REQUESTED = "info_requested", "Question asked"
    QUOTED = "quoted", "Quoted"
    WON = "won", "Won"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


_R = RfqState
RFQ_TERMINAL = frozenset({_R.WON, _R.DECLINED, _R.CANCELLED, _R.EXPIRED})
RFQ_OPEN = frozenset(_R) - RFQ_TERMINAL
RFQ_COPYABLE = frozenset({_R.DECLINED, _R.CANCELLED, _R.EXPIRED})
RFQ_EDITABLE = frozenset({_R.DRAFT, _R.INFO_REQUESTED})  # by the buyer

RFQ_FOR_SALES = frozenset({_R.SUBMITTED, _R.IN_REVIEW})  # who wait for an answer of sales
RFQ_TONES: Mapping[str, str] = {
    _R.DRAFT: "default",
    _R.SUBMITTED: "warning",
    _R.IN_REVIEW: "info",
    _R.INFO_REQUESTED: "info",
    _R.QUOTED: "info",
    _R.WON: "success",
    _R.DECLINED: "default",
    _R.CANCELLED: "default",
    _R.EXPIRED: "default",
}

RFQ_MOVES: Moves = {
    "submit": _move({_R.DRAFT}, _R.SUBMITTED, Who.BUYER, Who.OPERATOR),
    "review": _move({_R.SUBMITTED}, _R.IN_REVIEW, Who.REP, Who.OPERATOR, Who.SYNC),
    "ask": _move({_R.SUBMITTED, _R.IN_REVIEW}, _R.INFO_REQUESTED, Who.REP, Who.SYNC),
    "answer": _move({_R.INFO_REQUESTED}, _R.SUBMITTED, Who.BUYER),
    "quote": _move({_R.SUBMITTED, _R.IN_REVIEW, _R.INFO_REQUESTED}, _R.QUOTED, Who.SYSTEM),
    "reopen": _move({_R.QUOTED}, _R.IN_REVIEW, Who.SYSTEM),
    "decline": _move({_R.SUBMITTED, _R.IN_REVIEW, _R.INFO_REQUESTED}, _R.DECLINED, Who.REP),
    "cancel": _move(
        {_R.DRAFT, _R.SUBMITTED, _R.IN_REVIEW, _R.INFO_REQUESTED, _R.QUOTED},
        _R.CANCELLED,
        Who.BUYER,
        Who.OPERATOR,
    ),
    "win": _move({_R.QUOTED}, _R.WON, Who.SYSTEM),
    # The one way out of an end: the order of the accepted quote was given up.
    "lose_order": _move({_R.WON}, _R.IN_REVIEW, Who.OPERATOR),
    "expire": _move({_R.QUOTED, _R.INFO_REQUESTED}, _R.EXPIRED, Who.SYSTEM),
}

# ---------------------------------------------------------------- quotes


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PENDING_APPROVAL = "pending_approval", "Waiting for approval"
    NOT_APPROVED = "not_approved", "Not approved"
    APPROVED = "approved", "Approved"
    OFFERED = "offered", "Sent to the buyer"
    CHANGE_REQUESTED = "change_requested", "Change requested"
    ACCEPTANCE_PENDING = "acceptance_pending", "Waiting for the buyer's company"
    ACCEPTED = "accepted", "Accepted"
    ORDERED = "ordered", "Ordered"
    ORDER_FAILED = "order_failed", "Order failed"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUPERSEDED = "superseded", "Superseded"


_V = VersionState
WORKING = frozenset({_V.DRAFT, _V.PENDING_APPROVAL, _V.NOT_APPROVED, _V.APPROVED})
WITH_BUYER = frozenset({_V.OFFERED, _V.CHANGE_REQUESTED, _V.ACCEPTANCE_PENDING})
BOUND = frozenset({_V.ACCEPTED, _V.ORDERED, _V.ORDER_FAILED})
CLOSED = frozenset({_V.DECLINED, _V.EXPIRED, _V.WITHDRAWN, _V.SUPERSEDED})
SHOWN_TO_BUYER = WITH_BUYER | BOUND | {_V.DECLINED, _V.EXPIRED, _V.SUPERSEDED}
ANSWERED_TO_BUYER = SHOWN_TO_BUYER | {_V.WITHDRAWN}  # an answer to it is refused in words
REQUOTABLE = frozenset({_V.EXPIRED, _V.DECLINED, _V.WITHDRAWN, _V.NOT_APPROVED}) | WITH_BUYER

VERSION_TONES: Mapping[str, str] = {
    _V.DRAFT: "default",
    _V.PENDING_APPROVAL: "warning",
    _V.NOT_APPROVED: "danger",
    _V.APPROVED: "success",
    _V.OFFERED: "info",
    _V.CHANGE_REQUESTED: "warning",
    _V.ACCEPTANCE_PENDING: "info",
    _V.ACCEPTED: "success",
    _V.ORDERED: "success",
    _V.ORDER_FAILED: "danger",
    _V.DECLINED: "default",
    _V.EXPIRED: "default",
    _V.WITHDRAWN: "default",
    _V.SUPERSEDED: "default",
}

VERSION_MOVES: Moves = {
    "submit": _move({_V.DRAFT, _V.NOT_APPROVED}, _V.PENDING_APPROVAL, Who.REP, Who.SYNC),
    "approve": _move({_V.PENDING_APPROVAL}, _V.APPROVED, Who.APPROVER, Who.SYNC),
    "reject": _move({_V.PENDING_APPROVAL}, _V.NOT_APPROVED, Who.APPROVER, Who.SYNC),
    "return_for_editing": _move(
        {_V.PENDING_APPROVAL, _V.NOT_APPROVED, _V.APPROVED},
        _V.DRAFT,
        Who.REP,
        Who.APPROVER,
        Who.SYNC,
    ),
    "pass_without_approval": _move({_V.DRAFT, _V.NOT_APPROVED}, _V.APPROVED, Who.SYSTEM, Who.SYNC),
    "offer": _move({_V.APPROVED}, _V.OFFERED, Who.REP, Who.OPERATOR, Who.SYSTEM),
    "request_change": _move({_V.OFFERED}, _V.CHANGE_REQUESTED, Who.BUYER),
    "keep_offer": _move({_V.CHANGE_REQUESTED}, _V.OFFERED, Who.REP, Who.BUYER),
    "supersede": _move(set(WITH_BUYER), _V.SUPERSEDED, Who.SYSTEM),
    "ask_company": _move({_V.OFFERED}, _V.ACCEPTANCE_PENDING, Who.BUYER),
    "refuse_company": _move({_V.ACCEPTANCE_PENDING}, _V.OFFERED, Who.COMPANY_APPROVER, Who.BUYER),
    "accept": _move(
        {_V.OFFERED, _V.ACCEPTANCE_PENDING}, _V.ACCEPTED, Who.BUYER, Who.COMPANY_APPROVER
    ),
    "decline": _move(set(WITH_BUYER), _V.DECLINED, Who.BUYER, Who.REP),
    "expire": _move(set(WITH_BUYER) | {_V.APPROVED}, _V.EXPIRED, Who.SYSTEM),
    "withdraw": _move(
        set(WITH_BUYER) | set(WORKING), _V.WITHDRAWN, Who.REP, Who.OPERATOR, Who.SYNC
    ),
    "order": _move({_V.ACCEPTED}, _V.ORDERED, Who.SYSTEM),
    "fail_order": _move({_V.ACCEPTED}, _V.ORDER_FAILED, Who.SYSTEM),
    "retry_order": _move({_V.ORDER_FAILED}, _V.ACCEPTED, Who.OPERATOR, Who.SYSTEM),
    "give_up_order": _move({_V.ORDER_FAILED}, _V.WITHDRAWN, Who.OPERATOR),
}
