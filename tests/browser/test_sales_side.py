"""What sales does beside the plain editor, wide and on a phone."""

import pytest
from django.urls import reverse

from quotes.actors import buyer as as_buyer
from quotes.models import ChoiceList
from quotes.services.attachments import add_attachment
from quotes.services.counterparts import trading_flow
from quotes.services.templates import save_template
from tests.browser.looking import assert_well_made
from tests.browser.sales import Sales
from tests.browser.test_quote_admin import editor_of, sales
from tests.quotes.test_attachments import PDF, file

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["sales"]


def test_price_tiers_of_a_line(page, sales: Sales):
    sales.draft.lines.filter(n=1).update(
        tiers=[
            {"from": "240", "unit_price": "162", "is_manual": True},
            {"from": "480", "unit_price": None, "is_manual": False},
        ]
    )
    page.goto(editor_of(sales.draft))
    page.locator("summary", has_text="price tiers").first.click()
    assert_well_made(page)


def test_copy_and_templates(page, sales: Sales):
    save_template(sales.draft, name="Workshop, first fit-out", user=sales.sam)
    page.goto(editor_of(sales.draft))
    page.locator(".more > summary").click()
    assert_well_made(page)
    page.get_by_role("button", name="Copy to a new quote…").click()
    page.get_by_label("For which company").wait_for()
    assert_well_made(page)


def test_templates(page, sales: Sales, shoot):
    template = save_template(sales.draft, name="Workshop, first fit-out", user=sales.sam)
    page.goto(reverse("admin:quotes_quotetemplate_changelist"))
    assert_well_made(page)
    page.goto(reverse("admin:quotes_quotetemplate_change", args=[template.pk]))
    shoot(page, "template")
    assert_well_made(page)


def test_choices_of_the_editor(page, sales: Sales):
    flow = trading_flow()
    for kind, owner, rows in (
        ("terms", flow.target, [{"ref": "2", "name": "30 Days", "detail": "30 days"}]),
        ("regions", flow.source, [{"ref": "reg_eu", "name": "Europe", "currency": "EUR"}]),
        ("shipping", flow.source, [{"ref": "so_1", "name": "Standard", "detail": "Europe"}]),
    ):
        ChoiceList.objects.create(connection=owner, kind=kind, rows=rows, as_of=sales.ago(hours=2))
    page.goto(editor_of(sales.draft))
    page.get_by_label("Region").select_option("reg_eu")
    assert_well_made(page)


def test_previews_of_mails(page, sales: Sales, shoot):
    address = reverse("admin:quotes_version_mails", args=[sales.offered.pk])
    page.goto(f"{address}?mail=offered&language=de")
    page.frame_locator(".mail-frame").get_by_role("link").wait_for()

    shoot(page, "mail-preview")
    assert_well_made(page)


def test_opening_a_quote(page, sales: Sales):
    page.goto(reverse("admin:quotes_version_add"))
    assert_well_made(page)


def test_files_of_a_request(page, sales: Sales, settings, tmp_path):
    settings.ATTACHMENT_ROOT = tmp_path / "attachments"
    person = as_buyer(sales.overdue.buyer)
    add_attachment(sales.overdue, actor=person, upload=file("drawing.pdf", PDF))
    page.goto(reverse("admin:quotes_rfq_change", args=[sales.overdue.pk]))
    assert_well_made(page)
