"""The page of one revision: its editor while it is in work, and all that happened to its quote."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from integrations.admin.timeline import Entry
from integrations.errors import PortalError
from quotes.admin import editor_forms, line_stock, price_basis
from quotes.admin.base import SalesAdmin, history_of, person
from quotes.admin.editor_forms import Editor
from quotes.admin.panel import panel_of
from quotes.admin.quote_buttons import (
    DECIDE,
    KEPT,
    buttons_of,
    mine_to_decide,
    more_buttons_of,
)
from quotes.admin.waiting import is_held, waits_for
from quotes.errors import QuoteError, Stale
from quotes.models import Acceptance, Approval, Quote, Version
from quotes.services import approving, editing, kept_prices, pricing
from quotes.states import WORKING

Context = dict[str, Any]
# Buttons of the page that mean what is in the editor now, so they are part of its form.
SAVES_FIRST = ("submit", "price")
ERP_AWAY = "erp_away"  # in the address, after pricing found the ERP away


def show(screen: SalesAdmin, request: HttpRequest, pk: str) -> HttpResponse:
    """The page; a POST to it saves, recalculates, or saves and then submits or prices."""
    version = _version(screen, request, pk)
    if request.method != "POST":
        return _page(screen, request, version, {})
    _refuse_editing(screen, request)
    editor = editor_forms.filled(_sent(request))
    if not editor.is_valid():
        return _page(screen, request, version, _reshown(editor, editor.complaints()))
    if "recalculate" in request.POST:
        return _page(screen, request, version, _recalculated(version, editor))
    try:
        saved = editing.save_edit(version, user=person(request), edit=editor.edit())
    except QuoteError as refusal:
        shown = _reshown(editor, [str(refusal)])
        return _page(screen, request, version, shown | {"is_stale": isinstance(refusal, Stale)})
    messages.success(request, f"{saved} is saved.")
    if "submit" in request.POST:
        _submit(request, saved)
    if "price" in request.POST and not _price(request, saved):
        return HttpResponseRedirect(f"{page_of(saved)}?{ERP_AWAY}=1")
    return HttpResponseRedirect(page_of(saved))


def panel(screen: SalesAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """What the form, as it is sent, would add up to: a piece of HTML. Nothing is written."""
    version = _version(screen, request, str(pk))
    if request.method != "POST":
        raise PermissionDenied
    _refuse_editing(screen, request)
    editor = editor_forms.filled(request.POST)
    if editor.is_valid():
        shown = _recalculated(version, editor)["panel"]
    else:
        shown = {"complaints": editor.complaints()}
    context = {"panel": shown, "row": version, "is_in_work": True}
    return render(request, "console/_quote_panel.html", context)


def page_of(version: Version) -> str:
    return reverse("admin:quotes_version_change", args=[version.pk])


def _version(screen: SalesAdmin, request: HttpRequest, pk: str) -> Version:
    version: Version | None = screen.get_object(request, pk)
    if version is None:
        raise Http404
    if not screen.has_view_permission(request, version):
        raise PermissionDenied
    return version


def _refuse_editing(screen: SalesAdmin, request: HttpRequest) -> None:
    if not screen.has_edit_permission(request):
        raise PermissionDenied


def _recalculated(version: Version, editor: Editor) -> Context:
    try:
        would_be, lines = editing.tried(version, editor.edit())
    except QuoteError as refusal:
        return _reshown(editor, [str(refusal)])
    return {"editor": editor, "panel": panel_of(would_be, lines)}


def _reshown(editor: Editor, complaints: list[str]) -> Context:
    """The form as it was sent, with what is wrong; nothing of it is lost."""
    return {"editor": editor, "panel": {"complaints": complaints}, "complaints": complaints}


def _sent(request: HttpRequest) -> QueryDict:
    wants_more = request.POST.get("recalculate") == "more"
    return editor_forms.with_another_line(request.POST) if wants_more else request.POST


def _submit(request: HttpRequest, version: Version) -> None:
    try:
        submitted = approving.submit_version(version, user=person(request))
    except QuoteError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{submitted}: {submitted.get_state_display().lower()}.")


def _price(request: HttpRequest, version: Version) -> bool:
    """Says what came of it; whether the ERP could be asked."""
    try:
        left = pricing.price_version(version, user=person(request), on=timezone.now().date())
    except (QuoteError, PortalError) as refusal:
        messages.error(request, str(refusal))
        return not kept_prices.is_away(refusal)
    for one in left:
        text = f"{version}, line {one.line} got no price: {one.reason}"
        messages.warning(request, text)
    messages.success(request, f"{version}: priced.")
    return True


def _page(
    screen: SalesAdmin, request: HttpRequest, version: Version, shown: Context
) -> HttpResponse:
    lines = list(version.lines.all())
    buttons = buttons_of(screen, request, version)
    if _is_editable(screen, request, version):
        shown = {"is_unsaved": "editor" in shown, "editor": editor_forms.blank(version), **shown}
        shown["saving_buttons"] = [one for one in buttons if one.action in SAVES_FIRST]
        buttons = [one for one in buttons if one.action not in SAVES_FIRST]
        shown["rows"] = _rows(shown["editor"], version)
        shown["offers_kept"] = [KEPT] if ERP_AWAY in request.GET else []
    else:
        shown = {key: shown[key] for key in ("complaints",) if key in shown}
        shown["lines_in_stock"] = list(zip(lines, line_stock.of_lines(lines), strict=True))
    context: Context = {
        **screen.admin_site.each_context(request),
        **_around(version),
        "panel": panel_of(version, lines),
        "price_basis": price_basis.told(version),
        "title": f"{version} {version.quote.account}",
        "opts": screen.opts,
        "original": version,
        "media": screen.media,
        "row": version,
        "lines": lines,
        "is_in_work": version.state in WORKING,
        "ship_to": _in_words(version.ship_to),
        "bill_to": _in_words(version.bill_to),
        "waits_for": waits_for(version),
        "buttons": buttons,
        "more_buttons": more_buttons_of(screen, request, version),
        "decide": _decide(screen, request, version),
        "press_url": reverse("admin:quotes_version_changelist") + "?revisions=all",
        **shown,
    }
    return TemplateResponse(request, "console/quote.html", context)


def _decide(screen: SalesAdmin, request: HttpRequest, version: Version) -> Context | None:
    """The buttons of the approval that this person can decide; they press the approval itself."""
    mine = mine_to_decide(screen, request, version)
    if mine is None:
        return None
    address = reverse("admin:quotes_approval_changelist")
    return {"row": mine, "buttons": DECIDE, "press_url": address}


def _is_editable(screen: SalesAdmin, request: HttpRequest, version: Version) -> bool:
    return version.state in WORKING and screen.has_edit_permission(request)


def _rows(editor: Editor, version: Version) -> list[dict[str, Any]]:
    """Each form of a line beside what the portal knows of that line."""
    known = {str(line.pk): line for line in version.lines.all()}
    forms = list(editor.lines.forms)
    return [
        {"form": form, "line": known.get(str(form["line_id"].value())), "stock": stock}
        for form, stock in zip(forms, line_stock.of_forms(forms), strict=True)
    ]


def _around(version: Version) -> Context:
    """The quote's other revisions, approvals, request, acceptance and history."""
    quote: Quote = version.quote
    revisions = list(quote.versions.order_by("-revision"))
    rfq = quote.rfq
    return {
        "quote": quote,
        "revisions": revisions,
        "approvals": _approvals(version),
        "acceptance": _acceptance(version),
        "is_held": is_held(version),
        "rfq": rfq,
        "thread": rfq.messages.select_related("line") if rfq else (),
        "history": _history(revisions),
    }


def _acceptance(version: Version) -> Acceptance | None:
    rows = Acceptance.objects.filter(version=version)
    return rows.select_related("buyer", "orderer").first()


def _approvals(version: Version) -> list[Approval]:
    shown = version.approvals.exclude(state=Approval.State.VOID)
    return list(shown.select_related("group", "delegated_to", "decided_by").order_by("step", "id"))


def _history(revisions: Sequence[Version]) -> list[Entry]:
    names = {version.pk: f"Revision {version.revision}" for version in revisions}
    return history_of(Version.SUBJECT, names, "Quote")


def _in_words(address: dict[str, str]) -> str:
    return ", ".join(part for part in address.values() if part)
