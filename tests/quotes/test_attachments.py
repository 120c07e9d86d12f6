"""Files of a request: what is taken, where it lies, who may have it."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from erp_portal import settings as ours
from integrations.models import Buyer
from quotes.actors import buyer as as_buyer
from quotes.actors import staff
from quotes.errors import NotPermitted
from quotes.models import Attachment, Rfq
from quotes.policies.files import LONGEST_NAME, clean_name, content_type_of
from quotes.portal.forms_attachment import AttachmentForm
from quotes.services import rfqs
from quotes.services.attachments import BadFile, add_attachment, open_attachment
from tests import factories as make
from tests.quotes.factories import RfqFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ATTACHMENT_ROOT = tmp_path / "attachments"
    return tmp_path / "attachments"


@pytest.fixture
def ben() -> Buyer:
    return make.BuyerFactory()


@pytest.fixture
def rfq(ben: Buyer) -> Rfq:
    return RfqFactory(submitted=True, buyer=ben)


def office(folder: str, *more: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name in ("[Content_Types].xml", f"{folder}/document.xml", *more):
            package.writestr(name, "<x/>")
    return made.getvalue()


def file(name: str = "drawing.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    upload = SimpleUploadedFile("x", content)
    upload._name = name  # as a hand-made request names it: Django cleans what its form reads
    return upload


def add(rfq: Rfq, ben: Buyer, name: str = "drawing.pdf", content: bytes = PDF) -> Attachment:
    return add_attachment(rfq, actor=as_buyer(ben), upload=file(name, content))


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# ---------------------------------------------------------------- what is taken

OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("name", "content", "served_as"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("A.PDF", PDF, "application/pdf"),
        ("a.png", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 9, "image/jpeg"),
        ("a.jpeg", b"\xff\xd8\xff\xe1" + b"\x00" * 9, "image/jpeg"),
        ("a.docx", office("word"), f"{OFFICE}.wordprocessingml.document"),
        ("a.xlsx", office("xl"), f"{OFFICE}.spreadsheetml.sheet"),
        ("a.csv", "sku;Stück\nA;1\n".encode(), "text/csv"),
        ("a.csv", "sku;Stück\n".encode("cp1252"), "text/csv"),
        ("a.txt", "Größe".encode("utf-16"), "text/plain"),
        ("a.step", b"ISO-10303-21;\nHEADER;", "model/step"),
        ("a.stp", b"\nISO-10303-21;", "model/step"),
        ("a.dxf", b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "image/vnd.dxf"),
        ("a.dxf", b"AutoCAD Binary DXF\r\n\x1a\x00\x00", "image/vnd.dxf"),
    ],
)
def test_files_are_known_by_name_and_content(name: str, content: bytes, served_as: str) -> None:
    assert content_type_of(name, io.BytesIO(content)) == served_as


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ\x90\x00"),
        ("a.pdf", b"MZ\x90\x00"),
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.png", PDF),
        ("a.pdf.exe", PDF),
        ("a.html", b"<html>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.docx", office("xl")),
        ("a.docx", office("word", "word/vbaProject.bin")),
        ("a.docm", office("word")),
        ("a.xlsx", b"PK\x03\x04 cut off"),
        ("a.zip", office("word")),
        ("a.csv", b"MZ\x90\x00\x03"),
        ("a.txt", b"\x1b[2J"),
        ("a.step", b"solid"),
        ("a.dxf", b"\x00\x00SECTION"),
        ("pdf", PDF),
        ("", PDF),
    ],
)
def test_everything_else_is_refused(
    rfq: Rfq, ben: Buyer, folder: Path, name: str, content: bytes
) -> None:
    with pytest.raises(BadFile, match="not what its name says"):
        add(rfq, ben, name, content)

    assert stored(folder) == []
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\fakepath\\plan.PDF", "plan.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
        ('a"; filename="b.pdf', "a__ filename=_b.pdf"),
        ("Zeichnung für Größe 5.pdf", "Zeichnung für Größe 5.pdf"),
        (".htaccess", "htaccess"),
        ("x" * 400 + ".pdf", "x" * (LONGEST_NAME - 12) + ".pdf"),
        ("...", "file"),
    ],
)
def test_names_are_cleaned(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@given(some.text(max_size=300))
def test_a_cleaned_name_is_safe_and_stays(typed: str) -> None:
    name = clean_name(typed)

    assert 0 < len(name) <= LONGEST_NAME
    assert not set(name) & set('/\\"\r\n\x00')
    assert not name.startswith(".")
    assert clean_name(name) == name


# ---------------------------------------------------------------- adding


def test_a_file_is_kept_under_a_random_name(rfq: Rfq, ben: Buyer, folder: Path) -> None:
    attachment = add(rfq, ben, "../plan.pdf")

    [path] = stored(folder)
    assert path.read_bytes() == PDF
    assert path.name == attachment.stored_as
    assert "plan" not in str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (attachment.name, attachment.size) == ("plan.pdf", len(PDF))
    assert attachment.sha256 == hashlib.sha256(PDF).hexdigest()
    assert attachment.added_by == ben.email


def test_the_folder_is_not_below_what_is_served() -> None:
    served = [Path(ours.STATIC_ROOT), *map(Path, ours.STATICFILES_DIRS)]
    assert not any(Path(ours.ATTACHMENT_ROOT).is_relative_to(one) for one in served)


def test_a_file_over_the_limit_is_refused(
    rfq: Rfq, ben: Buyer, folder: Path, settings: Any
) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1_000_000

    with pytest.raises(BadFile, match="at most 1 MB"):
        add(rfq, ben, content=PDF + b"x" * 1_000_000)

    assert stored(folder) == []


def test_an_empty_file_is_refused(rfq: Rfq, ben: Buyer, folder: Path) -> None:
    with pytest.raises(BadFile, match="empty"):
        add(rfq, ben, content=b"")

    assert stored(folder) == []


def test_a_request_has_at_most_so_many_files(
    rfq: Rfq, ben: Buyer, folder: Path, settings: Any
) -> None:
    settings.ATTACHMENTS_PER_REQUEST = 2
    add(rfq, ben)
    add(rfq, ben)

    with pytest.raises(BadFile, match="at most 2 files"):
        add(rfq, ben)

    assert len(stored(folder)) == 2


def test_nothing_is_added_to_a_closed_request(rfq: Rfq, ben: Buyer, folder: Path) -> None:
    rfqs.decline_rfq(rfq, actor=staff(make.sales_rep()), reason="not our range")

    with pytest.raises(BadFile, match="closed"):
        add(rfq, ben)

    assert stored(folder) == []


def test_a_buyer_of_another_account_adds_nothing(rfq: Rfq, folder: Path) -> None:
    with pytest.raises(NotPermitted):
        add(rfq, make.BuyerFactory())

    assert stored(folder) == []


def test_a_rep_may_add_a_file(rfq: Rfq) -> None:
    sam = make.sales_rep()

    attachment = add_attachment(rfq, actor=staff(sam), upload=file())

    assert attachment.added_by == str(sam)


# ---------------------------------------------------------------- opening


def test_a_colleague_of_the_account_may_open_it(rfq: Rfq, ben: Buyer) -> None:
    attachment = add(rfq, ben)
    colleague = make.BuyerFactory(account=ben.account)

    with open_attachment(attachment, buyer=colleague) as content:
        assert content.read() == PDF


def test_strangers_may_not_open_it(rfq: Rfq, ben: Buyer) -> None:
    attachment = add(rfq, ben)

    for who in ({"buyer": make.BuyerFactory()}, {"user": make.UserFactory()}, {}):
        with pytest.raises(NotPermitted):
            open_attachment(attachment, **who)


def test_staff_who_see_requests_may_open_it(rfq: Rfq, ben: Buyer, django_user_model: Any) -> None:
    attachment, sam = add(rfq, ben), make.UserFactory()
    sam.user_permissions.add(Permission.objects.get(codename="view_rfq"))

    with open_attachment(attachment, user=sam) as content:
        assert content.read() == PDF


def test_a_file_of_no_account_is_for_staff_only(ben: Buyer) -> None:
    rfq = RfqFactory(submitted=True, buyer=None, account=None, contact_email="a@b.example")
    attachment = add_attachment(rfq, actor=staff(make.sales_rep()), upload=file())

    with pytest.raises(NotPermitted):
        open_attachment(attachment, buyer=ben)


# ---------------------------------------------------------------- the portal


def signed_in(buyer: Buyer) -> Client:
    user = make.UserFactory(is_staff=False)
    Buyer.objects.filter(pk=buyer.pk).update(user=user)
    client = Client()
    client.force_login(user)
    return client


def address(attachment: Attachment) -> str:
    return f"/portal/requests/{attachment.rfq.number}/attachments/{attachment.pk}"


def test_a_buyer_downloads_a_file_and_no_browser_shows_it(rfq: Rfq, ben: Buyer) -> None:
    attachment = add(rfq, ben, "Größe.pdf")

    answer = signed_in(ben).get(address(attachment))

    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Gr%C3%B6")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_a_stranger_gets_404(rfq: Rfq, ben: Buyer) -> None:
    attachment = add(rfq, ben)
    stranger = signed_in(make.BuyerFactory())

    added = stranger.post(f"/portal/requests/{rfq.number}/attachments", {"file": file()})

    assert stranger.get(address(attachment)).status_code == 404
    assert added.status_code == 404
    assert Attachment.objects.count() == 1


def test_nobody_gets_a_file_under_the_number_of_another_request(rfq: Rfq, ben: Buyer) -> None:
    attachment, other = add(rfq, ben), RfqFactory(submitted=True, buyer=ben)
    client = signed_in(ben)

    for number in (other.number, "RFQ-1", "x"):
        path = f"/portal/requests/{number}/attachments/{attachment.pk}"
        assert client.get(path).status_code == 404


def test_whoever_is_not_signed_in_is_sent_to_sign_in(rfq: Rfq, ben: Buyer) -> None:
    answer = Client().get(address(add(rfq, ben)))

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/portal/sign-in")


def test_a_file_that_is_gone_is_404(rfq: Rfq, ben: Buyer, folder: Path) -> None:
    attachment = add(rfq, ben)
    stored(folder)[0].unlink()

    assert signed_in(ben).get(address(attachment)).status_code == 404


def upload(client: Client, rfq: Rfq, **fields: Any) -> Any:
    path = f"/portal/requests/{rfq.number}/attachments"
    return client.post(path, {"next": "/portal/accounts", **fields})


def test_a_buyer_adds_a_file_and_is_back_where_they_were(rfq: Rfq, ben: Buyer) -> None:
    answer = upload(signed_in(ben), rfq, file=SimpleUploadedFile("plan.pdf", PDF))

    assert answer["Location"] == "/portal/accounts"
    assert rfq.attachments.get().name == "plan.pdf"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"file": SimpleUploadedFile("plan.exe", b"MZ")}, "not what its name says"),
        ({"file": SimpleUploadedFile("plan.pdf", b"")}, "empty"),
        ({}, "Choose a file"),
    ],
)
def test_what_is_refused_is_said_on_the_page(
    rfq: Rfq, ben: Buyer, fields: dict[str, Any], says: str
) -> None:
    client = signed_in(ben)

    upload(client, rfq, **fields)

    assert says in client.get("/portal/").text


def test_a_form_that_is_far_too_large_is_not_even_read(rfq: Rfq, ben: Buyer, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1000

    answer = upload(signed_in(ben), rfq, file=SimpleUploadedFile("plan.pdf", PDF + b"x" * 2000))

    assert answer.status_code == 400
    assert not Attachment.objects.exists()


def test_the_list_of_files_stands_in_any_page(rfq: Rfq, ben: Buyer) -> None:
    attachment = add(rfq, ben, "<b>.pdf")
    words = {"rfq": rfq, "attachment_form": AttachmentForm(), "next": "/portal/"}

    page = render_to_string("portal/_attachments.html", words)

    assert f'href="{address(attachment)}"' in page
    assert "<b>" not in page
    assert 'enctype="multipart/form-data"' in page
    assert 'accept=".pdf,.png' in page
