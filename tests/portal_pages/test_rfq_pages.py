"""Requests on the buyers' pages: asked, pasted, sent once, talked about, ended, copied."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from integrations.models import Buyer
from quotes.actors import staff
from quotes.models import Message, Rfq, RfqLine
from quotes.services import rfqs
from quotes.states import RfqState
from tests import factories as make
from tests.portal_pages.conftest import at_once, kept_out, queries_of, signed_in
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory

pytestmark = pytest.mark.django_db

NEW = "/portal/requests/new"


@pytest.fixture
def ben() -> Buyer:
    return make.BuyerFactory(email="ben@company.example")


@pytest.fixture
def browser(ben):
    return signed_in(ben)


def entered(*lines, **more):
    """A form as a browser sends it; each line is (SKU, quantity, …more fields)."""
    sent = {"do": "send", "key": "press-1", "currency": "EUR", "q": "", "paste": ""}
    for n, line in enumerate(lines):
        row = {
            "sku": "",
            "title": "",
            "quantity": "",
            "unit": "pcs",
            "target_price": "",
            "note": "",
        }
        row |= line if isinstance(line, dict) else {"sku": line[0], "quantity": line[1]}
        sent |= {f"lines-{n}-{name}": text for name, text in row.items()}
    return sent | more


def values_in(page, name):
    """What the fields of that name hold on the page, in order."""
    fields = re.findall(rf'<(?:input|textarea)[^>]*name="[^"]*{name}"[^>]*>', page)
    return [(re.search(r'value="([^"]*)"', one) or ["", ""])[1] for one in fields]


# ---------------------------------------------------------------- asking


def test_a_request_is_sent_with_its_lines(browser, ben):
    sent = entered(
        ("TAPE-5M", "7"),
        {
            "title": "Something to cut tiles",
            "quantity": "1,5",
            "unit": "m",
            "target_price": "12.50",
        },
        ("", ""),
        reference="Site 12",
        needed_by="2027-01-31",
        note="Soon, please.",
    )

    answer = browser.post(NEW, sent)

    rfq = Rfq.objects.get()
    assert answer.url == f"/portal/requests/{rfq.pk}"
    assert (rfq.state, rfq.account, rfq.buyer) == (RfqState.SUBMITTED, ben.account, ben)
    assert (rfq.reference, str(rfq.needed_by)) == ("Site 12", "2027-01-31")
    lines = [(line.sku, line.title, line.quantity, line.unit) for line in rfq.lines.all()]
    assert lines == [
        ("TAPE-5M", "TAPE-5M", Decimal(7), "pcs"),
        ("", "Something to cut tiles", Decimal("1.5"), "m"),
    ]
    assert rfq.lines.last().target_price == Decimal("12.5")
    assert "Your request is sent" in browser.get(answer.url).text


def test_a_double_press_sends_one_request(browser):
    first = browser.post(NEW, entered(("A", "1")))
    again = browser.post(NEW, entered(("A", "1")))

    assert first.url == again.url
    assert Rfq.objects.count() == 1


def test_the_same_form_with_other_lines_asks_before_it_sends_again(browser):
    browser.post(NEW, entered(("A", "1")))

    answer = browser.post(NEW, entered(("A", "2")))

    assert answer.status_code == 409
    assert "You sent this request before" in answer.text
    assert Rfq.objects.count() == 1
    assert (
        browser.post(NEW, entered(("A", "2"), key=values_in(answer.text, "key")[0])).status_code
        == 302
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"sku": "A", "quantity": "0"}, "Enter a number above zero."),
        ({"sku": "A", "quantity": "many"}, "“many” is not a number."),
        ({"sku": "A", "quantity": "1,000"}, "can mean two numbers"),
        ({"sku": "A", "quantity": "1.00001"}, "too many digits"),
        ({"sku": "A", "quantity": "1", "target_price": "-1"}, "Not below zero."),
        ({"quantity": "3"}, "Enter a SKU or say what is wanted."),
        (
            {"sku": "A", "quantity": "1", "configuration": '{"a": 1}'},
            "The configuration is damaged",
        ),
    ],
)
def test_a_wrong_line_is_told_and_kept(browser, line, says):
    answer = browser.post(NEW, entered(line, ("B", "2")))

    assert answer.status_code == 422
    assert says in answer.text
    assert line["quantity"] in values_in(answer.text, "quantity")
    assert "B" in values_in(answer.text, "sku")
    assert not Rfq.objects.exists()


def test_a_request_without_lines_is_not_sent(browser):
    assert browser.post(NEW, entered(("", ""))).status_code == 422
    assert not Rfq.objects.exists()


def test_more_lines_and_fewer_lose_nothing(browser):
    answer = browser.post(NEW, entered(("A", "x"), ("B", "2"), do="more"))
    assert answer.status_code == 200
    assert values_in(answer.text, "sku") == ["A", "B", *[""] * 5]
    assert values_in(answer.text, "quantity")[:2] == ["x", "2"]

    answer = browser.post(NEW, entered(("A", "x"), ("B", "2"), do="remove:0"))
    assert values_in(answer.text, "sku") == ["B"]
    assert not Rfq.objects.exists()


def test_a_blocked_account_is_told_so(browser, ben):
    ben.account.is_blocked_by_hand = True
    ben.account.save()

    answer = browser.post(NEW, entered(("A", "1")))

    assert answer.status_code == 422
    assert "This account is blocked at the moment" in answer.text
    assert not Rfq.objects.exists()


def test_a_request_of_500_lines_is_taken(browser):
    browser.post(NEW, entered(*[(f"SKU-{n}", "1") for n in range(500)]))

    assert RfqLine.objects.count() == 500


# ---------------------------------------------------------------- pasting


@pytest.mark.parametrize(
    "text",
    [
        "A;2\nB;1,5;9,90;blue",
        "sku;quantity;target;note\nA;2\nB;1.5;9.90;blue",
        "A\t2\nB\t1.5\t9.90\tblue\n\n",
        '\ufeffSKU,qty\nA,2\nB,"1,5",9.90,blue\r\n',
        "Artikel;Menge;Preis\nA;2;;\nB;1,5;9,9;blue;",
    ],
)
def test_pasted_rows_become_lines(browser, text):
    browser.post(NEW, entered(("", ""), paste=text))

    lines = [(one.sku, one.quantity, one.target_price, one.note) for one in RfqLine.objects.all()]
    assert lines == [
        ("A", Decimal(2), None, ""),
        ("B", Decimal("1.5"), Decimal("9.9"), "blue"),
    ]


@pytest.mark.parametrize("verb", ["paste", "send", "save"])
def test_pasted_rows_that_cannot_be_read_stay_with_their_errors(browser, verb):
    text = "A;2\n;3\nC;zwei\nD\nE;0\nF;1;2;3;4"

    answer = browser.post(NEW, entered(("X", "1"), paste=text, do=verb))

    assert answer.status_code == 422
    for says in (
        "Row 2: the SKU is missing.",
        "Row 3: “zwei” is not a number.",
        "Row 4: the quantity is missing.",
        "Row 5: the quantity must be above zero.",
        "Row 6: there are more than four columns",
    ):
        assert says in answer.text
    left = re.search(r"<textarea[^>]*name=\"paste\"[^>]*>\s*(.*?)</textarea>", answer.text, re.S)
    assert left[1].splitlines() == [";3", "C;zwei", "D", "E;0", "F;1;2;3;4"]
    assert values_in(answer.text, "sku") == ["X", "A"]
    assert not Rfq.objects.exists()


@pytest.mark.slow
def test_more_rows_than_fit_stay_in_the_box(browser):
    text = "\n".join(f"SKU-{n};1" for n in range(503))

    answer = browser.post(NEW, entered(("X", "1"), paste=text, do="paste"))

    assert "Row 500: there is no room for more lines" in answer.text
    assert len(values_in(answer.text, "sku")) == 500
    left = re.search(r"<textarea[^>]*name=\"paste\"[^>]*>\s*(.*?)</textarea>", answer.text, re.S)
    assert left[1].splitlines() == [f"SKU-{n};1" for n in range(499, 503)]


@pytest.mark.parametrize("text", ["A;" + "9" * 200_000, '"' * 9, "\x00;1", ";;;", "A\n" * 60])
def test_any_pasted_text_gets_an_answer(browser, text):
    assert browser.post(NEW, entered(("X", "1"), paste=text)).status_code in (302, 422)
    assert browser.get(NEW, {"q": text[:50]}).status_code == 200


# ---------------------------------------------------------------- searching


@pytest.fixture
def linked():
    erp, shop = make.ConnectionFactory(erp=True), make.ConnectionFactory()
    for n, sku in enumerate(("DRILL-18V", "DRILL-12V", "TAPE-5M", "OLD-1 (removed)")):
        make.IdLinkFactory(
            kind="variant",
            source=erp,
            source_ref=f"v{n}",
            target=shop,
            target_ref=f"t{n}",
            label=sku,
        )
    make.IdLinkFactory(
        kind="product",
        source=erp,
        source_ref="p",
        target=shop,
        target_ref="p",
        label="Measuring tape (TAPE-5M)",
    )


def test_articles_are_found_by_sku_and_name_and_added(browser, linked):
    by_sku = browser.get(f"{NEW}?q=drill").text
    assert "Add DRILL-18V" in by_sku
    assert "Add DRILL-12V" in by_sku
    assert "TAPE" not in by_sku
    assert "OLD-1" not in browser.get(f"{NEW}?q=old-1").text.replace('value="old-1"', "")

    by_name = browser.post(NEW, entered(("A", "1"), q="measuring", do="search")).text
    assert "Add TAPE-5M" in by_name

    added = browser.post(NEW, entered(("A", "1"), ("", ""), q="measuring", do="add:TAPE-5M")).text
    assert values_in(added, "sku") == ["A", "TAPE-5M"]
    assert values_in(added, "title") == ["", "Measuring tape"]


def test_an_article_comes_along_in_the_address(browser):
    assert values_in(browser.get(f"{NEW}?sku=TAPE-5M&sku=B").text, "sku") == ["TAPE-5M", "B", ""]


# ---------------------------------------------------------------- drafts


def test_a_draft_is_kept_changed_and_sent(browser):
    browser.post(NEW, entered(("A", "1"), do="save"))
    rfq = Rfq.objects.get()
    assert rfq.state == RfqState.DRAFT
    edit = f"/portal/requests/{rfq.pk}/edit"
    assert values_in(browser.get(edit).text, "sku") == ["A", ""]

    browser.post(edit, entered(("A", "3"), ("B", "1"), do="save"))
    assert [line.quantity for line in rfq.lines.all()] == [3, 1]
    answers = [browser.post(edit, entered(("A", "4"))) for _ in range(2)]

    rfq.refresh_from_db()
    assert [answer.url for answer in answers] == [f"/portal/requests/{rfq.pk}"] * 2
    assert (rfq.state, rfq.lines.get().quantity) == (RfqState.SUBMITTED, 4)


def test_two_presses_of_save_keep_one_draft_with_what_was_typed_last(browser, ben):
    first = browser.post(NEW, entered(("A", "1"), do="save"))
    again = browser.post(NEW, entered(("A", "2"), do="save"))
    other = browser.post(NEW, entered(("A", "1"), do="save", key="press-2"))

    assert first.url == again.url != other.url
    assert [rfq.lines.get().quantity for rfq in Rfq.objects.order_by("pk")] == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_keep_one_draft(ben):
    browsers = [signed_in(ben), signed_in(ben)]

    answers = at_once(2, lambda n: browsers[n].post(NEW, entered(("A", "1"), do="save")))

    assert {answer.status_code for answer in answers} == {302}
    assert Rfq.objects.get().lines.count() == 1


def test_draft_that_was_sent_is_not_saved_again(browser, ben):
    browser.post(NEW, entered(("A", "1"), do="save"))
    rfq = Rfq.objects.get()
    browser.post(f"/portal/requests/{rfq.pk}/edit", entered(("A", "1")))

    answer = browser.post(NEW, entered(("A", "9"), do="save"))

    assert answer.status_code == 409
    assert rfq.lines.get().quantity == 1


def test_the_choices_of_a_configurator_survive_editing(browser, ben):
    rfq = RfqFactory(buyer=ben, source="cart", source_ref="cart_1")
    rfq.lines.update(configuration=[["Colour", "red"], ["Width", "2 m"]])
    edit = f"/portal/requests/{rfq.pk}/edit"
    page = browser.get(edit).text
    assert "<dt>Colour</dt><dd>red</dd>" in page
    kept = values_in(page, "configuration")[0].replace("&quot;", '"')

    browser.post(edit, entered({"sku": "A", "quantity": "2", "configuration": kept}, do="save"))

    rfq.refresh_from_db()
    assert rfq.lines.get().configuration == [["Colour", "red"], ["Width", "2 m"]]
    assert (rfq.source, rfq.source_ref) == ("cart", "cart_1")


def test_what_is_sent_cannot_be_changed_by_hand(browser, ben):
    rfq = RfqFactory(submitted=True, buyer=ben)

    answer = browser.post(f"/portal/requests/{rfq.pk}/edit", entered(("EVIL", "9"), do="save"))

    assert answer.url == f"/portal/requests/{rfq.pk}"
    assert not rfq.lines.filter(sku="EVIL").exists()


# ---------------------------------------------------------------- talking and ending


def test_a_message_about_a_line_reaches_sales(browser, ben):
    rfq = RfqFactory(in_review=True, buyer=ben)
    line = rfq.lines.get()

    browser.post(f"/portal/requests/{rfq.pk}/message", {"text": "In red?", "line": line.pk})

    said = Message.objects.get()
    assert (said.text, said.line, said.is_from_buyer, said.author) == (
        "In red?",
        line,
        True,
        ben.email,
    )
    assert "In red?" in browser.get(f"/portal/requests/{rfq.pk}").text


def test_what_staff_write_among_themselves_is_not_shown(browser, ben):
    rfq = RfqFactory(in_review=True, buyer=ben)
    sam = staff(make.sales_rep())
    rfqs.say(rfq, actor=sam, text="They always pay late", is_from_buyer=False, is_internal=True)
    rfqs.say(rfq, actor=sam, text="Which colour?", is_from_buyer=False)

    page = browser.get(f"/portal/requests/{rfq.pk}").text

    assert "Which colour?" in page
    assert "pay late" not in page
    assert "sam.sales" not in page


def test_a_file_is_added_to_the_request_and_found_on_its_page(browser, ben, settings, tmp_path):
    settings.ATTACHMENT_ROOT = tmp_path
    rfq = RfqFactory(submitted=True, buyer=ben)
    page = f"/portal/requests/{rfq.pk}"
    drawing = SimpleUploadedFile("drawing.pdf", b"%PDF-1.7 a drawing")

    sent = {"file": drawing, "next": page}
    answer = browser.post(reverse("portal:attachments", args=[rfq.number]), sent)

    assert answer.url == page
    shown = browser.get(page).content.decode()
    assert "drawing.pdf" in shown
    assert reverse("portal:attachment", args=[rfq.number, rfq.attachments.get().pk]) in shown


def test_a_question_is_answered(browser, ben):
    rfq = RfqFactory(in_review=True, buyer=ben)
    rfqs.ask_buyer(rfq, actor=staff(make.sales_rep()), text="Which colour?")
    assert "Sales asked you something" in browser.get(f"/portal/requests/{rfq.pk}").text
    assert "Sales asked you something" in browser.get("/portal/").text

    browser.post(f"/portal/requests/{rfq.pk}/answer", {"text": "Red"})

    rfq.refresh_from_db()
    assert rfq.state == RfqState.SUBMITTED
    assert Message.objects.last().text == "Red"


def test_an_empty_message_is_refused(browser, ben):
    rfq = RfqFactory(in_review=True, buyer=ben)

    assert browser.post(f"/portal/requests/{rfq.pk}/message", {"text": " "}).status_code == 422
    assert not Message.objects.exists()


def test_a_request_is_cancelled_and_copied(browser, ben):
    rfq = RfqFactory(submitted=True, buyer=ben)

    browser.post(f"/portal/requests/{rfq.pk}/cancel", {"reason": "found it elsewhere"})
    rfq.refresh_from_db()
    assert rfq.state == RfqState.CANCELLED

    answer = browser.post(f"/portal/requests/{rfq.pk}/copy")
    copied = Rfq.objects.get(copied_from=rfq)
    assert answer.url == f"/portal/requests/{copied.pk}/edit"
    assert copied.state == RfqState.DRAFT
    assert copied.lines.count() == 1


@pytest.mark.parametrize("state", ["won", "declined", "cancelled", "expired"])
@pytest.mark.parametrize("verb", ["message", "answer", "cancel"])
def test_an_ended_request_takes_nothing_by_hand(browser, ben, state, verb):
    rfq = RfqFactory(submitted=True, buyer=ben)
    Rfq.objects.update(state=state)

    answer = browser.post(f"/portal/requests/{rfq.pk}/{verb}", {"text": "still there?"})

    assert answer.status_code == 409
    assert "This is not possible any more." in answer.text
    assert not Message.objects.exists()
    assert Rfq.objects.get().state == state


def test_an_open_request_is_not_copied(browser, ben):
    rfq = RfqFactory(submitted=True, buyer=ben)

    assert browser.post(f"/portal/requests/{rfq.pk}/copy").status_code == 409
    assert Rfq.objects.count() == 1


def test_a_line_of_another_request_cannot_be_talked_about(browser, ben):
    rfq, other = RfqFactory(in_review=True, buyer=ben), RfqFactory(in_review=True)
    sent = {"text": "hm", "line": other.lines.get().pk}

    assert browser.post(f"/portal/requests/{rfq.pk}/message", sent).status_code == 422
    assert not Message.objects.exists()


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize("tail", ["", "/edit"])
def test_nobody_else_sees_a_request(ben, tail):
    kept_out(f"/portal/requests/{RfqFactory(buyer=ben).pk}{tail}")


@pytest.mark.parametrize("verb", ["edit", "message", "answer", "cancel", "copy"])
def test_nobody_else_does_anything_with_a_request(ben, verb):
    rfq = RfqFactory(buyer=ben, in_review=True)
    Rfq.objects.filter(pk=rfq.pk).update(state={"copy": "cancelled"}.get(verb, "info_requested"))
    before = Rfq.objects.values().get()

    kept_out(f"/portal/requests/{rfq.pk}/{verb}", entered(("EVIL", "1"), text="hello"))

    assert Rfq.objects.values().get() == before
    assert not Message.objects.exists()


@pytest.mark.parametrize("path", ["/portal/requests", NEW])
def test_visitors_and_staff_get_no_page_of_requests(client, path):
    assert client.get(path).url.startswith("/portal/sign-in")
    assert client.post(NEW, entered(("A", "1"))).url.startswith("/portal/sign-in")
    client.force_login(make.sales_rep())
    assert client.get(path).status_code == 404
    assert client.post(NEW, entered(("A", "1"))).status_code == 404
    assert not Rfq.objects.exists()


def test_the_list_holds_the_accounts_own_requests_only(browser, ben):
    mine, colleagues = RfqFactory(buyer=ben), RfqFactory(buyer__account=ben.account)
    strangers = RfqFactory(submitted=True)

    page = browser.get("/portal/requests").text

    assert mine.number in page
    assert colleagues.number in page
    assert strangers.number not in page


def test_a_request_leads_to_its_quote_once_that_is_offered(browser, ben):
    rfq = RfqFactory(quoted=True, buyer=ben)
    version = VersionFactory(quote=QuoteFactory(rfq=rfq, buyer=ben))
    assert f">{version.quote.number}<" not in browser.get(f"/portal/requests/{rfq.pk}").text

    VersionFactory(quote=QuoteFactory(rfq=rfq, buyer=ben), offered=True)

    assert "/portal/quotes/" in browser.get(f"/portal/requests/{rfq.pk}").text


def test_no_such_request_is_no_page_whatever_the_number(browser):
    assert browser.get("/portal/requests/99999999999999999999999").status_code == 404


def test_long_lists_are_paged_and_cost_no_more(browser, ben):
    RfqFactory.create_batch(3, buyer=ben, lines=2)
    few = queries_of(browser, "/portal/requests")
    RfqFactory.create_batch(27, buyer=ben, lines=2)

    assert queries_of(browser, "/portal/requests") == few <= 12
    assert browser.get("/portal/requests").text.count("RFQ-") == 25
    assert browser.get("/portal/requests?page=2").text.count("RFQ-") == 5


def test_a_request_of_many_lines_costs_no_more(browser, ben):
    small, large = RfqFactory(buyer=ben, lines=3), RfqFactory(buyer=ben, lines=30)

    few = queries_of(browser, f"/portal/requests/{small.pk}")
    assert queries_of(browser, f"/portal/requests/{large.pk}") == few <= 12
    few = queries_of(browser, f"/portal/requests/{small.pk}/edit")
    assert queries_of(browser, f"/portal/requests/{large.pk}/edit") == few <= 12
