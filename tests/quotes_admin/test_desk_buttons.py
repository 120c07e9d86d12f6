"""A quote that nobody asked for, an offer declined on the telephone, files, and jobs in words."""

import pytest
from django.urls import reverse

from integrations.engine.declare import kind_named
from integrations.looks import words
from integrations.models import StateChange
from quotes.actors import buyer as as_buyer
from quotes.models import Quote, Version
from quotes.services.attachments import add_attachment
from quotes.states import RfqState, VersionState
from tests import factories as make
from tests.quotes.factories import RfqFactory, VersionFactory
from tests.quotes.test_attachments import PDF, file

pytestmark = pytest.mark.django_db

ADD = "admin:quotes_version_add"


@pytest.fixture
def drawing(settings, tmp_path):
    """A file of a request that nobody has taken on yet."""
    settings.ATTACHMENT_ROOT = tmp_path / "attachments"
    rfq = RfqFactory(submitted=True)
    return add_attachment(rfq, actor=as_buyer(rfq.buyer), upload=file("drawing.pdf", PDF))


def file_of(attachment, rfq=None):
    return reverse("admin:quotes_rfq_file", args=[(rfq or attachment.rfq).pk, attachment.pk])


# ---------------------------------------------------------------- opened without a request


def test_quote_is_opened_without_a_request(signed_in, sam):
    ann = make.BuyerFactory(email="ann@lund.example", account__name="Lund & Sons")
    said = {"account": "lund", "email": "ann@lund.example", "currency": "EUR", "title": "Fair"}

    answer = signed_in(sam).post(reverse(ADD), said)

    version = Version.objects.get()
    assert answer["Location"] == reverse("admin:quotes_version_change", args=[version.pk])
    quote = version.quote
    assert (quote.account, quote.buyer, quote.owner) == (ann.account, ann, sam)
    assert (quote.currency, quote.title, quote.rfq) == ("EUR", "Fair", None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"account": "nobody"}, "No company has such a name"),
        ({"account": ""}, "This field is required"),
        ({"email": "ben@other.example"}, "has no buyer with the address"),
        ({"currency": "XXX"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(signed_in, sam, wrong, said):
    make.AccountFactory(name="Lund & Sons")

    answer = signed_in(sam).post(reverse(ADD), {"account": "lund", "currency": "EUR"} | wrong)

    assert said in answer.content.decode()
    assert not Quote.objects.exists()


def test_only_who_edits_quotes_opens_one(signed_in, sam):
    listed = reverse("admin:quotes_version_changelist")

    assert reverse(ADD) in signed_in(sam).get(listed).content.decode()
    auditor = signed_in(make.auditor())
    assert auditor.get(reverse(ADD)).status_code == 403
    assert reverse(ADD) not in auditor.get(listed).content.decode()


# ---------------------------------------------------------------- declined by the buyer


def test_offer_declined_on_the_telephone_is_noted_with_who_and_why(press, sam):
    rfq = RfqFactory(quoted=True, assigned_to=sam)
    version = VersionFactory(quote__owner=sam, quote__rfq=rfq, offered=True)

    press(sam, "decline", version, reason="Too dear, said Mr Lund")

    version.refresh_from_db()
    rfq.refresh_from_db()
    assert (version.state, rfq.state) == (VersionState.DECLINED, RfqState.IN_REVIEW)
    noted = StateChange.objects.get(subject="version", after="declined")
    assert (noted.actor, noted.reason) == (str(sam), "Too dear, said Mr Lund")


def test_draft_has_nothing_to_decline(press, signed_in, sam):
    draft, offer = VersionFactory(quote__owner=sam), VersionFactory(quote__owner=sam, offered=True)
    pages = {
        row: signed_in(sam).get(reverse("admin:quotes_version_change", args=[row.pk]))
        for row in (draft, offer)
    }

    press(sam, "decline", draft, reason="no")

    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT
    assert "decline" not in [one.action for one in pages[draft].context["buttons"]]
    assert "decline" in [one.action for one in pages[offer].context["buttons"]]


# ---------------------------------------------------------------- files


def test_file_of_a_request_is_saved_from_its_page(signed_in, sam, drawing):
    client = signed_in(sam)
    page = client.get(reverse("admin:quotes_rfq_change", args=[drawing.rfq_id]))

    answer = client.get(file_of(drawing))

    assert file_of(drawing) in page.content.decode()
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="drawing.pdf"'
    assert "sandbox" in answer["Content-Security-Policy"]


def test_file_of_what_a_person_does_not_see_is_not_found(signed_in, sam, rita, drawing):
    other = RfqFactory(submitted=True)
    client = signed_in(sam)

    assert client.get(file_of(drawing, rfq=other)).status_code == 404
    type(drawing.rfq).objects.filter(pk=drawing.rfq_id).update(assigned_to=rita)
    assert client.get(file_of(drawing)).status_code == 404
    assert signed_in(make.UserFactory(is_staff=False)).get(file_of(drawing)).status_code == 302


# ---------------------------------------------------------------- jobs


def test_every_job_and_step_of_quotes_has_words():
    for name in (
        "place_quote_order",
        "sweep_stray_drafts",
        "copy_choices",
        "send_quote_mail",
        "send_sign_in_code",
    ):
        assert name in words.JOBS
        assert {step.name for step in kind_named(name).steps} <= set(words.STEPS)
