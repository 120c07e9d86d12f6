"""From the storefront into the portal: signed, once, within a minute."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from integrations.models import Connection, User
from quotes.models import HandoverToken
from quotes.signin import handover, retention
from tests import factories as make
from tests.portal_pages.conftest import EMAIL, at_once, sign_in

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + base64.b64encode(b"one secret of 24 bytes..").decode()
OTHER = "whsec_" + base64.b64encode(b"a secret of another shop").decode()


@pytest.fixture
def shop(db: None) -> Connection:
    return make.ConnectionFactory(credentials={"secret_key": "sk", "hook_secret": SECRET})


def ask(customer_id="cus_1", *, secret=SECRET, message_id="msg_1", at=None, body=None):
    """The storefront's server asks for its customer."""
    raw = body or json.dumps({"customer_id": customer_id, "email": EMAIL}).encode()
    at = at or datetime.now(UTC)
    return Client().post(
        "/api/portal/handover",
        data=raw,
        content_type="application/json",
        headers={
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, at, raw.decode()),
        },
    )


def path_of(answer):
    return "/" + answer.json()["url"].split("/", 3)[3]


# ---------------------------------------------------------------- what the storefront is told


def test_a_known_customer_gets_an_address_of_the_portal(bea, shop, settings):
    answer = ask()

    assert answer.status_code == 200
    assert answer.json()["url"].startswith(f"{settings.BASE_URL}/portal/hand-over/")


def test_the_token_is_kept_as_a_hash_only(bea, shop):
    token = path_of(ask()).rsplit("/", 1)[1]

    assert len(token) >= 43  # 32 bytes
    assert token not in str(HandoverToken.objects.values().get())


def test_an_unknown_customer_is_404(bea, shop):
    assert ask("cus_2").status_code == 404
    assert not HandoverToken.objects.exists()


def test_staff_are_not_handed_over(bea, shop):
    bea.user = make.sales_rep()
    bea.save()

    assert ask().status_code == 404


def test_another_secret_is_401(bea, shop):
    answer = ask(secret=OTHER)

    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert not HandoverToken.objects.exists()


def test_without_a_storefront_everything_is_401(bea):
    assert ask().status_code == 401


def test_an_erp_cannot_sign_for_customers(bea):
    make.ConnectionFactory(erp=True, credentials={"hook_secret": SECRET})

    assert ask().status_code == 401


@pytest.mark.parametrize("offset", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_an_old_or_early_signature_is_401(bea, shop, offset):
    assert ask(at=datetime.now(UTC) + offset).status_code == 401


def test_a_changed_body_is_401(bea, shop):
    at = datetime.now(UTC)
    signature = Webhook(SECRET).sign("msg_1", at, '{"customer_id": "cus_9"}')

    answer = Client().post(
        "/api/portal/handover",
        data=b'{"customer_id": "cus_1"}',
        content_type="application/json",
        headers={
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        },
    )

    assert answer.status_code == 401


def test_a_caught_request_cannot_be_sent_again(bea, shop):
    assert ask().status_code == 200

    again = ask()

    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    assert "url" not in again.json()


@pytest.mark.parametrize(
    "body", [b"x", b"[]", b"{}", b'{"customer_id": 5}', b'{"customer_id": "\\ud800"}']
)
def test_a_body_that_names_nobody_is_400(bea, shop, body):
    assert ask(body=body).status_code == 400


def test_a_customer_of_no_id_is_nobody(shop):
    make.BuyerFactory(storefront_customer_id="")

    assert ask("").status_code == 400
    assert handover.known_customer("") is None


def test_a_large_body_is_413(bea, shop):
    assert ask(body=b" " * 5000).status_code == 413


def test_each_of_two_storefronts_signs_with_its_own_secret(bea, shop):
    make.ConnectionFactory(credentials={"hook_secret": OTHER})

    assert ask(secret=OTHER).status_code == 200
    assert HandoverToken.objects.get().storefront != shop


# ---------------------------------------------------------------- what the browser gets


def test_the_address_signs_the_browser_in_and_makes_the_user(bea, shop, browser):
    answer = browser.get(path_of(ask()))

    assert (answer.status_code, answer.url) == (302, "/portal/")
    assert "Acme Tools" in browser.get("/portal/").text
    bea.refresh_from_db()
    assert bea.user.username == EMAIL
    assert not bea.user.is_staff


def test_the_address_works_once(bea, shop, browser):
    path = path_of(ask())
    browser.get(path)

    stranger = Client()
    assert stranger.get(path).status_code == 410
    assert stranger.get("/portal/").status_code == 302


def test_the_address_ends_after_a_minute(bea, shop, browser, time_machine):
    path = path_of(ask())
    time_machine.move_to(timezone.now() + timedelta(seconds=61))

    assert browser.get(path).status_code == 410
    assert browser.get("/portal/").status_code == 302


def test_looking_ahead_does_not_use_the_address_up(bea, shop, browser):
    path = path_of(ask())

    assert Client().head(path).status_code == 405
    assert browser.get(path).status_code == 302


def test_an_invented_address_is_refused(browser):
    assert browser.get("/portal/hand-over/invented").status_code == 410


def test_whoever_was_signed_in_before_is_not_any_more(bea, shop, browser):
    browser.force_login(make.operator())

    browser.get(path_of(ask()))

    assert browser.get("/admin/").status_code == 302
    assert browser.get("/portal/").status_code == 200


def test_the_storefront_vouches_for_one_customer_not_for_a_mailbox(bea, shop, browser):
    """Anybody may register with any address at a shop."""
    other = make.BuyerFactory(email=EMAIL, account__name="Zeta Works")
    sign_in(Client())  # whoever reads the mailbox buys for both

    browser.get(path_of(ask()))

    assert "Acme Tools" in browser.get("/portal/").text
    refused = browser.post("/portal/accounts", {"buyer": other.pk})
    assert refused.status_code == 422


def test_a_first_hand_over_gives_the_user_no_other_buyer(bea, shop, browser):
    other = make.BuyerFactory(email=EMAIL)

    browser.get(path_of(ask()))

    other.refresh_from_db()
    assert other.user is None


def test_a_user_switched_off_meanwhile_is_refused(bea, shop, browser):
    path = path_of(ask())
    bea.user = make.UserFactory(is_staff=False, is_active=False)
    bea.save()

    assert browser.get(path).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_of_browsers_that_come_at_once_one_is_let_in(bea, shop):
    path = path_of(ask())

    answers = at_once(8, lambda n: Client().get(path).status_code)

    assert sorted(answers) == [302] + [410] * 7
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_equal_requests_at_once_one_is_answered(bea, shop):
    answers = at_once(6, lambda n: ask().status_code)

    assert sorted(answers) == [200] + [409] * 5


def test_the_token_is_not_in_the_log(bea, shop, browser, caplog):
    caplog.set_level("DEBUG")
    path = path_of(ask())
    browser.get(path)
    browser.get(path)  # refused, which Django logs with the address

    assert "Gone: /portal/hand-over/•••" in caplog.text
    assert path.rsplit("/", 1)[1] not in caplog.text


def test_old_hand_overs_are_forgotten(bea, shop):
    ask()
    HandoverToken.objects.update(created_at=timezone.now() - timedelta(days=2))

    assert retention.forget_ended() == 1
