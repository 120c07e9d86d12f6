"""What a wrong value of a setting is told as, and values that several vendors take. Pure."""

from collections.abc import Mapping
from datetime import date

from integrations.adapters.troubles import BAD_SETTING
from integrations.errors import NeedsOperator


def bad_setting(name: str, value: str, accepted: str) -> NeedsOperator:
    """`accepted` is the form that fits, with an example."""
    return NeedsOperator(
        f"The setting {name!r} of the ERP connection is {value!r}; expected is {accepted}.",
        reason=BAD_SETTING,
        cause=f"{BAD_SETTING}:{name}",
        hint="Correct it on the connection.",
    )


def day_setting(values: Mapping[str, str], name: str) -> date | None:
    """Raises NeedsOperator (`bad_setting`)."""
    text = values.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise bad_setting(name, text, "a day like 2027-01-31") from exc
