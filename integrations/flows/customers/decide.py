"""What to do with each customer of a page. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from integrations.flows.customers.matching import Match
from integrations.flows.customers.wanted import BY_HAND, Wanted, why_again

Changes = tuple[tuple[str, str, str], ...]
_FIELDS = (
    ("name", "Name"),
    ("number", "Number in the ERP"),
    ("tax_id", "Tax id"),
    ("terms", "Payment terms"),
    ("credit", "Credit limit"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`account` is the company it is, None for one that is new. `before` is what was last
    carried out."""

    what: Literal["write", "unchanged", "skip"]
    wanted: Wanted
    account: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    changes: Changes = ()

    @property
    def ref(self) -> str:
        return self.wanted.ref

    @property
    def label(self) -> str:
        number = self.wanted.number or self.wanted.ref
        return f"{self.wanted.name[:160]} ({number})"

    @property
    def action(self) -> Literal["create", "change", "remove"]:
        if self.account is not None and not self.wanted.is_active:
            return "remove"
        return "create" if self.account is None else "change"


def decide(
    wanted: Sequence[Wanted],
    *,
    written: Mapping[str, Mapping[str, Any]],
    matches: Mapping[str, Match],
) -> list[Decision]:
    """One decision per customer, in their order. `written` maps refs to what was last carried
    out, `matches` to what `match_accounts` said."""
    return [_decide(one, written.get(one.ref) or {}, matches[one.ref]) for one in wanted]


def _decide(wanted: Wanted, before: Mapping[str, Any], match: Match) -> Decision:
    if match.account is None and not wanted.is_active:
        return Decision(what="unchanged", wanted=wanted)  # archived, and never a company here
    if match.confidence in ("tie", "likely"):
        reason = f"{match.reason}: {BY_HAND}"
        return Decision(what="skip", wanted=wanted, reason=reason)
    if match.account is not None and before == wanted.as_json:
        return Decision(what="unchanged", wanted=wanted, account=match.account)
    return Decision(
        what="write",
        wanted=wanted,
        account=match.account,
        before=before,
        reason=why_again(before) if before else match.reason,
        changes=changes_of(before, wanted.as_json),
    )


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """What a person would see changing, as (field, before, after)."""
    rows = [(title, str(before.get(name, "")), str(after.get(name, ""))) for name, title in _FIELDS]
    rows += [
        ("In the ERP", _standing(before), _standing(after)),
        ("Countries", str(before.get("countries", "")), str(after.get("countries", ""))),
        ("Licences", _licences(before), _licences(after)),
        ("Groups", _joined(before, "groups"), _joined(after, "groups")),
        ("Buyers", _joined(before, "people"), _joined(after, "people")),
    ]
    return tuple(row for row in rows if row[1] != row[2])


def _standing(carried: Mapping[str, Any]) -> str:
    if not carried:
        return ""
    if not carried["is_active"]:
        return "archived"
    reason = carried["block_reason"]
    return f"blocked: {reason}".rstrip(": ") if carried["is_blocked"] else "active"


def _licences(carried: Mapping[str, Any]) -> str:
    return ", ".join(" ".join(filter(None, one)) for one in carried.get("licences") or ())


def _joined(carried: Mapping[str, Any], name: str) -> str:
    return ", ".join(sorted(carried.get(name) or {}))
