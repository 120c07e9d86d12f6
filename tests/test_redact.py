"""Secrets leave nothing behind in what is kept."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.redact import MASK, redact_body, redact_headers, redact_text

KEY = "sk_live_9f8e7d6c5b4a"


@pytest.mark.parametrize(
    "name",
    ["Authorization", "cookie", "Set-Cookie", "X-API-Key", "X-CSRF-Token", "webhook-signature"],
)
def test_secret_headers_are_masked_whatever_they_hold(name: str) -> None:
    assert redact_headers({name: "anything"}) == {name: MASK}


def test_a_plain_header_stays_readable() -> None:
    assert redact_headers({"Content-Type": "application/json"}) == {
        "Content-Type": "application/json"
    }


@pytest.mark.parametrize("key", ["password", "api_key", "access_token", "client_secret", "apiKey"])
def test_secret_keys_are_masked_at_any_depth(key: str) -> None:
    body = json.dumps({"rows": [{"inner": {key: "hunter2"}}], "sku": "A-1"})

    assert json.loads(redact_body(body)) == {"rows": [{"inner": {key: MASK}}], "sku": "A-1"}


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        base64.b64encode(KEY.encode()).decode(),
        base64.b64encode(f"{KEY}:".encode()).decode(),
    ],
)
def test_a_known_secret_is_masked_in_every_form_it_travels_in(form: str) -> None:
    kept = redact_body(f"positional args: ['lab', 2, '{form}']", [KEY])

    assert KEY not in kept
    assert form.rstrip("=") not in kept


def test_bearer_values_and_query_secrets_are_masked_without_knowing_them() -> None:
    kept = redact_text("Bearer abcdefghijkl /x?access_token=abc123&page=2")

    assert kept == f"Bearer {MASK} /x?access_token={MASK}&page=2"


@given(st.text(min_size=6, max_size=40).filter(lambda text: text.strip() == text))
def test_no_secret_survives_in_a_json_body(secret: str) -> None:
    body = json.dumps({"note": f"before {secret} after"}, ensure_ascii=True)

    kept = json.loads(redact_body(body, [secret]))["note"]

    assert kept == f"before {MASK} after"


@given(
    found=st.recursive(
        st.text(max_size=20) | st.integers() | st.none(),
        lambda inner: (
            st.lists(inner, max_size=5)
            | st.dictionaries(st.sampled_from(["sku", "token", "ü=", KEY]), inner)
        ),
    ),
    up_to=st.integers(min_value=0, max_value=200),
)
def test_beginning_of_a_masked_body_is_that_of_the_whole(found: object, up_to: int) -> None:
    body = json.dumps(found)

    assert redact_body(body, [KEY], up_to=up_to) == redact_body(body, [KEY])[:up_to]
