"""Sign-in, CSRF tokens, paging, $batch and the error shapes, over real HTTP."""

import pytest

from integrations.adapters.sap.answers import explain_json, words_of
from integrations.adapters.sap.fields import ORDERS, PRODUCTS
from integrations.adapters.sap.query import Query
from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unavailable,
)
from integrations.http import Reply
from tests.adapters.sap.sales import Sales
from tests.contract.offices.sap import SapOffice
from tests.contract.walking import all_rows, everything

OAUTH = {"auth": "oauth"}


def routes(office: SapOffice) -> list[str]:
    return [entry.route for entry in office.standin.log]


def test_expired_csrf_token_is_fetched_again_and_the_order_made_once(sales: Sales) -> None:
    office, adapter = sales.office, sales.office.adapter()
    adapter.client.fetch_token(ORDERS)
    office.standin.expire_tokens()

    adapter.create_order(sales.draft())

    assert len(office.orders_with("order_01ABC")) == 1
    assert routes(office).count("service") == 2


def test_one_token_serves_many_writes(sales: Sales) -> None:
    adapter = sales.office.adapter()

    order = adapter.create_order(sales.draft())
    adapter.confirm_order(order.ref)

    assert routes(sales.office).count("service") == 1


def test_oauth_token_is_kept_and_renewed_where_it_ended_early(office: SapOffice) -> None:
    adapter = office.adapter(settings={**OAUTH, "token_url": f"{office.standin.url}/oauth/token"})
    adapter.find_order("order_01NEVER")
    adapter.find_order("order_01NEVER")
    assert routes(office).count("oauth.token") == 1

    office.standin.expire_tokens()

    assert adapter.find_order("order_01NEVER") is None
    assert routes(office).count("oauth.token") == 2


def test_no_secret_and_no_token_is_kept(sales: Sales) -> None:
    office = sales.office
    adapter = office.adapter(settings={**OAUTH, "token_url": f"{office.standin.url}/oauth/token"})
    adapter.create_order(sales.draft())

    kept = repr(office.recorder.exchanges)
    secrets = {
        office.standin.password,
        *office.standin._tokens,
        *office.standin._sessions,
        *office.standin._sessions.values(),
    }
    assert not [secret for secret in secrets if secret in kept]


@pytest.mark.parametrize("settings", [{}, OAUTH], ids=["basic", "oauth"])
def test_wrong_password_is_told_as_such(office: SapOffice, settings: dict[str, str]) -> None:
    adapter = office.adapter(
        settings={**settings, "token_url": f"{office.standin.url}/oauth/token"},
        secrets=office.wrong_secrets(),
    )

    with pytest.raises(AuthFailed):
        adapter.find_order("order_01")


def test_wrong_client_is_refused(office: SapOffice) -> None:
    with pytest.raises(AuthFailed):
        office.adapter(settings={"client": "200"}).find_order("order_01")


@pytest.mark.parametrize(
    ("taken", "reason"),
    [("without", "erp_service_missing"), ("forbidden", "erp_access_denied")],
)
def test_missing_service_and_right_are_told_with_what_to_do(
    office: SapOffice, taken: str, reason: str
) -> None:
    getattr(office.standin, taken).add(ORDERS)

    with pytest.raises(NeedsOperator) as caught:
        office.adapter().find_order("order_01")

    assert caught.value.reason == reason
    assert "communication arrangement" in caught.value.hint


def test_links_of_another_host_are_followed_on_our_own(office: SapOffice) -> None:
    """The stand-in calls itself by a name inside, as a system behind a proxy does."""
    office.standin.server_page = 7

    rows = office.adapter().client.rows(
        PRODUCTS, Query(path="A_Product", select=("Product",), orderby="Product")
    )

    numbers = [row["Product"] for row in rows]
    assert numbers == sorted(
        office.standin.store.rows["A_Product"][place]["Product"] for place in range(len(numbers))
    )
    assert routes(office).count("read") == -(-len(numbers) // 7)


def test_many_reads_are_one_call(office: SapOffice) -> None:
    materials = office.adapter().materials(office.seed.variants)

    assert set(materials) == set(office.seed.variants)
    assert routes(office) == ["service", "batch"]


def test_refused_changeset_changes_nothing(sales: Sales) -> None:
    order = sales.confirmed(sales.draft([sales.line(), sales.line("ordli_2")], total="921.06"))
    bad = sales.line("ordli_9", product_ref="NO-SUCH")

    with pytest.raises(NeedsOperator, match="NO-SUCH is not defined"):
        sales.office.adapter().change_order(order.ref, sales.draft([bad]))

    assert sales.office.adapter().find_order("order_01ABC") == order


def test_order_that_was_saved_meanwhile_is_not_overwritten(sales: Sales) -> None:
    order, adapter = sales.confirmed(), sales.office.adapter()
    row = adapter.order_row(order.ref)
    sales.office.edit_line(order.ref, "ordli_1", quantity=5)

    with pytest.raises(Conflict):
        adapter.change_guarded(row, [adapter.rejection(order.ref, row["to_Item"]["results"][0])])

    assert not adapter.find_order("order_01ABC").is_cancelled


# ---------------------------------------------------------------- answers


def reply(status: int, text: str = "", **headers: str) -> Reply:
    kind = "application/json" if text.startswith("{") else "text/html"
    return Reply(status, {"content-type": kind, **headers}, text)


BODY = (
    '{"error":{"code":"V1/312","message":{"lang":"en","value":"Customer 7 is blocked"},'
    '"innererror":{"transactionid":"C449","errordetails":['
    '{"code":"V1/312","message":"Customer 7 is blocked","severity":"error"},'
    '{"code":"V1/555","message":"Check the sales area","severity":"warning"},'
    '{"code":"X/1","message":"fine","severity":"info"}]}}}'
)
LOCKED = '{"error":{"code":"V1/042","message":{"value":"Order 1 is currently being processed"}}}'


def test_words_of_sap_are_told_once_with_the_number_to_look_up() -> None:
    words = words_of(reply(400, BODY))

    assert words == "Customer 7 is blocked Check the sales area (V1/312; transaction C449)"


@pytest.mark.parametrize(
    ("answer", "is_write", "error"),
    [
        (reply(400, BODY), True, Rejected),
        (reply(400, LOCKED), True, Conflict),
        (reply(412, BODY), True, Conflict),
        (reply(423, BODY), True, Conflict),
        (reply(428, BODY), True, Rejected),
        (reply(401, "<html>Logon failed</html>"), False, AuthFailed),
        (reply(403, BODY), True, NeedsOperator),
        (reply(404, "<html>nothing here</html>"), False, NeedsOperator),
        (reply(404, BODY), False, Rejected),
        (reply(429, BODY, **{"retry-after": "60"}), True, Throttled),
        (reply(503, "<html/>", **{"retry-after": "30"}), True, Throttled),
        (reply(500, BODY), True, OutcomeUnknown),
        (reply(500, BODY), False, Unavailable),
        (reply(502, "<html>proxy</html>"), True, OutcomeUnknown),
        (reply(200, "<html>sign in</html>"), True, OutcomeUnknown),
        (reply(200, "<html>sign in</html>"), False, Unavailable),
        (reply(200, "{broken"), False, Unavailable),
    ],
)
def test_answer_means(answer: Reply, is_write: bool, error: type[Exception]) -> None:
    assert type(explain_json(answer, is_write)) is error or isinstance(
        explain_json(answer, is_write), error
    )


@pytest.mark.parametrize("answer", [reply(200, "{}"), reply(201, "{}"), reply(204)])
def test_good_answer_is_good(answer: Reply) -> None:
    assert explain_json(answer, True) is None


@pytest.mark.parametrize("server_page", [7, 1000], ids=["links of SAP", "counted by us"])
def test_material_that_goes_while_pages_are_read_hides_no_other(
    office: SapOffice, server_page: int
) -> None:
    """Pages are counted by rows: what moves up would be on a page that was read already."""
    standin = office.standin
    standin.server_page = server_page
    adapter = office.adapter()
    adapter.page_size = 7
    window = everything()
    first = adapter.product_page(window, None)
    rows = sorted(standin.store.rows["A_Product"], key=lambda row: str(row["Product"]))
    for row in rows[:2]:
        standin.store.rows["A_Product"].remove(row)

    seen = {one.ref for one in first.rows}
    cursor = first.next_cursor
    while cursor is not None:
        page = adapter.product_page(window, cursor)
        seen |= {one.ref for one in page.rows}
        cursor = page.next_cursor

    left = {one.ref for one in all_rows(office.adapter().product_page, everything())}
    assert left <= seen
    assert len(left) > 40
