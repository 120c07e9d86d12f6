"""Signing in: by certificate, by token, and what is told when it fails."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from integrations.adapters.netsuite import SPEC
from integrations.adapters.netsuite.adapter import open_adapter
from integrations.adapters.netsuite.keys import read_key
from integrations.errors import AuthFailed, NeedsOperator
from integrations.http import Session
from integrations.records import ExchangeRecord
from integrations.sandbox.erps.netsuite import CLIENT_ID, pem_of
from tests.contract.offices.netsuite import NetSuiteOffice

TBA = {
    "client_id": "consumer-key-1",
    "client_secret": "consumer-secret-1",
    "token_id": "token-id-1",
    "token_secret": "token-secret-1",
}


class Kept:
    def __init__(self) -> None:
        self.exchanges: list[ExchangeRecord] = []

    def record(self, exchange: ExchangeRecord) -> None:
        self.exchanges.append(exchange)


@pytest.fixture
def by_token(office: NetSuiteOffice) -> NetSuiteOffice:
    """The office as it lets in by token alone."""
    office.standin.signin.consumer = (TBA["client_id"], TBA["client_secret"])
    office.standin.signin.token = (TBA["token_id"], TBA["token_secret"])
    office.seed = replace(
        office.seed, settings={**office.seed.settings, "auth": "tba"}, secrets=TBA
    )
    return office


def calls(office: NetSuiteOffice, route: str) -> int:
    return sum(entry.route == route for entry in office.standin.log)


# ---------------------------------------------------------------- by certificate


def test_one_token_serves_many_adapters(office: NetSuiteOffice) -> None:
    for _ in range(3):
        office.adapter().find_order("order_01NEVER")

    assert calls(office, "token") == 1


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_every_curve_that_netsuite_takes_lets_in(
    office: NetSuiteOffice, curve: ec.EllipticCurve
) -> None:
    private_key = mapped(office, ec.generate_private_key(curve))

    assert office.adapter(secrets={"private_key": private_key}).payment_terms()


def test_rsa_key_signs_by_pss(office: NetSuiteOffice) -> None:
    private_key = mapped(office, rsa.generate_private_key(65537, 3072))

    assert office.adapter(secrets={"private_key": private_key}).payment_terms()


def mapped(office: NetSuiteOffice, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    from cryptography.hazmat.primitives import serialization

    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    office.standin.map_certificate(
        office.seed.settings["certificate_id"], client_id=CLIENT_ID, public_key=public.decode()
    )
    return pem_of(key)  # type: ignore[arg-type]


def test_token_that_ran_out_is_renewed_once(office: NetSuiteOffice) -> None:
    adapter = office.adapter()
    adapter.find_order("order_01NEVER")
    office.standin.expire_tokens()

    assert adapter.find_order("order_01NEVER") is None
    assert calls(office, "token") == 2


def test_refreshed_sandbox_is_told_with_what_to_do(office: NetSuiteOffice) -> None:
    adapter = office.adapter()
    adapter.find_order("order_01NEVER")
    office.standin.refresh_sandbox()

    with pytest.raises(AuthFailed) as caught:
        adapter.find_order("order_01NEVER")

    assert "sandbox refresh" in caught.value.hint


def test_certificate_of_another_integration_is_refused(office: NetSuiteOffice) -> None:
    with pytest.raises(AuthFailed):
        office.adapter(secrets={"client_id": "somebody-else"}).find_order("order_01NEVER")


@pytest.mark.parametrize("ahead_s", [-3700, 3700])
def test_clock_that_is_far_off_is_refused(office: NetSuiteOffice, ahead_s: float) -> None:
    office.standin.signin.clock_ahead_s = ahead_s

    with pytest.raises(AuthFailed):
        office.adapter().find_order("order_01NEVER")


def test_no_exchange_keeps_a_credential(office: NetSuiteOffice) -> None:
    kept = Kept()
    secrets = office.seed.secrets
    session = Session(
        base_url=office.standin.url,
        allow_private=True,
        recorder=kept,
        secrets=tuple(secrets.values()),
    )

    open_adapter(session, office.seed.settings, secrets).find_order("order_01NEVER")

    told = repr(kept.exchanges)
    (form,) = [entry.body for entry in office.standin.log if entry.route == "token"]
    assert len(kept.exchanges) == 2
    assert form.rpartition("client_assertion=")[2] not in told
    assert not any(token in told for token in office.standin.signin.tokens)


def test_key_whose_line_breaks_were_lost_is_read(office: NetSuiteOffice) -> None:
    flat = office.seed.secrets["private_key"].replace("\n", " ")

    assert office.adapter(secrets={"private_key": flat}).payment_terms()


def test_key_that_netsuite_would_refuse_is_refused_here() -> None:
    small = pem_of(rsa.generate_private_key(65537, 2048))  # type: ignore[arg-type]

    with pytest.raises(NeedsOperator, match="3072 or 4096"):
        read_key(small)


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({"client_id": "c"}, "Neither 'private_key'"),
        ({"client_id": "c", "private_key": "abc"}, "must be PEM text"),
        (
            {
                "client_id": "c",
                "private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            },
            "cannot be read",
        ),
        ({**TBA, "token_secret": ""}, "Neither 'private_key'"),
        ({"private_key": "abc"}, "'client_id'"),
    ],
)
def test_unusable_secrets_are_told(
    office: NetSuiteOffice, secrets: dict[str, str], said: str
) -> None:
    problems = SPEC.problems(office.seed.settings, secrets)

    assert any(said in problem for problem in problems)
    assert not any("abc" in problem or "AAAA" in problem for problem in problems)


# ---------------------------------------------------------------- by token


def test_signed_requests_are_let_in_with_their_query(by_token: NetSuiteOffice) -> None:
    assert by_token.adapter().payment_terms()  # limit and offset are signed, too
    assert calls(by_token, "token") == 0


def test_every_request_has_a_nonce_of_its_own(by_token: NetSuiteOffice) -> None:
    adapter = by_token.adapter()
    for _ in range(5):
        adapter.find_order("order_01NEVER")

    assert len(by_token.standin.signin.nonces) == 5
    assert by_token.standin.signin.audit_trail == []


def test_second_refusal_ends_it_before_the_user_is_locked(by_token: NetSuiteOffice) -> None:
    with pytest.raises(AuthFailed) as caught:
        by_token.adapter(secrets={"token_secret": "wrong"}).find_order("order_01NEVER")

    assert by_token.standin.signin.audit_trail == ["InvalidSignature"] * 2
    assert "Login Audit Trail" in caught.value.hint


def test_one_refusal_under_load_is_forgiven(by_token: NetSuiteOffice) -> None:
    """A burst was seen to be answered with 401, and nothing was done then."""
    refused = iter([True, False])
    lets_in = by_token.standin.signin.lets_in
    by_token.standin.signin.lets_in = (  # type: ignore[method-assign]
        lambda *asked: not next(refused, False) and lets_in(*asked)
    )

    assert by_token.adapter().find_order("order_01NEVER") is None


def test_missing_token_secrets_are_told(office: NetSuiteOffice) -> None:
    with pytest.raises(NeedsOperator, match="client_secret, token_id, token_secret"):
        office.adapter(settings={"auth": "tba"})
