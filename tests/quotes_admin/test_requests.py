"""The inbox: what comes first, what is found, and what each button does."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from quotes.models import Rfq, Version
from quotes.states import RfqState
from tests import factories as make
from tests.quotes.factories import RfqFactory, RfqLineFactory

pytestmark = pytest.mark.django_db

INBOX = "admin:quotes_rfq_changelist"


def page_of(rfq):
    return reverse("admin:quotes_rfq_change", args=[rfq.pk])


def shown(client, **asked):
    return list(client.get(reverse(INBOX), asked).context["cl"].result_list)


def state_of(rfq):
    return Rfq.objects.get(pk=rfq.pk).state


@pytest.fixture
def now():
    return timezone.now()


def test_overdue_requests_come_first_and_closed_ones_last(signed_in, sam, now):
    soon, late = now + timedelta(hours=3), now - timedelta(hours=3)
    closed = RfqFactory(submitted=True, state=RfqState.DECLINED, answer_due_at=late)
    quoted = RfqFactory(quoted=True, answer_due_at=late)
    fresh = RfqFactory(submitted=True, answer_due_at=soon)
    overdue = RfqFactory(in_review=True, answer_due_at=late)

    client = signed_in(sam)

    assert shown(client) == [overdue, fresh, quoted, closed]
    assert shown(client, todo="overdue") == [overdue]
    assert "overdue, 3 h ago" in client.get(reverse(INBOX)).content.decode()


def test_value_is_what_the_target_prices_come_to(signed_in, sam):
    rfq = RfqFactory(submitted=True, lines=0)
    RfqLineFactory(rfq=rfq, n=1, quantity=Decimal(3), target_price=Decimal("10.50"))
    RfqLineFactory(rfq=rfq, n=2, quantity=Decimal(2), target_price=Decimal(4))
    RfqLineFactory(rfq=rfq, n=3)

    client = signed_in(sam)

    assert "39.50 EUR" in client.get(reverse(INBOX)).content.decode()
    assert "39.50 EUR" in client.get(page_of(rfq)).content.decode()


def test_request_is_found_by_number_company_address_and_sku(signed_in, sam):
    rfq = RfqFactory(submitted=True, lines=0, buyer__account__name="Brandt Elektro")
    RfqLineFactory(rfq=rfq, sku="DRL-18V")
    RfqFactory(
        submitted=True, buyer__account__name="Ostwind GmbH", contact_email="a@ostwind.example"
    )
    client = signed_in(sam)

    for term in (rfq.number, str(rfq.pk), "brandt", rfq.contact_email, "drl-18v"):
        assert shown(client, q=term) == [rfq], term
    assert shown(client, q="9" * 30) == []


def test_filters_say_whose_and_which_company(signed_in, sam):
    mine = RfqFactory(in_review=True, assigned_to=sam, buyer__account__name="Brandt Elektro")
    nobodys = RfqFactory(submitted=True)
    client = signed_in(sam)

    assert shown(client, todo="mine") == [mine]
    assert shown(client, todo="nobody") == [nobodys]
    assert shown(client, company="brandt") == [mine]
    assert shown(client, state__exact="submitted") == [nobodys]


def test_drafts_of_buyers_are_their_own(signed_in, mia):
    draft = RfqFactory()
    client = signed_in(mia)

    assert shown(client) == []
    assert client.get(page_of(draft)).status_code == 302  # to the first page, with a word


def test_rep_neither_sees_nor_presses_for_a_colleagues_request(signed_in, press, sam, rita):
    theirs = RfqFactory(in_review=True, assigned_to=rita)
    client = signed_in(sam)

    press(sam, "decline", theirs, reason="no")
    said = client.post(reverse("admin:quotes_rfq_say", args=[theirs.pk]), {"text": "hello"})

    assert shown(client) == []
    assert client.get(page_of(theirs)).status_code == 302
    assert said.status_code == 404
    assert state_of(theirs) == RfqState.IN_REVIEW


def test_taking_on_assigns_the_request(press, sam):
    rfq = RfqFactory(submitted=True)

    press(sam, "take_on", rfq)

    rfq.refresh_from_db()
    assert (rfq.state, rfq.assigned_to) == (RfqState.IN_REVIEW, sam)


def test_question_is_asked_on_a_page_and_stands_in_the_thread(press, sam):
    rfq = RfqFactory(in_review=True)

    asking = press(sam, "ask", rfq)
    assert "Ask the buyer" in asking.content.decode()
    press(sam, "ask", rfq, text="Which voltage?")

    assert state_of(rfq) == RfqState.INFO_REQUESTED
    assert rfq.messages.get().text == "Which voltage?"


def test_request_is_assigned_to_the_company_that_is_typed(press, sam):
    rfq = RfqFactory(submitted=True, buyer=None, account=None, contact_email="a@b.example")
    make.AccountFactory(name="Lund & Sons")
    lund = make.AccountFactory(name="Lund Holding", tax_id="DK1")

    unclear = press(sam, "assign", rfq, account="lund").content.decode()
    unknown = press(sam, "assign", rfq, account="nobody").content.decode()
    press(sam, "assign", rfq, account="dk1")

    assert "Several companies match: Lund &amp; Sons, Lund Holding" in unclear
    assert "No company has such a name" in unknown
    rfq.refresh_from_db()
    assert rfq.account == lund


def test_declining_needs_a_reason(press, sam):
    rfq = RfqFactory(submitted=True)

    press(sam, "decline", rfq, reason="")
    assert state_of(rfq) == RfqState.SUBMITTED
    press(sam, "decline", rfq, reason="Not in our range")

    assert state_of(rfq) == RfqState.DECLINED


def test_quoting_leads_to_the_editor(press, sam):
    rfq = RfqFactory(submitted=True)

    answer = press(sam, "quote", rfq)

    version = Version.objects.get(quote__rfq=rfq)
    assert answer.redirect_chain[-1][0] == reverse("admin:quotes_version_change", args=[version.pk])
    assert 'id="quote-editor"' in answer.content.decode()


def test_refusal_of_the_service_is_told(press, sam):
    rfq = RfqFactory(submitted=True, buyer=None, account=None, contact_email="a@b.example")

    answer = press(sam, "quote", rfq)

    assert "Assign the request to an account" in answer.content.decode()


def test_copy_is_taken_on_at_once(press, sam):
    rfq = RfqFactory(submitted=True, state=RfqState.DECLINED)

    answer = press(sam, "enter_again", rfq)

    copied = Rfq.objects.get(copied_from=rfq)
    assert answer.redirect_chain[-1][0] == page_of(copied)
    assert (copied.state, copied.assigned_to) == (RfqState.IN_REVIEW, sam)


def test_staff_writes_to_the_buyer_and_internally(signed_in, sam):
    rfq = RfqFactory(in_review=True)
    client, say = signed_in(sam), reverse("admin:quotes_rfq_say", args=[rfq.pk])

    client.post(say, {"text": "Soon.", "line": rfq.lines.get().pk})
    client.post(say, {"text": "They haggle.", "is_internal": "on"})
    client.post(say, {"text": "   "})

    said = [(word.text, word.is_internal, word.line_id) for word in rfq.messages.all()]
    assert said == [("Soon.", False, rfq.lines.get().pk), ("They haggle.", True, None)]
    assert "They haggle." in client.get(page_of(rfq)).content.decode()


def test_page_tells_history_and_offers_only_what_can_be_pressed(signed_in, press, sam):
    rfq = RfqFactory(submitted=True)
    press(sam, "take_on", rfq)

    page = signed_in(sam).get(page_of(rfq))

    assert "submitted → in review" in page.content.decode()
    assert [button.action for button in page.context["buttons"]] == ["quote", "ask", "decline"]


def test_auditor_reads_everything_and_presses_nothing(signed_in, press):
    ada = make.auditor()
    rfq = RfqFactory(in_review=True, assigned_to=make.sales_rep())
    client = signed_in(ada)

    page = client.get(page_of(rfq))
    press(ada, "decline", rfq, reason="no")
    said = client.post(reverse("admin:quotes_rfq_say", args=[rfq.pk]), {"text": "x"})

    assert page.status_code == 200
    assert (page.context["buttons"], page.context["form"]) == ([], None)
    assert said.status_code == 403
    assert state_of(rfq) == RfqState.IN_REVIEW
