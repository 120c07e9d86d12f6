"""How prices moved in the ERP since they were quoted: the margin, and where sales sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from integrations.admin.base import ConsoleAdmin
from integrations.admin.panels import Panel, Row, register_panel
from integrations.looks import written
from integrations.looks.badges import toned
from quotes import tiers
from quotes.models import BasisCheck, PriceMargin, Version, VersionLine
from quotes.services import basis
from quotes.services.pricing import Moved, beyond
from quotes.states import WITH_BUYER

SHOWN = 8
OPEN_BEYOND = Q(state__in=sorted(WITH_BUYER), basis_check__is_beyond=True)


@admin.register(PriceMargin)
class PriceMarginAdmin(ConsoleAdmin):
    """One row, or none: then the usual margin counts."""

    fields = ("percent", "tells_buyer")
    list_display = ["__str__", "tells_buyer"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not PriceMargin.objects.exists()

    def save_model(self, request: HttpRequest, obj: PriceMargin, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        basis.judge_again()

    def delete_model(self, request: HttpRequest, obj: PriceMargin) -> None:
        super().delete_model(request, obj)
        basis.judge_again()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PriceMargin]) -> None:
        super().delete_queryset(request, queryset)
        basis.judge_again()


class PricesFilter(admin.SimpleListFilter):
    title = "prices in the ERP"
    parameter_name = "prices"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("moved", "Moved beyond the margin")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Version]) -> QuerySet[Version]:
        return queryset.filter(OPEN_BEYOND) if self.value() == "moved" else queryset


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedLine:
    """One row of the card: what moved, of which line or tier, and whether beyond the margin."""

    line: VersionLine
    moved: Moved
    is_beyond: bool

    @property
    def basis(self) -> Mapping[str, Any]:
        """What the ERP said of this price when it was asked for the offer."""
        start = self.moved.from_quantity
        if start is None:
            basis: Mapping[str, Any] = self.line.basis
            return basis
        found = (tier for tier in tiers.read(self.line.tiers) if tier.from_quantity == start)
        return next((tier.basis for tier in found), {})


def told(version: Version) -> dict[str, Any] | None:
    """What the card says of the version; None where the ERP was not asked yet."""
    check = BasisCheck.objects.filter(version=version).first()
    if check is None or not (check.as_of or check.problem):
        return None
    lines = {line.n: line for line in version.lines.all()}
    moved = [one for one in basis.moved_of(check) if one.line in lines]
    far = beyond(moved, check.margin_percent or PriceMargin.current().percent)
    rows = [MovedLine(line=lines[one.line], moved=one, is_beyond=one in far) for one in moved]
    return {"check": check, "rows": rows, "is_open": version.state in WITH_BUYER}


def moved_offers(request: HttpRequest, now: datetime) -> Panel | None:
    """Offers that a buyer can still accept though their prices moved; None without any."""
    user: Any = request.user
    if not user.has_perm("quotes.offer_quotes"):
        return None
    moved = Version.objects.seen_by(user).filter(OPEN_BEYOND)
    count = moved.count()
    if not count:
        return None
    shown = moved.select_related("quote__account", "basis_check").defer("document")
    return Panel(
        title="Offers whose prices moved in the ERP",
        needs=count,
        verdict="offer whose prices moved" if count == 1 else "offers whose prices moved",
        rows=[
            Row(
                title=f"{version} {version.quote.account}",
                url=reverse("admin:quotes_version_change", args=[version.pk]),
                badge=toned("prices moved", "warning"),
                detail=version.basis_check.warned_of,
                value=written.amount(version.net_total, version.quote.currency),
                when=version.basis_check.as_of,
            )
            for version in shown.order_by("valid_until", "id")[:SHOWN]
        ],
        url=reverse("admin:quotes_version_changelist") + "?prices=moved",
        more="All offers whose prices moved",
        is_wide=True,
    )


register_panel("price_basis", moved_offers, order=15)
