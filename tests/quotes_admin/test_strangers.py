"""A rep sees and touches what is theirs or nobody's, at every address of the sales screens.

A new address or screen that is not in the table fails here: say whose rows it shows.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from quotes.actors import buyer as as_buyer
from quotes.models import Approval, Rfq, Version
from quotes.services.attachments import add_attachment
from tests import factories as make
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory
from tests.support.rows import all_rows, changed

pytestmark = pytest.mark.django_db

# LIST: only the person's rows are on it. ROW: not there for a colleague. POLICY: rules of the
# house, nobody's row; who may change them is asked of their permissions.
LIST, ROW, POLICY, NEW = "list", "row", "policy", "new"
MINE = {"rfq", "version", "approval"}  # models whose rows are somebody's
POLICIES = {"approvalrule", "buyingright", "pricemargin", "quotetemplate"}
ACCESS = {
    **{f"quotes_{model}_changelist": LIST for model in MINE},
    **{f"quotes_{model}_{verb}": ROW for model in MINE for verb in ("change", "history", "delete")},
    **{f"quotes_{model}_add": NEW for model in MINE},
    "quotes_rfq_say": ROW,
    "quotes_rfq_file": ROW,
    "quotes_rfq_mails": ROW,
    "quotes_rfq_mail": ROW,
    "quotes_board": LIST,
    "quotes_panel": ROW,
    "quotes_version_mails": ROW,
    "quotes_version_mail": ROW,
}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ATTACHMENT_ROOT = tmp_path


@pytest.fixture
def owned(sam) -> dict[str, Any]:
    """A request with a file and a quote that waits for an approval, all sam's."""
    ben = make.BuyerFactory(account__name="Acme Tools")
    rfq = RfqFactory(submitted=True, buyer=ben, assigned_to=sam, company_name="Acme Tools")
    upload = SimpleUploadedFile("acme.pdf", b"%PDF-1.7\n1 0 obj\n")
    file = add_attachment(rfq, actor=as_buyer(ben), upload=upload)
    version = VersionFactory(quote=QuoteFactory(buyer=ben, rfq=rfq, owner=sam))
    approval = Approval.objects.create(
        version=version, group=make.role_group("Sales manager"), step=1, edits=0
    )
    return {"rfq": rfq, "file": file, "version": version, "approval": approval}


def names() -> list[str]:
    """Every address of the screens of `quotes`, but the policies'."""
    screens = [
        screen
        for model, screen in admin.site._registry.items()
        if model._meta.app_label == "quotes" and model._meta.model_name not in POLICIES
    ]
    return [pattern.name for screen in screens for pattern in screen.get_urls() if pattern.name]


def path_of(name: str, owned: dict[str, Any]) -> str:
    model = next((one for one in MINE if name.startswith(f"quotes_{one}_")), "version")
    row = owned[model]
    match name:
        case "quotes_rfq_file":
            args: list[Any] = [row.pk, owned["file"].pk]
        case "quotes_rfq_mail" | "quotes_version_mail":
            args = [row.pk, "sales_submitted" if model == "rfq" else "offered", "en"]
        case _ if ACCESS[name] == ROW:
            args = [row.pk]
        case _:
            args = []
    return reverse(f"admin:{name}", args=args)


def test_every_address_and_screen_is_in_the_table():
    registered = {
        model._meta.model_name
        for model in admin.site._registry
        if model._meta.app_label == "quotes"
    }
    assert registered == MINE | POLICIES
    assert set(names()) == set(ACCESS)


def test_what_is_behind_the_addresses_is_there_for_its_owner(signed_in, sam, owned):
    client = signed_in(sam)

    for name in ACCESS:
        if ACCESS[name] == ROW and not name.endswith(("_delete", "_history")):
            way = client.post if name in ("quotes_panel", "quotes_rfq_say") else client.get
            answer = way(path_of(name, owned), {"text": "Hi"})
            assert answer.status_code in (200, 302), name
            _content(answer)  # reads a file to its end, which closes it


def test_row_of_a_colleague_is_not_there(signed_in, rita, owned):
    client, before = signed_in(rita), all_rows()
    sent = {"text": "Hi", "edits": "0", "submit": "1", "post": "yes"}

    for name, access in ACCESS.items():
        if access != ROW:
            continue
        for answer in (
            client.get(path_of(name, owned)),
            client.post(path_of(name, owned), sent),
        ):
            is_sent_away = answer.status_code == 302 and answer.url == reverse("admin:index")
            assert is_sent_away or answer.status_code in (403, 404), name
            assert b"Acme" not in _content(answer), name
    assert changed(_without_log(before)) == []


def test_lists_hold_nothing_of_a_colleague(signed_in, sam, rita, owned):
    seen = dict.fromkeys(name for name, access in ACCESS.items() if access == LIST)
    owner, client = signed_in(sam), signed_in(rita)

    for name in seen:
        path = path_of(name, owned)
        assert b"Acme" in _content(owner.get(path)) or name == "quotes_approval_changelist", name
        assert b"Acme" not in _content(client.get(path)), name
    assert b"Acme" not in _content(client.get(reverse("admin:index")))


@pytest.mark.parametrize("model", [Rfq, Version, Approval])
def test_no_press_reaches_the_row_of_a_colleague(signed_in, rita, owned, model):
    screen = admin.site._registry[model]
    row = owned[model._meta.model_name]
    client, before = signed_in(rita), all_rows()
    page = reverse(f"admin:quotes_{model._meta.model_name}_changelist") + "?revisions=all"
    said = {"confirmed": "1", "reason": "x", "text": "x", "comment": "x", "name": "x", "to": "1"}

    assert screen.actions
    for action in screen.actions:
        client.post(page, {"action": action, "_selected_action": [row.pk], **said})
        assert changed(_without_log(before)) == [], action


def test_visitor_and_buyer_are_let_in_nowhere(owned):
    buyer = make.BuyerFactory(user=make.UserFactory(is_staff=False))
    signed = Client()
    signed.force_login(buyer.user)
    before = all_rows()

    for name in ACCESS:
        for client in (Client(), signed):
            for answer in (
                client.get(path_of(name, owned)),
                client.post(path_of(name, owned), {"text": "Hi"}),
            ):
                assert answer.status_code in (302, 403), name
                assert b"Acme" not in _content(answer), name
    assert changed(before) == []


def _content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def _without_log(rows: dict[str, Any]) -> dict[str, Any]:
    """Without when somebody was here last."""
    return {name: kept for name, kept in rows.items() if name != "integrations.User"}
