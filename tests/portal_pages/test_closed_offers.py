"""What is over is over: an offer that ended takes no answer of any kind, whoever sends it by hand.

The addresses are those of the portal that take a POST, found anew at each run.
"""

import json

import pytest
from django.test import Client

from quotes.models import Acceptance, BuyingRight, Rfq, Version
from quotes.states import BOUND, CLOSED, RFQ_COPYABLE, RFQ_TERMINAL
from tests import factories as make
from tests.portal_pages.addresses import (
    ACCESS,
    OF_ACCOUNT,
    World,
    make_world,
    over,
    portal_names,
    sent_to,
)
from tests.portal_pages.conftest import signed_in
from tests.quotes.factories import VersionFactory
from tests.quotes.signing import CUSTOMER, SECRET, post_rfq, rfq_body, signed
from tests.support.rows import all_rows, back_again, changed

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

REFUSED = (403, 404, 405, 409, 410)
# Of what was accepted: showing it to a colleague changes nothing of it.
STILL_POSSIBLE = {state: {"quote_forward"} for state in BOUND}

# Where the browser is led back to a page that says why: the request was open when it was shown.
SAID_ON_THE_PAGE = {
    "request_edit": "This request cannot be changed any more.",
    "attachments": "This request is closed; nothing can be added to it.",
}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ATTACHMENT_ROOT = tmp_path


@pytest.fixture
def world(db) -> World:
    return make_world()


def of_quotes() -> list[str]:
    """Every address below one version of a quote, whatever it takes."""
    return [
        name
        for name in portal_names()
        if name and ACCESS[name] == OF_ACCOUNT and (name == "version" or name.startswith("quote"))
    ]


def of_requests() -> list[str]:
    known = [name for name in portal_names() if name and ACCESS[name] == OF_ACCOUNT]
    return [name for name in known if name.startswith(("request", "attachments"))]


def takes_posts(world: World, names: list[str]) -> list[str]:
    """Those of them that do something when they are sent to, now that everything is open."""
    browser = signed_in(world.ben)
    found = []
    for name in names:
        with back_again():
            answer = browser.post(world.path_of(name), sent_to(world))
        if answer.status_code != 405:
            found.append(name)
    return found


@pytest.mark.parametrize("state", sorted({"past", *CLOSED, *BOUND}))
def test_offer_that_is_over_takes_no_answer(world, state):
    names = takes_posts(world, of_quotes())
    assert {"quote_accept", "quote_decline", "quote_change", "quote_keep"} <= set(names)
    over(state)(world.version)
    browser, before = signed_in(world.ben), all_rows()

    for name in names:
        if name in STILL_POSSIBLE.get(state, ()):
            continue
        if (name, state) == ("quote_accept", "past"):
            continue  # it ends the offer, as the timer would: see below
        answer = browser.post(world.path_of(name), sent_to(world))
        assert answer.status_code in REFUSED, (name, state)
        assert changed(before) == [], (name, state)
    assert not Acceptance.objects.exists()


@pytest.mark.parametrize("state", ["past", "expired", "superseded", "withdrawn"])
def test_nor_does_it_from_the_approver_of_the_company(world, state):
    """Who asked their approver before it ended is helped no more."""
    boss = make.BuyerFactory(account=world.ben.account, email="boss@acme.example")
    BuyingRight.objects.create(buyer=boss, may_approve=True)
    Version.objects.filter(pk=world.version.pk).update(
        state="acceptance_pending", asked_by=world.ben
    )
    over(state)(world.version)
    browser, before = signed_in(boss), all_rows()

    for name in ("quote_refuse", "quote_decline", *(["quote_accept"] if state != "past" else [])):
        answer = browser.post(world.path_of(name), sent_to(world))
        assert answer.status_code in REFUSED, name
    assert changed(before) == []


@pytest.mark.parametrize("was", ["offered", "acceptance_pending"])
def test_acceptance_that_comes_too_late_ends_the_offer_and_nothing_else(world, was):
    Version.objects.filter(pk=world.version.pk).update(state=was)
    over("past")(world.version)
    browser, before = signed_in(world.ben), all_rows()
    offer = Version.objects.filter(pk=world.version.pk).values().get()

    answer = browser.post(world.path_of("quote_accept"), sent_to(world))

    assert answer.status_code == 409
    assert "This offer has ended" in answer.text
    assert "nothing was accepted and nothing is ordered" in answer.text
    assert "Nothing was changed" not in answer.text
    assert Version.objects.filter(pk=world.version.pk).values().get() == offer | {
        "state": "expired"
    }
    assert set(changed(before)) == {
        "quotes.Version",
        "integrations.StateChange",  # that it has ended
        "engine.SyncJob",
        "engine.Step",
        "engine.KeyHead",  # the mail that says so
    }
    assert not Acceptance.objects.exists()


def test_older_revision_takes_no_answer_beside_the_newest(world):
    older = world.version.quote.versions.get(revision=1)
    path = f"/portal/quotes/{older.quote_id}/1"
    browser, before = signed_in(world.ben), all_rows()
    sent = sent_to(world) | {"revision": "1", "sha256": older.sha256}

    for verb in ("accept", "decline", "change", "keep", "refuse", "ask-company", "forward"):
        assert browser.post(f"{path}/{verb}", sent).status_code in REFUSED, verb
    # nor is the newest one accepted by naming the older one, and the other way round
    newest = f"/portal/quotes/{older.quote_id}/2/accept"
    assert browser.post(newest, sent).status_code == 409
    assert browser.post(f"{path}/accept", sent_to(world)).status_code == 409
    assert changed(before) == []


@pytest.mark.parametrize("state", sorted(RFQ_TERMINAL))
def test_request_that_is_over_is_not_written_to(world, state):
    names = takes_posts(world, of_requests())
    assert {"request_message", "request_answer", "request_edit", "attachments"} <= set(names)
    Rfq.objects.filter(pk=world.rfq.pk).update(state=state)
    browser, before = signed_in(world.ben), all_rows()

    for name in names:
        if name == "request_copy" and state in RFQ_COPYABLE:
            continue  # a new one is how it goes on
        answer = browser.post(world.path_of(name), sent_to(world), follow=True)
        if name in SAID_ON_THE_PAGE:
            assert SAID_ON_THE_PAGE[name] in answer.text, (name, state)
        else:
            assert answer.status_code in REFUSED, (name, state)
        assert changed(before) == [], (name, state)


@pytest.mark.parametrize("state", ["past", *sorted(CLOSED)])
def test_storefronts_server_can_do_nothing_to_it_either(world, state):
    make.ConnectionFactory(credentials={"secret_key": "sk", "hook_secret": SECRET})
    world.ben.storefront_customer_id = CUSTOMER
    world.ben.save()
    over(state)(world.version)
    before, body = all_rows(), json.dumps(rfq_body())

    for path in (
        f"/api/quotes/{world.version.quote.number}",
        f"/api/quotes/{world.version.quote.number}/accept",
        f"/api/rfqs/{world.rfq.number}",
    ):
        for send in (Client().post, Client().put, Client().patch, Client().delete):
            answer = send(path, body, content_type="application/json", headers=signed(body))
            assert answer.status_code in (401, 404, 405), path
    assert changed(before) == []
    # what it may send is a new request, which leaves the old offer as it is
    offer = Version.objects.filter(pk=world.version.pk).values().get()
    assert post_rfq().status_code == 201
    assert Version.objects.filter(pk=world.version.pk).values().get() == offer


def test_open_offer_does_take_one(world):
    """So that the refusals above are not those of a broken form."""
    version = VersionFactory(offered=True, quote__buyer=world.ben, quote__account=world.ben.account)
    path = f"/portal/quotes/{version.quote_id}/1/decline"

    assert signed_in(world.ben).post(path, {"text": "too dear"}).status_code == 302

    version.refresh_from_db()
    assert version.state == "declined"
