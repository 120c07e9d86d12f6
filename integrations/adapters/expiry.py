"""Keys that run out: the setting that holds the day, and what a test of the connection says.

Few remotes tell the day, and a key that ran out looks like a wrong one: so it is entered.
"""

from datetime import date, timedelta

from integrations.adapters import Field
from integrations.records import Check

WARNS_BEFORE = timedelta(days=14)


def expiry_field(name: str, label: str, *, help: str, group: str = "") -> Field:
    return Field(name=name, label=label, help=f"YYYY-MM-DD. {help}", is_expiry=True, group=group)


def expiry_check(
    name: str,
    expires_on: date | None,
    *,
    today: date,
    unknown: str,
    renew: str,
    warns_before: timedelta = WARNS_BEFORE,
) -> Check:
    """Whether the key still lives. Pure. `unknown` is the hint where no day was entered, `renew`
    where the day is near or past."""
    if expires_on is None:
        detail = "Its expiry date is not known to the portal."
        return Check(name=name, ok=True, detail=detail, hint=unknown)
    left = expires_on - today
    return Check(
        name=name,
        ok=left > timedelta(0),
        detail=f"Expires on {expires_on.isoformat()}.",
        hint=renew if left <= warns_before else "",
    )
