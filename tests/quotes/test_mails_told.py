"""Who is told what: declined requests, companies that are asked, words of sales, orders given up;
and what a second try of a mail does."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from pytest_django import Settings

from integrations.engine import runner
from integrations.engine.models import JobState, Step, SyncJob
from integrations.models import Buyer, User
from quotes.actors import buyer as as_buyer
from quotes.actors import staff
from quotes.mails import sending
from quotes.models import Acceptance, BuyingRight, Mailing, Rfq, Version
from quotes.services import answering, ending, ordering, rfqs, timers
from quotes.services.answering import Answer
from quotes.states import VersionState
from tests.factories import BuyerFactory, FlowFactory, IdLinkFactory, sales_rep
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ben() -> Buyer:
    """Orders in the shop as the ERP's customer 7."""
    flow = FlowFactory(live=True)
    IdLinkFactory(source=flow.source, source_ref="cus_ben", target=flow.target, target_ref="7")
    return BuyerFactory(email="ben@company.example", storefront_customer_id="cus_ben")


@pytest.fixture
def ada(ben: Buyer) -> Buyer:
    """Approves for ben's company."""
    ada = BuyerFactory(account=ben.account, email="ada@company.example")
    BuyingRight.objects.create(buyer=ada, may_approve=True)
    return ada


@pytest.fixture
def sam() -> User:
    return sales_rep()


def sent() -> list[tuple[list[str], str]]:
    runner.drain("batch")
    return [(message.to, message.subject) for message in mail.outbox]


def time_passes() -> None:
    SyncJob.objects.filter(state=JobState.QUEUED).update(due_at=timezone.now())


def answer(version: Version) -> Answer:
    return Answer(revision=1, sha256=version.sha256, signature="Me")


# ---------------------------------------------------------------- requests


def test_buyer_is_told_that_their_request_is_declined_and_why(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="Not our range.")

    assert sent() == [([ben.email], f"We cannot quote your request {rfq.number}")]
    assert "Not our range." in mail.outbox[0].body
    assert f"/portal/requests/{rfq.pk}" in mail.outbox[0].body


def test_five_quick_words_of_sales_are_one_mail(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    for n in range(5):
        rfqs.say(rfq, actor=staff(sam), text=f"Word {n}.", is_from_buyer=False)

    assert sent() == []  # it waits for more
    time_passes()
    assert sent() == [([ben.email], f"News about your request {rfq.number}")]
    assert all(f"Word {n}." in mail.outbox[0].body for n in range(5))
    time_passes()
    assert len(sent()) == 1


def test_word_that_comes_after_the_mail_has_one_of_its_own(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.say(rfq, actor=staff(sam), text="First.", is_from_buyer=False)
    time_passes()
    sent()
    rfqs.say(rfq, actor=staff(sam), text="Second.", is_from_buyer=False)
    time_passes()

    assert len(sent()) == 2
    assert "First." not in mail.outbox[1].body
    assert "Second." in mail.outbox[1].body


def test_internal_notes_buyers_words_and_questions_are_not_told_as_news(
    ben: Buyer, sam: User
) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.say(rfq, actor=staff(sam), text="He is slow.", is_from_buyer=False, is_internal=True)
    rfqs.say(rfq, actor=as_buyer(ben), text="Hello?", is_from_buyer=True)
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which one?")
    rfqs.say(rfq, actor=staff(sam), text="The blue one?", is_from_buyer=False)
    time_passes()

    assert [subject.split(" about")[0] for _, subject in sent()] == ["A question", "News"]
    assert "The blue one?" in mail.outbox[1].body
    assert not any(word in mail.outbox[1].body for word in ("slow", "Hello", "Which one"))


def test_words_of_a_buyer_reach_who_has_the_request_in_one_mail(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben, assigned_to=sam)
    for text in ("Is it", "in stock?"):
        rfqs.say(rfq, actor=as_buyer(ben), text=text, is_from_buyer=True)

    assert sent() == []  # it waits for more
    time_passes()
    assert sent() == [([sam.email], f"{ben.email} wrote about {rfq}")]
    assert f"{ben.email}: Is it" in mail.outbox[0].body
    assert f"{ben.email}: in stock?" in mail.outbox[0].body
    rfqs.say(rfq, actor=as_buyer(ben), text="Hello?", is_from_buyer=True)
    time_passes()
    assert len(sent()) == 2
    assert "in stock" not in mail.outbox[1].body


def test_answer_of_a_buyer_reaches_the_owner_of_the_quote(ben: Buyer, sam: User) -> None:
    """Nobody took the request on, but sam quotes it."""
    rfq = RfqFactory(submitted=True, buyer=ben)
    QuoteFactory(rfq=rfq, buyer=ben, owner=sam)
    rfqs.ask_buyer(rfq, actor=staff(User.objects.get(pk=sam.pk)), text="Which one?")
    sent()
    rfqs.answer_sales(rfq, actor=as_buyer(ben), text="The blue one.")
    time_passes()

    assert sent()[1:] == [([sam.email], f"{ben.email} wrote about {rfq}")]
    assert "The blue one." in mail.outbox[1].body


def test_words_about_nobodys_request_go_to_sales_or_to_nobody(
    ben: Buyer, settings: Settings
) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.say(rfq, actor=as_buyer(ben), text="Hello?", is_from_buyer=True)
    time_passes()
    assert sent() == []  # it stands in the inbox, and in the list of what is overdue

    settings.SALES_EMAILS = ["sales@example.com"]
    rfqs.say(rfq, actor=as_buyer(ben), text="Anybody?", is_from_buyer=True)
    time_passes()
    assert [to for to, _ in sent()] == [["sales@example.com"]]


def test_wish_for_a_change_is_told_once(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben, assigned_to=sam)
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, rfq=rfq, owner=sam))
    answering.request_change(version, person=ben, text="Cheaper, please.")
    rfqs.say(rfq, actor=as_buyer(ben), text="By Friday.", is_from_buyer=True)
    time_passes()

    sent()
    told = [one.body for one in mail.outbox]
    assert [one.count("Cheaper, please.") for one in told] == [1, 0]


def test_request_that_the_buyer_cancels_is_told_to_sales_and_not_to_them(
    ben: Buyer, sam: User
) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben, assigned_to=sam)
    VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, rfq=rfq, owner=sam))
    rfqs.cancel_rfq(rfq, actor=as_buyer(ben), reason="We found another one.")

    assert sent() == [([sam.email], f"{rfq} was cancelled")]
    assert "We found another one." in mail.outbox[0].body


def test_draft_that_is_thrown_away_is_told_to_nobody(ben: Buyer, sam: User) -> None:
    rfqs.cancel_rfq(RfqFactory(buyer=ben, assigned_to=sam), actor=as_buyer(ben))

    assert sent() == []


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("", "Your request {} has ended"),
        ("de", "Ihre Anfrage {} ist beendet"),
        ("fr", "Votre demande {} a pris fin"),
    ],
)
def test_buyer_is_told_that_their_request_ended_unanswered(
    ben: Buyer, sam: User, language: str, subject: str
) -> None:
    Buyer.objects.filter(pk=ben.pk).update(language=language)
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which one?")
    sent()
    Rfq.objects.filter(pk=rfq.pk).update(asked_at=timezone.now() - timedelta(days=400))

    assert (timers.expire_questions(), timers.expire_questions()) == (1, 0)
    assert sent()[1:] == [([ben.email], subject.format(rfq.number))]
    assert f"/portal/requests/{rfq.pk}" in mail.outbox[1].body


def test_asker_without_access_is_led_to_asking_anew_when_their_request_ends(sam: User) -> None:
    rfq = RfqFactory(
        submitted=True, account=None, buyer=None, contact_email="ina@x.example", company_name="X"
    )
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which one?")
    sent()
    Rfq.objects.filter(pk=rfq.pk).update(asked_at=timezone.now() - timedelta(days=400))
    timers.expire_questions()

    assert [to for to, _ in sent()[1:]] == [["ina@x.example"]]
    assert re.search(r"/portal/request$", mail.outbox[1].body, re.MULTILINE)


# ---------------------------------------------------------------- withdrawn offers


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("", "Quote {} was withdrawn"),
        ("de", "Angebot {} wurde zurückgezogen"),
        ("fr", "Le devis {} a été retiré"),
    ],
)
def test_withdrawn_offer_is_told_without_our_reason(
    ben: Buyer, sam: User, language: str, subject: str
) -> None:
    Buyer.objects.filter(pk=ben.pk).update(language=language)
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, owner=sam))
    ending.withdraw(version, actor=staff(sam), reason="They pay late.")

    assert sent() == [([ben.email], subject.format(version.quote.number))]
    assert "late" not in mail.outbox[0].body
    assert "/portal/quotes" in mail.outbox[0].body


def test_who_asked_their_company_hears_of_the_withdrawal_too(ben: Buyer, sam: User) -> None:
    asker = BuyerFactory(account=ben.account, email="cleo@company.example")
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, owner=sam))
    Version.objects.filter(pk=version.pk).update(state="acceptance_pending", asked_by=asker)
    ending.withdraw(version, actor=staff(sam), reason="A mistake.")

    assert [sorted(to) for to, _ in sent()] == [[ben.email, asker.email]]


def test_draft_that_is_withdrawn_was_never_the_buyers(ben: Buyer, sam: User) -> None:
    ending.withdraw(VersionFactory(quote=QuoteFactory(buyer=ben)), actor=staff(sam), reason="No.")

    assert sent() == []


# ---------------------------------------------------------------- companies


def test_approver_is_asked_and_the_asker_is_told_of_the_refusal(ben: Buyer, ada: Buyer) -> None:
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben))
    number = version.quote.number
    answering.ask_company(version, person=ben, answer=answer(version))
    assert sent() == [([ada.email], f"{ben.email} asks you to accept quote {number}")]

    answering.refuse_company(version, person=ada, comment="Too dear.")

    assert sent()[1:] == [([ben.email], f"Quote {number} was not approved in your company")]
    assert "Too dear." in mail.outbox[1].body


def test_asker_who_takes_it_back_hears_nothing(ben: Buyer, ada: Buyer) -> None:
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben))
    answering.ask_company(version, person=ben, answer=answer(version))
    answering.refuse_company(version, person=ben, comment="")

    assert ben.email not in [to for one, _ in sent() for to in one]


def test_acceptance_is_told_to_who_accepted_and_to_whose_quote_it_is(
    ben: Buyer, ada: Buyer, sam: User
) -> None:
    asker = BuyerFactory(account=ben.account, email="cleo@company.example")
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, owner=sam))
    answering.ask_company(version, person=asker, answer=answer(version))
    runner.drain("batch")
    mail.outbox.clear()
    version.refresh_from_db()
    answering.accept(version, person=ada, answer=answer(version))

    number = version.quote.number
    assert sorted(sent()) == [
        ([ada.email], f"You accepted quote {number}"),
        ([ben.email, asker.email], f"Quote {number} was accepted"),
        ([sam.email], f"{version} was accepted"),
    ]


def test_given_up_order_is_told_without_our_reason(ben: Buyer, ada: Buyer, sam: User) -> None:
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben, owner=sam))
    answering.accept(version, person=ada, answer=answer(version))
    runner.drain("batch")
    mail.outbox.clear()
    Version.objects.update(state=VersionState.ORDER_FAILED)
    ordering.give_up_order(Acceptance.objects.get(), user=sam, reason="their credit is gone")

    [(to, subject)] = sent()
    assert sorted(to) == [ada.email, ben.email]
    assert subject == f"The order of quote {version.quote.number} could not be placed"
    assert "credit" not in mail.outbox[0].body


# ---------------------------------------------------------------- once more


class DiesAfterSending(EmailBackend):
    """Hands the mail over, and the process is gone before it can write that down."""

    dies = True

    def send_messages(self, messages: Any) -> int:
        super().send_messages(messages)
        if DiesAfterSending.dies:
            raise KilledHere
        return len(messages)


class KilledHere(BaseException):
    pass


@pytest.fixture
def dying(settings: Settings) -> Iterator[None]:
    settings.EMAIL_BACKEND = f"{__name__}.DiesAfterSending"
    DiesAfterSending.dies = True
    yield
    DiesAfterSending.dies = False


def step_again(job: SyncJob) -> None:
    """What the next worker does after the first was killed."""
    Step.objects.filter(job=job).exclude(state="done").update(state="open")
    SyncJob.objects.filter(pk=job.pk).update(
        state=JobState.QUEUED, due_at=timezone.now(), lease_until=None
    )


def test_second_try_of_a_mail_is_the_same_mail(ben: Buyer, sam: User, dying: None) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="No.")
    with pytest.raises(KilledHere):
        runner.drain("batch")
    assert Mailing.objects.get().sent_at is None  # in doubt
    DiesAfterSending.dies = False
    step_again(SyncJob.objects.get())

    assert len(sent()) == 2
    first, second = (message.message()["Message-ID"] for message in mail.outbox)
    assert first == second == Mailing.objects.get().message_id
    assert Mailing.objects.get().sent_at is not None


def test_two_mails_never_share_an_id(ben: Buyer, sam: User) -> None:
    for _ in range(2):
        rfq = RfqFactory(submitted=True, buyer=ben)
        rfqs.decline_rfq(rfq, actor=staff(sam), reason="No.")

    sent()

    assert len({message.message()["Message-ID"] for message in mail.outbox}) == 2


class TakesEnglishOnly(EmailBackend):
    """A server that is down for the second language."""

    is_down = True

    def send_messages(self, messages: Any) -> int:
        if TakesEnglishOnly.is_down and any("Angebot" in one.subject for one in messages):
            raise ConnectionRefusedError
        return super().send_messages(messages)


def test_what_was_taken_in_one_language_is_not_sent_again_for_another(
    sam: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.TakesEnglishOnly"
    quote = QuoteFactory(buyer=None, account=BuyerFactory(email="a@x.example").account)
    BuyerFactory(account=quote.account, email="b@x.example", language="de")
    version = VersionFactory(offered=True, quote=quote)
    sending.start("offered", version)
    runner.drain("batch")
    assert [one.to for one in mail.outbox] == [["a@x.example"]]
    TakesEnglishOnly.is_down = False
    time_passes()

    assert [to for to, _ in sent()] == [["a@x.example"], ["b@x.example"]]


def test_old_mailings_are_forgotten() -> None:
    long_ago = timezone.now() - timedelta(days=91)
    for n, at in enumerate((long_ago, timezone.now())):
        Mailing.objects.create(
            message_id=f"<{n}@x>",
            mail="offered",
            language="en",
            subject_kind="version",
            subject_id=1,
            tried_at=at,
        )

    assert (sending.forget_old(), Mailing.objects.get().message_id) == (1, "<1@x>")


def test_word_of_a_rolled_back_press_is_told_to_nobody(ben: Buyer, sam: User) -> None:
    rfq = RfqFactory(submitted=True, buyer=ben)
    Rfq.objects.filter(pk=rfq.pk).update(state="cancelled")

    with pytest.raises(Exception, match="closed"):
        rfqs.say(rfq, actor=staff(sam), text="Hello", is_from_buyer=False)

    assert not SyncJob.objects.exists()
