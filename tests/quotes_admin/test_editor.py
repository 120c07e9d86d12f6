"""The editor: one form with live totals, refused when stale, and never losing what was entered."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from quotes.models import ChoiceList, Version
from quotes.services import approving
from quotes.states import VersionState
from tests import factories as make
from tests.quotes.factories import ApprovalRuleFactory, VersionFactory

pytestmark = pytest.mark.django_db


def page_of(version):
    return reverse("admin:quotes_version_change", args=[version.pk])


def panel_of(version):
    return reverse("admin:quotes_panel", args=[version.pk])


def fresh(version):
    return Version.objects.get(pk=version.pk)


def test_editor_shows_lines_totals_margin_and_age_of_cost(signed_in, sam):
    version = VersionFactory(quote__owner=sam)
    version.lines.update(configuration=[["Battery", "5 Ah"]], cost_as_of=make.NOON)

    page = signed_in(sam).get(page_of(version)).content.decode()

    assert "119.00 EUR" in page
    assert "40.0 %" in page  # margin: 100 - 60
    assert "Battery: <strong>5 Ah</strong>" in page
    assert 'value="50"' in page


def test_saving_changes_the_quote_and_marks_the_price(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)
    sent = entered(
        version,
        **{
            "lines-0-unit_price": "45.5",
            "terms_name": "Net 30",
            "needs_po_number": "on",
            "ship_to-street1": "Kai 7",
            "ship_to-country_code": "de",
        },
    )

    answer = signed_in(sam).post(page_of(version), sent)

    assert answer.status_code == 302
    saved, line = fresh(version), version.lines.get()
    assert (line.unit_price, line.is_price_manual) == (Decimal("45.5"), True)
    assert (saved.terms_name, saved.needs_po_number) == ("Net 30", True)
    assert (saved.ship_to["street1"], saved.ship_to["country_code"]) == ("Kai 7", "DE")
    assert saved.bill_to == {}
    assert (saved.net_total, saved.edited_by) == (91, sam)


def test_terms_are_chosen_from_the_copy_of_the_erps_list(signed_in, sam, entered):
    flow = make.FlowFactory(live=True)
    rows = [{"ref": "2", "name": "30 Days", "detail": "30 days"}]
    as_of = timezone.now() - timedelta(hours=3)
    ChoiceList.objects.create(connection=flow.target, kind="terms", rows=rows, as_of=as_of)
    version = VersionFactory(quote__owner=sam, terms_name="Net 30")
    client = signed_in(sam)

    page = client.get(page_of(version)).content.decode()
    refused = client.post(page_of(version), entered(version, terms_ref="Net 30"))
    client.post(page_of(version), entered(version, terms_ref="2"))

    assert '<option value="2">30 Days (30 days)</option>' in page
    assert '<option value="Net 30" selected>Net 30 (not on the list)</option>' in page
    assert f"From {flow.target.name}, 3 h ago." in page
    assert "type it, or refresh them" in page  # the regions
    assert 'name="terms_name"' not in page
    assert "“Net 30” is not among the payment terms" in refused.content.decode()
    assert (fresh(version).terms_ref, fresh(version).terms_name) == ("2", "30 Days")


def test_terms_are_taken_away(signed_in, sam, entered):
    flow = make.FlowFactory(live=True)
    rows = [{"ref": "2", "name": "30 Days", "detail": ""}]
    ChoiceList.objects.create(connection=flow.target, kind="terms", rows=rows, as_of=timezone.now())
    version = VersionFactory(quote__owner=sam, terms_name="30 Days", terms_ref="2")

    signed_in(sam).post(page_of(version), entered(version, terms_ref=""))

    assert (fresh(version).terms_ref, fresh(version).terms_name) == ("", "")


def test_refreshing_says_what_keeps_it_from_asking(press, sam):
    answer = press(sam, "refresh_choices", VersionFactory(quote__owner=sam))

    assert "There is no orders flow" in answer.content.decode()


def test_price_tiers_are_typed_and_shown_again(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)
    client = signed_in(sam)

    client.post(page_of(version), entered(version, **{"lines-0-tiers": "10: 45.50\n\n20"}))

    assert version.lines.get().tiers == [
        {"from": "10", "unit_price": "45.5", "is_manual": True},
        {"from": "20", "unit_price": None, "is_manual": False},
    ]
    page = client.get(page_of(version)).content.decode()
    assert "10: 45.5\n20</textarea>" in page
    assert "Line 1: the price tier from 20 has no price." in page


@pytest.mark.parametrize("row", ["ten: 45", "10: -1", "10: 45,50", "10 / 45", "10: 1e3"])
def test_row_that_is_no_price_tier_is_named(signed_in, sam, entered, row):
    version = VersionFactory(quote__owner=sam)

    answer = signed_in(sam).post(page_of(version), entered(version, **{"lines-0-tiers": row}))

    assert f"Row 1: Price tiers: “{row}” is no price tier." in answer.content.decode()
    assert version.lines.get().tiers == []


def test_line_is_added_and_another_removed_without_scripts(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam, lines=2)
    sent = entered(
        version,
        **{
            "lines-0-DELETE": "on",
            "lines-2-title": "Assembly on site",
            "lines-2-quantity": "1.5",
            "lines-2-unit": "h",
        },
    )

    signed_in(sam).post(page_of(version), sent)

    rows = list(version.lines.values_list("n", "title", "quantity"))
    assert rows == [(1, "Cordless drill", 2), (2, "Assembly on site", Decimal("1.5"))]


def test_empty_row_is_no_line(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)

    signed_in(sam).post(page_of(version), entered(version))

    assert version.lines.count() == 1


def test_stale_form_is_refused_and_shown_again_as_it_was_entered(signed_in, sam, mia, entered):
    version = VersionFactory(quote__owner=sam)
    sent = entered(version, note="Free delivery", **{"lines-0-unit_price": "41"})
    signed_in(mia).post(page_of(version), entered(version, note="From Mia"))

    answer = signed_in(sam).post(page_of(version), sent)

    page = answer.content.decode()
    assert "mia.manager changed" in page
    assert "Free delivery" in page
    assert 'value="41"' in page
    assert fresh(version).note == "From Mia"
    assert version.lines.get().unit_price == 50


def test_wrong_number_is_named_and_nothing_is_lost(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)
    sent = entered(version, note="Kept", **{"lines-0-quantity": "two"})

    page = signed_in(sam).post(page_of(version), sent).content.decode()

    assert "Row 1: Quantity: Enter a number." in page
    assert "Kept" in page
    assert 'value="two"' in page
    assert fresh(version).edits == 0


def test_recalculating_shows_the_new_total_and_saves_nothing(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)
    sent = entered(version, recalculate="1", **{"lines-0-quantity": "3"})

    page = signed_in(sam).post(page_of(version), sent).content.decode()

    assert "178.50 EUR" in page
    assert version.lines.get().quantity == 2


def test_room_for_another_line_is_made_without_scripts(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)
    sent = entered(version, recalculate="more")

    answer = signed_in(sam).post(page_of(version), sent)

    assert len(answer.context["editor"].lines.forms) == 3
    assert answer.context.get("complaints") is None


def test_live_panel_tells_totals_and_approvals_of_what_is_entered(signed_in, sam, entered):
    ApprovalRuleFactory()
    version = VersionFactory(quote__owner=sam)
    client = signed_in(sam)

    before = client.post(panel_of(version), entered(version)).content.decode()
    after = client.post(panel_of(version), entered(version, discount_percent="20")).content.decode()

    assert "None: it can be sent without." in before
    assert "Sales manager" in after
    assert "Discount: discount of 20.0 %" in after
    assert "95.20 EUR" in after
    assert "<html" not in after
    assert fresh(version).discount_percent == 0


def test_live_panel_says_why_nothing_can_be_added_up(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)
    client = signed_in(sam)

    wrong = client.post(panel_of(version), entered(version, **{"lines-0-quantity": "x"}))
    refused = client.post(panel_of(version), entered(version, **{"lines-0-alternative": "9"}))

    assert "Row 1: Quantity: Enter a number." in wrong.content.decode()
    assert "name one other line" in refused.content.decode()


def test_saving_and_submitting_in_one_go(signed_in, sam, entered):
    ApprovalRuleFactory()
    version = VersionFactory(quote__owner=sam)

    asked = {"discount_percent": "20", "region_ref": "reg_eu", "ship_to-country_code": "DE"}
    signed_in(sam).post(page_of(version), entered(version, submit="1", **asked))

    assert fresh(version).state == VersionState.PENDING_APPROVAL


def test_saving_an_approved_quote_makes_it_a_draft_again(signed_in, sam, entered):
    version = approving.submit_version(VersionFactory(quote__owner=sam), user=sam)
    assert version.state == VersionState.APPROVED

    signed_in(sam).post(page_of(version), entered(version))

    assert fresh(version).state == VersionState.DRAFT


def test_offer_has_no_form_and_takes_none(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam, offered=True)
    client = signed_in(sam)

    page = client.get(page_of(version)).content.decode()
    answer = client.post(page_of(version), entered(version, note="sneaked in"))

    assert 'id="quote-editor"' not in page
    assert "quote it anew" in answer.content.decode()
    assert fresh(version).note == ""


def test_auditor_reads_without_form_and_buttons_and_saves_nothing(signed_in, entered):
    version = VersionFactory()
    client = signed_in(make.auditor())

    answer = client.get(page_of(version))

    assert 'id="quote-editor"' not in answer.content.decode()
    assert answer.context["buttons"] == []
    assert client.post(page_of(version), entered(version)).status_code == 403
    assert client.post(panel_of(version), entered(version)).status_code == 403


def test_quote_of_a_colleague_is_not_found(signed_in, rita, sam, entered):
    version = VersionFactory(quote__owner=rita)
    client = signed_in(sam)

    assert client.get(page_of(version)).status_code == 404
    assert client.post(page_of(version), entered(version)).status_code == 404
    assert client.post(panel_of(version), entered(version)).status_code == 404


def test_quote_of_many_lines_is_saved(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam, lines=120)

    answer = signed_in(sam).post(page_of(version), entered(version, note="Many"))

    assert answer.status_code == 302
    assert fresh(version).note == "Many"
    assert version.lines.count() == 120


# ---------------------------------------------------------------- nothing entered is lost


def test_submit_on_top_of_the_page_is_part_of_the_editor(signed_in, sam):
    version = VersionFactory(quote__owner=sam)

    page = signed_in(sam).get(page_of(version)).text

    for action in ("submit", "price"):
        assert f'form="quote-editor" name="{action}"' in page
        assert f'name="action" value="{action}"' not in page


def test_submit_sends_what_is_in_all_lines(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam, lines=2)
    where = {"region_ref": "reg_eu", "ship_to-city": "Hamburg", "ship_to-country_code": "DE"}
    typed = {"lines-0-unit_price": "45", "lines-1-quantity": "7"}
    sent = entered(version, submit="1", **where, **typed)

    signed_in(sam).post(page_of(version), sent)

    version.refresh_from_db()
    assert version.state == VersionState.APPROVED  # no rule wants an approval
    assert [(one.unit_price, one.quantity) for one in version.lines.all()] == [(45, 2), (50, 7)]


def test_pricing_keeps_what_is_in_the_editor(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)
    sent = entered(version, **{"lines-0-quantity": "7", "price": "1"})

    page = signed_in(sam).post(page_of(version), sent, follow=True).text

    assert version.lines.get().quantity == 7
    assert "There is no orders flow" in page


def test_page_says_that_what_was_recalculated_is_not_saved(signed_in, sam, entered):
    version = VersionFactory(quote__owner=sam)
    client = signed_in(sam)

    page = client.post(page_of(version), entered(version, recalculate="1")).text

    assert "data-unsaved" in page
    assert "What you entered is not saved yet." in page
    assert "data-unsaved" not in client.get(page_of(version)).text
