"""The panels of the first page, kept in a registry so that other apps can add theirs.

    register_panel("quotes", quotes_to_answer, order=30)

A builder gets the request and the present time, makes a fixed number of queries, and returns
None where the person may not see it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that needs somebody: a link to where it is pressed, and what is known of it."""

    title: str
    url: str
    detail: str = ""
    badge: SafeString | str = ""
    value: str = ""
    when: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`needs` counts what somebody must do; 0 shows `calm` instead of a number.

    `verdict` follows the number in the line on top ("3 orders not in the ERP"), `headline` is
    the one figure to read beside it: a sum of money.
    """

    title: str
    needs: int
    verdict: str = ""
    headline: str = ""
    calm: str = "Nothing to do."
    rows: Sequence[Row] = ()
    url: str = ""
    more: str = ""
    is_wide: bool = False


Builder = Callable[[HttpRequest, datetime], Panel | None]
_builders: dict[str, tuple[int, Builder]] = {}


def register_panel(name: str, build: Builder, *, order: int = 100) -> None:
    """Adds a panel; lower `order` comes first. The same name again replaces it."""
    _builders[name] = (order, build)


def unregister_panel(name: str) -> None:
    _builders.pop(name, None)


def build_all(request: HttpRequest, *, now: datetime) -> list[Panel]:
    """The panels this person may see, in order."""
    in_order = sorted(_builders.values(), key=lambda entry: entry[0])
    built = [build(request, now) for _, build in in_order]
    return [panel for panel in built if panel is not None]
