"""Codes: asked for, mailed, checked, used once; what guesses and strangers get."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError
from django.utils import timezone

from integrations.engine.models import JobState, SyncJob
from integrations.engine.runner import drain
from integrations.models import Buyer, User
from quotes.models import SignInCode
from quotes.signin import codes, people, policies, retention
from tests import factories as make
from tests.portal_pages.conftest import EMAIL, at_once, mailed_code

pytestmark = pytest.mark.django_db

IP = "192.0.2.7"


def ask(email=EMAIL, *, ip=IP, now=None, **more):
    return codes.request_code(email=email, ip=ip, now=now or timezone.now(), **more)


def check(handle, code, *, email=EMAIL, now=None):
    return codes.check_code(handle=handle, email=email, code=code, now=now or timezone.now())


def wrong(code):
    return str((int(code) + 1) % 10**6).zfill(6)


# ---------------------------------------------------------------- the way in


def test_the_mailed_code_signs_in_and_makes_the_user(bea):
    handle = ask()

    user = check(handle, mailed_code())

    bea.refresh_from_db()
    assert bea.user == user
    assert (user.username, user.email, user.is_staff) == (EMAIL, EMAIL, False)
    assert not user.has_usable_password()


def test_capitals_and_spaces_in_an_address_do_no_harm(bea):
    Buyer.objects.update(email="Bea@Buyer.example")

    handle = ask("  BEA@buyer.example ")

    assert check(handle, mailed_code(), email="bea@BUYER.example") is not None


def test_one_user_buys_for_every_account_of_the_address(bea):
    other = make.BuyerFactory(email=EMAIL)

    user = check(ask(), mailed_code())

    assert set(user.buyers.all()) == {bea, other}


def test_buyers_user_is_kept_whatever_its_name(bea):
    bea.user = make.UserFactory(username="bea", is_staff=False)
    bea.save()

    assert check(ask(), mailed_code()) == bea.user
    assert User.objects.count() == 1


def test_a_code_works_once(bea):
    handle, code = ask(), mailed_code()

    assert check(handle, code) is not None
    assert check(handle, code) is None


def test_a_code_ends_after_ten_minutes(bea):
    asked_at = timezone.now()
    handle, code = ask(now=asked_at), mailed_code()

    assert check(handle, code, now=asked_at + timedelta(minutes=10)) is None
    assert check(handle, code, now=asked_at + timedelta(minutes=9, seconds=59)) is not None


def test_only_the_browser_that_asked_can_use_a_code_or_its_tries(bea):
    handle, code = ask(), mailed_code()

    for _ in range(policies.TRIES + 1):
        assert check(uuid.uuid4(), code) is None
    assert check(handle, code, email="eve@buyer.example") is None

    assert check(handle, code) is not None


def test_a_code_that_confirms_an_address_signs_nobody_in(bea):
    handle = ask(purpose=codes.Purpose.VERIFY_EMAIL)
    code = mailed_code()

    assert check(handle, code) is None
    assert codes.verify_address(handle=handle, email=EMAIL, code=code, now=timezone.now())


def test_an_address_of_no_buyer_can_be_confirmed():
    handle = ask("new@company.example", purpose=codes.Purpose.VERIFY_EMAIL)

    assert codes.verify_address(
        handle=handle, email="new@company.example", code=mailed_code(), now=timezone.now()
    )
    assert not User.objects.exists()


# ---------------------------------------------------------------- guesses


def test_the_right_code_is_refused_after_five_wrong_ones(bea):
    handle, code = ask(), mailed_code()

    for _ in range(policies.TRIES):
        assert check(handle, wrong(code)) is None

    assert check(handle, code) is None


def test_the_fifth_try_may_be_the_right_one(bea):
    handle, code = ask(), mailed_code()

    for _ in range(policies.TRIES - 1):
        check(handle, wrong(code))

    assert check(handle, code) is not None


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_get_no_more_tries(bea):
    handle, code = ask(), mailed_code()
    guesses = [wrong(code)] * 11 + [code]

    users = at_once(12, lambda n: check(handle, guesses[n]))

    row = SignInCode.objects.get()
    signed_in = sum(user is not None for user in users)
    assert signed_in == (row.used_at is not None)
    assert signed_in == 1 or row.tries_left == 0


@pytest.mark.django_db(transaction=True)
def test_of_parallel_right_codes_one_signs_in(bea):
    handle, code = ask(), mailed_code()

    users = at_once(8, lambda n: check(handle, code))

    assert sum(user is not None for user in users) == 1
    assert SignInCode.objects.get().tries_left == policies.TRIES - 1


def test_the_database_keeps_tries_within_bounds(bea):
    ask()

    with pytest.raises(IntegrityError):
        SignInCode.objects.update(tries_left=policies.TRIES + 1)


# ---------------------------------------------------------------- staff and strangers


def test_staff_get_no_code_and_their_code_signs_nobody_in(bea):
    bea.user = make.sales_rep()
    bea.save()
    handle = ask()
    drain("batch")

    assert mail.outbox == []
    assert check(handle, policies.code_of(SignInCode.objects.get().salt)) is None


def test_staff_user_of_the_same_name_is_not_taken_over(bea):
    make.UserFactory(username=EMAIL, is_staff=True)
    handle = ask()
    drain("batch")

    assert mail.outbox == []
    assert check(handle, policies.code_of(SignInCode.objects.get().salt)) is None
    bea.refresh_from_db()
    assert bea.user is None


@pytest.mark.parametrize("trait", [{"is_active": False}, {"is_superuser": True}])
def test_users_who_are_switched_off_or_may_everything_are_refused(bea, trait):
    bea.user = make.UserFactory(is_staff=False, **trait)
    bea.save()

    assert not people.is_known(EMAIL)
    assert people.user_of_address(email=EMAIL) is None


def test_nobody_is_written_to_at_an_unknown_address_and_nobody_gets_in():
    handle = ask("stranger@nowhere.example")
    drain("batch")

    code = policies.code_of(SignInCode.objects.get().salt)
    assert mail.outbox == []
    assert check(handle, code, email="stranger@nowhere.example") is None
    assert not User.objects.exists()


# ---------------------------------------------------------------- throttles


def test_a_sixth_code_within_the_hour_is_not_made(bea):
    now = timezone.now()
    for _ in range(policies.CODES_PER_ADDRESS):
        ask(now=now)

    handle = ask(now=now)

    assert not SignInCode.objects.filter(handle=handle).exists()
    assert SignInCode.objects.count() == policies.CODES_PER_ADDRESS
    ask(now=now + policies.WINDOW)
    assert SignInCode.objects.count() == policies.CODES_PER_ADDRESS + 1


def test_a_visitor_who_tries_many_addresses_is_stopped(bea):
    for n in range(policies.CODES_PER_IP + 5):
        ask(f"guess{n}@buyer.example")

    assert SignInCode.objects.count() == policies.CODES_PER_IP
    ask(ip="192.0.2.8")
    assert SignInCode.objects.filter(email=EMAIL).count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_make_no_more_codes_than_allowed(bea):
    at_once(12, lambda n: ask())

    assert SignInCode.objects.count() == policies.CODES_PER_ADDRESS


# ---------------------------------------------------------------- the mail


def test_the_mail_comes_in_the_language_of_the_page(bea):
    ask(language="de")

    code = mailed_code()

    (message,) = mail.outbox
    assert message.subject == "Ihr Code für ERP Portal"
    assert message.to == [EMAIL]
    html, kind = message.alternatives[0]
    assert (kind, code in html) == ("text/html", True)
    assert code not in message.subject


def test_a_mail_server_that_is_away_loses_nothing(bea, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    handle = ask()
    drain("batch")
    job = SyncJob.objects.get()
    assert (job.state, job.error_kind) == (JobState.QUEUED, "not_sent")

    settings.EMAIL_BACKEND = working
    SyncJob.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    assert check(handle, mailed_code()) is not None


def test_neither_job_nor_log_holds_the_code_or_the_address(bea, caplog):
    caplog.set_level("DEBUG")
    handle, code = ask(), mailed_code()
    check(handle, code)

    job = SyncJob.objects.get()
    kept = f"{job.payload} {job.key} {[step.output for step in job.steps.all()]} {caplog.text}"
    row = SignInCode.objects.values().get()
    assert code not in kept
    assert EMAIL not in kept
    assert code not in str({**row, "id": 0})


def test_an_expired_code_is_not_mailed(bea):
    ask(now=timezone.now() - timedelta(minutes=11))
    drain("batch")

    assert mail.outbox == []
    assert SyncJob.objects.get().state == JobState.DONE


def test_old_codes_are_forgotten_and_fresh_ones_kept(bea):
    ask(now=timezone.now() - timedelta(days=2))
    fresh = ask()

    assert retention.forget_ended() == 1
    assert SignInCode.objects.get().handle == fresh
