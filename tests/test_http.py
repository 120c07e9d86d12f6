"""The HTTP wrapper against a real server that misbehaves on demand."""

import json as jsonlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    NotSent,
    OutcomeUnknown,
    PortalError,
    Rejected,
    Throttled,
    Unavailable,
)
from integrations.http import Limits, Reply, Session, dumps, retry_after_s, status_error
from integrations.records import ExchangeRecord
from integrations.standin import Request, Response, StandIn, route

SECRET = "sk_very_secret_key"
FILE = b"%PDF-1.4 \xff\x00 not a text"


class Remote(StandIn):
    """Answers what it was sent."""

    @route("POST", "/things/{id}", "create")
    def create(self, request: Request) -> Response:
        return Response(200, {"id": request.path_values["id"], "sent": request.json()})

    @route("GET", "/things", "list")
    def things(self, request: Request) -> Response:
        return Response(200, text='{"price": 0.1000000000000000055511151231257827}')

    @route("GET", "/big", "big")
    def big(self, request: Request) -> Response:
        return Response(200, {"rows": ["x" * 1000] * 100})

    @route("GET", "/file", "file")
    def file(self, request: Request) -> Response:
        return Response(200, content=FILE, headers={"Content-Type": "application/pdf"})

    @route("GET", "/elsewhere", "redirect")
    def elsewhere(self, request: Request) -> Response:
        return Response(302, {}, headers={"Location": "http://169.254.169.254/latest"})


class Notebook:
    """A recorder and limiter that remembers."""

    def __init__(self) -> None:
        self.exchanges: list[ExchangeRecord] = []
        self.outcomes: list[PortalError | None] = []

    def record(self, exchange: ExchangeRecord) -> None:
        self.exchanges.append(exchange)

    def before(self) -> None: ...

    def after(self, error: PortalError | None) -> None:
        self.outcomes.append(error)


@pytest.fixture
def remote() -> Iterator[Remote]:
    with Remote() as server:
        yield server


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def session(remote: Remote, notebook: Notebook) -> Session:
    return Session(
        base_url=remote.url,
        allow_private=True,
        recorder=notebook,
        limiter=notebook,
        secrets=(SECRET,),
        headers={"Authorization": f"Bearer {SECRET}"},
        limits=Limits(connect_s=1, read_s=0.5, deadline_s=2, max_bytes=50_000),
    )


def test_decimals_travel_digit_for_digit_in_both_directions(session: Session) -> None:
    price = Decimal("123456789012345678.1234567890")

    reply = session.call("POST", "/things/1", writes=True, json={"price": price})

    assert '"price":123456789012345678.1234567890' in dumps({"price": price})
    assert reply.json()["id"] == "1"
    assert session.call("GET", "/things", writes=False).json() == {
        "price": Decimal("0.1000000000000000055511151231257827")
    }


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan")])
def test_a_number_that_is_none_is_never_sent(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps({"price": value})


@pytest.mark.parametrize(
    ("fault", "on_write", "on_read"),
    [
        ("lose_answer", OutcomeUnknown, Unavailable),
        ("stall", OutcomeUnknown, Unavailable),
        ("fail", OutcomeUnknown, Unavailable),
        ("maintenance", OutcomeUnknown, Unavailable),
        ("throttle", Throttled, Throttled),
    ],
)
def test_a_lost_answer_means_unknown_for_a_write_and_repeat_for_a_read(
    remote: Remote,
    session: Session,
    fault: str,
    on_write: type[PortalError],
    on_read: type[PortalError],
) -> None:
    remote.dials.set(fault, seconds=1, times=2)

    with pytest.raises(on_write):
        session.call("POST", "/things/1", writes=True, json={})
    with pytest.raises(on_read):
        session.call("GET", "/things", writes=False)


def test_nobody_listening_means_not_sent(remote: Remote, session: Session) -> None:
    remote.stop()

    with pytest.raises(NotSent):
        session.call("POST", "/things/1", writes=True, json={})


def test_a_name_that_does_not_resolve_means_not_sent() -> None:
    session = Session(base_url="http://no-such-host.invalid", allow_private=True)

    with pytest.raises(NotSent):
        session.call("POST", "/x", writes=True, json={})


def test_a_private_address_is_refused_before_anything_is_sent(remote: Remote) -> None:
    session = Session(base_url=remote.url)

    with pytest.raises(NotSent):
        session.call("GET", "/things", writes=False)
    assert remote.log == []


def test_a_redirect_is_not_followed(session: Session) -> None:
    with pytest.raises(Rejected, match="169.254.169.254") as caught:
        session.call("GET", "/elsewhere", writes=False)
    assert "base URL" in caught.value.hint


def test_an_answer_larger_than_allowed_is_cut_off(session: Session) -> None:
    with pytest.raises(Rejected, match="larger than 50000 bytes"):
        session.call("GET", "/big", writes=False)


def test_every_call_is_recorded_without_its_secret(
    remote: Remote, session: Session, notebook: Notebook
) -> None:
    remote.dials.set("fail", times=1)

    with pytest.raises(OutcomeUnknown):
        session.call("POST", "/things/1", writes=True, json={"api_key": SECRET, "note": SECRET})

    kept = notebook.exchanges[-1]
    assert (kept.endpoint, kept.status, kept.error_kind) == (
        "POST:/things/1",
        500,
        "outcome_unknown",
    )
    assert SECRET not in repr(kept)
    assert isinstance(notebook.outcomes[-1], OutcomeUnknown)


def test_a_remote_that_repeats_the_credential_does_not_make_us_repeat_it(
    session: Session,
) -> None:
    with pytest.raises(Rejected) as caught:
        session.call("GET", f"/unknown-{SECRET}", writes=False)

    assert SECRET not in f"{caught.value} {caught.value.remote_words}"


@pytest.mark.parametrize("text", ['{"ids":', "[]", '{"ids": null}'])
def test_an_answer_the_adapter_cannot_read_is_kept_and_in_doubt_only_for_a_write(
    session: Session, notebook: Notebook, text: str
) -> None:
    def explain(reply: Reply, writes: bool) -> PortalError | None:
        return None if jsonlib.loads(text)["ids"][0] else None

    with pytest.raises(OutcomeUnknown):
        session.call("POST", "/things/1", writes=True, json={}, explain=explain)
    with pytest.raises(Unavailable):
        session.call("GET", "/things", writes=False, explain=explain)

    kept = [(one.status, one.error_kind) for one in notebook.exchanges]
    assert kept == [(200, "outcome_unknown"), (200, "unavailable")]
    assert len(notebook.outcomes) == 2


@pytest.mark.parametrize("address", ["ftp://erp.example", "erp.example", "http://", ""])
def test_an_address_that_is_none_says_how_to_write_one(address: str) -> None:
    with pytest.raises(NeedsOperator) as caught:
        Session(base_url=address)
    assert "https://host" in caught.value.hint


def test_credentials_in_the_address_are_refused() -> None:
    with pytest.raises(NeedsOperator, match="user name or password"):
        Session(base_url="https://admin:secret@erp.example")


@pytest.mark.parametrize(
    ("status", "headers", "writes", "expected"),
    [
        (200, {}, True, None),
        (401, {}, False, AuthFailed),
        (409, {}, True, Conflict),
        (412, {}, True, Conflict),
        (429, {}, True, Throttled),
        (503, {"retry-after": "7"}, True, Throttled),
        (503, {}, True, OutcomeUnknown),
        (503, {}, False, Unavailable),
        (408, {}, True, OutcomeUnknown),
        (422, {}, True, Rejected),
        (301, {}, False, Rejected),
    ],
)
def test_what_a_status_means(
    status: int, headers: dict[str, str], writes: bool, expected: type[PortalError] | None
) -> None:
    found = status_error(Reply(status, headers, ""), writes)

    assert type(found) is (expected or type(None))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("12", 12.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_in_both_of_its_forms(header: str, expected: float | None) -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    assert retry_after_s({"retry-after": header}, now=now) == expected


# ---------------------------------------------------------------- files


def test_a_file_comes_as_its_bytes_and_leaves_no_copy(session: Session, notebook: Notebook) -> None:
    reply = session.call("GET", "/file", writes=False, file_up_to=1000)

    assert (reply.content, reply.text, reply.media_type) == (FILE, "", "application/pdf")
    assert notebook.exchanges[0].response_body == f"({len(FILE)} bytes of application/pdf)"


def test_a_page_in_place_of_a_file_stays_a_text(session: Session) -> None:
    reply = session.call("GET", "/things", writes=False, file_up_to=1000)

    assert reply.content == b""
    assert reply.text.startswith('{"price"')


def test_a_file_has_a_limit_of_its_own(session: Session) -> None:
    with pytest.raises(Rejected, match="larger than 10 bytes"):
        session.call("GET", "/file", writes=False, file_up_to=10)


def test_time_that_is_used_up_sends_nothing(remote: Remote, session: Session) -> None:
    session.ends_at = time.monotonic() - 1

    with pytest.raises(NotSent):
        session.call("GET", "/things", writes=False)
    assert remote.log == []


def test_all_calls_of_a_session_share_its_time(remote: Remote, session: Session) -> None:
    remote.dials.set("stall", seconds=0.5)
    session.limits = Limits(read_s=10)
    session.ends_at = time.monotonic() + 0.1

    with pytest.raises(Unavailable):
        session.call("GET", "/things", writes=False)
