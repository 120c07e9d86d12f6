"""What stands beside the editor: totals, tax, margin, and which approvals will be needed."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group

from integrations.engine import clock
from integrations.errors import NeedsOperator
from quotes import tiers
from quotes.models import Version, VersionLine
from quotes.services import approving, drafting, restricted
from quotes.states import WORKING
from quotes.totals import Totals


def panel_of(version: Version, lines: Sequence[VersionLine]) -> dict[str, Any]:
    """The version and these lines added up, saved or not, with what the policy asks."""
    try:
        added = drafting.totals(version, list(lines))
    except NeedsOperator as refusal:
        return {"complaints": [refusal.message]}
    return {
        "added": added,
        "rows": list(zip(lines, added.line_nets, strict=True)),
        "needs": _needs(version, lines),
        "missing": _missing(lines),
        "restricted": _restricted(version, lines),
    }


def added_up(version: Version) -> Totals | None:
    """What its lines come to, for a list; None where nothing can be added up."""
    try:
        return drafting.totals(version, list(version.lines.all()))
    except NeedsOperator:
        return None


def _needs(version: Version, lines: Sequence[VersionLine]) -> list[dict[str, Any]]:
    needs = approving.needs_of(version, lines)
    names = Group.objects.in_bulk([need.group for need in needs])
    return [
        {"step": need.step, "group": names[need.group].name, "reasons": need.reasons}
        for need in needs
    ]


def _restricted(version: Version, lines: Sequence[VersionLine]) -> restricted.Restricted | None:
    """What its account may not have; None once it is offered, for the acceptance judges then."""
    if version.state not in WORKING:
        return None
    return restricted.restricted(version, lines, now=clock.now())


def _missing(lines: Sequence[VersionLine]) -> list[str]:
    """What keeps it from being submitted, line by line."""
    found = [f"Line {line.n} has no price." for line in lines if line.unit_price is None]
    found += [f"Line {line.n} has no tax rate." for line in lines if line.tax_percent is None]
    return found + [
        f"Line {line.n}: the price tier from {tiers.plain(tier.from_quantity)} has no price."
        for line in lines
        for tier in tiers.read(line.tiers)
        if tier.unit_price is None
    ]
