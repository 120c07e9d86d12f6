"""Mails: told with the change, to the right person, once, and never lost with the mail server."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from integrations.engine import runner
from integrations.engine.models import JobState, SyncJob
from integrations.models import Buyer
from quotes.actors import buyer as as_buyer
from quotes.actors import staff
from quotes.mails import sending
from quotes.mails.words import LETTERS
from quotes.models import Rfq, Version
from quotes.services import answering, ending, offering, rfqs, timers
from quotes.services.answering import Answer
from tests.factories import BuyerFactory, FlowFactory, IdLinkFactory, sales_manager, sales_rep
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory
from tests.quotes.told import about

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ben() -> Buyer:
    return BuyerFactory(email="ben@company.example")


def sent() -> list[tuple[list[str], str]]:
    """What the jobs that are due mail, as (recipients, subject)."""
    runner.drain("batch")
    return [(message.to, message.subject) for message in mail.outbox]


def test_buyer_hears_of_an_offer_with_its_sum_and_the_way_to_it(ben: Buyer) -> None:
    version = VersionFactory(approved=True, quote=QuoteFactory(buyer=ben))
    offering.offer(version, user=sales_rep())

    assert sent() == [(["ben@company.example"], f"Quote {version.quote.number} from ERP Portal")]
    [message] = mail.outbox
    assert "€119.00" in message.body
    assert f"/portal/quotes/{version.quote_id}/1" in message.body
    html = message.alternatives[0].content
    assert "€119.00" in html
    assert "<script" not in html


def test_acceptance_is_told_to_both_sides(ben: Buyer) -> None:
    flow, sam = FlowFactory(live=True), sales_rep()
    Buyer.objects.update(storefront_customer_id="cus_ben")
    IdLinkFactory(source=flow.source, source_ref="cus_ben", target=flow.target)
    ben.refresh_from_db()
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, owner=sam))
    said = Answer(revision=1, sha256=version.sha256, signature="Ben")
    answering.accept(version, person=ben, answer=said)

    assert sorted(sent()) == [
        (["ben@company.example"], f"You accepted quote {version.quote.number}"),
        ([sam.email], f"{version} was accepted"),
    ]


def test_question_and_new_request_reach_each_other(ben: Buyer, settings: Settings) -> None:
    settings.SALES_EMAILS = ["sales@example.com"]
    rfq = RfqFactory(buyer=ben)
    rfqs.submit_rfq(rfq, actor=as_buyer(ben), now=timezone.now())
    rfqs.ask_buyer(rfq, actor=staff(sales_rep()), text="Which battery?")

    assert [to for to, _ in sent()] == [["sales@example.com"], ["ben@company.example"]]
    assert "Which battery?" in mail.outbox[1].body


def test_reminder_comes_once_and_not_for_offers_that_last(ben: Buyer) -> None:
    soon = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben))
    Version.objects.filter(pk=soon.pk).update(valid_until=timezone.now() + timedelta(hours=71))
    VersionFactory(offered=True)

    assert (timers.remind_buyers(), timers.remind_buyers()) == (1, 0)
    assert sent() == [(["ben@company.example"], f"Quote {soon.quote.number} ends soon")]


def test_overdue_answer_is_told_to_the_rep_once_and_to_the_managers_later(ben: Buyer) -> None:
    sam, mia = sales_rep(), sales_manager()
    rfq = RfqFactory(submitted=True, buyer=ben, assigned_to=sam, answer_due_at=timezone.now())
    RfqFactory(submitted=True, answer_due_at=timezone.now() + timedelta(hours=1))
    RfqFactory(quoted=True, answer_due_at=timezone.now())

    assert (timers.tell_of_overdue(), timers.tell_of_overdue()) == (1, 0)
    assert sent() == [([sam.email], f"The answer to {rfq.number} is overdue")]

    Rfq.objects.filter(pk=rfq.pk).update(overdue_told_at=timezone.now() - timedelta(hours=48))
    assert (timers.tell_of_overdue(), timers.tell_of_overdue()) == (1, 0)
    assert sent()[1:] == [([mia.email], f"{rfq.number} still waits for an answer")]


def test_request_that_was_answered_meanwhile_is_not_raised(ben: Buyer) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben, answer_due_at=timezone.now())
    timers.tell_of_overdue()
    rfqs.ask_buyer(rfq, actor=staff(sales_rep()), text="Which one?")
    Rfq.objects.update(overdue_told_at=timezone.now() - timedelta(hours=48))

    assert timers.tell_of_overdue() == 0


def test_end_of_an_offer_is_told(ben: Buyer) -> None:
    over = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben))
    Version.objects.filter(pk=over.pk).update(valid_until=timezone.now() - timedelta(seconds=1))
    timers.expire_offers()

    assert sent() == [(["ben@company.example"], f"Quote {over.quote.number} has ended")]


def test_decline_that_is_rolled_back_is_told_to_nobody(ben: Buyer) -> None:
    sam = sales_rep()
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, owner=sam))
    ending.withdraw(version, actor=staff(sam), reason="wrong")

    with pytest.raises(Exception, match="withdrawn"):
        ending.decline(version, actor=as_buyer(ben), reason="too dear")

    assert sent() == [([ben.email], f"Quote {version.quote.number} was withdrawn")]


def test_mail_server_that_is_down_loses_nothing(ben: Buyer, settings: Settings) -> None:
    version = VersionFactory(approved=True, quote=QuoteFactory(buyer=ben))
    offering.offer(version, user=sales_rep())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there

    runner.drain("batch")

    job = SyncJob.objects.get()
    assert (job.state, job.error_kind) == (JobState.QUEUED, "not_sent")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    SyncJob.objects.update(due_at=timezone.now())
    assert len(sent()) == 1


@pytest.mark.parametrize("name", LETTERS)
def test_every_mail_can_be_previewed(ben: Buyer, name: str) -> None:
    sam, mia = sales_rep(), sales_manager()

    messages = sending.messages_of(name, about(name, ben, sam))

    [message] = messages
    assert message.subject
    assert set(message.to) <= {ben.email, "ada@company.example", sam.email, mia.email}
    assert len(message.alternatives) == 1


def test_mail_for_nobody_ends_its_job_with_a_word() -> None:
    rfq = RfqFactory()
    rfqs.submit_rfq(rfq, actor=as_buyer(rfq.buyer), now=timezone.now())

    assert sent() == []
    job = SyncJob.objects.get()
    assert job.state == JobState.DONE
    assert job.steps.get().output["why"].startswith("nobody is to be told")
