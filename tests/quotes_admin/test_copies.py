"""Copies and templates, pressed on the page of a quote."""

import pytest
from django.urls import reverse

from quotes.models import QuoteTemplate, Version
from quotes.services.templates import save_template
from tests import factories as make
from tests.quotes.factories import VersionFactory

pytestmark = pytest.mark.django_db


def page_of(version):
    return reverse("admin:quotes_version_change", args=[version.pk])


def more_on(page):
    return [button.action for button in page.context["more_buttons"]]


def newest():
    return Version.objects.order_by("-pk")[0]


def test_copy_for_the_same_buyer_leads_to_its_page(press, sam):
    version = VersionFactory(quote__owner=sam, offered=True)

    answer = press(sam, "copy_quote", version, account="", email="")

    assert answer.redirect_chain[-1][0] == page_of(newest())
    assert newest().quote.buyer == version.quote.buyer
    page = answer.content.decode()
    assert f"{newest()} is a copy of {version}." in page
    assert "The ERP was not asked for prices: There is no orders flow" in page


def test_copy_for_another_company_and_its_buyer(press, sam):
    version = VersionFactory(quote__owner=sam)
    ann = make.BuyerFactory(email="ann@lund.example", account__name="Lund & Sons")

    press(sam, "copy_quote", version, account="lund", email="Ann@Lund.example")

    assert (newest().quote.account, newest().quote.buyer) == (ann.account, ann)


def test_address_of_nobody_at_that_company_is_refused(press, sam):
    version = VersionFactory(quote__owner=sam)
    make.AccountFactory(name="Lund & Sons")

    answer = press(sam, "copy_quote", version, account="lund", email=version.quote.buyer.email)

    assert "has no buyer with the address" in answer.content.decode()
    assert newest() == version


def test_saving_a_template_and_filling_an_empty_quote_from_it(press, signed_in, sam):
    version, empty = VersionFactory(quote__owner=sam), VersionFactory(quote__owner=sam, lines=0)
    client = signed_in(sam)
    assert more_on(client.get(page_of(version)))[:2] == ["copy_quote", "save_template"]
    assert more_on(client.get(page_of(empty)))[:2] == ["fill", "copy_quote"]

    saved = press(sam, "save_template", version, name="Starter kit")
    template = QuoteTemplate.objects.get()
    filled = press(sam, "fill", empty, template=template.pk)

    assert "1 saved as “Starter kit”." in saved.content.decode()
    assert "1 filled from “Starter kit”." in filled.content.decode()
    assert empty.lines.get().title == "Cordless drill"


def test_templates_are_looked_at_and_removed_by_sales(signed_in, press, sam):
    template, auditor = (
        save_template(VersionFactory(), name="Starter kit", user=sam),
        make.auditor(),
    )
    client, page = signed_in(sam), reverse("admin:quotes_quotetemplate_change", args=[template.pk])

    listed = client.get(reverse("admin:quotes_quotetemplate_changelist")).content.decode()
    assert "Starter kit" in listed
    assert "Cordless drill" in client.get(page).content.decode()
    assert client.get(page).context["buttons"]
    assert signed_in(auditor).get(page).context["buttons"] == []

    press(auditor, "remove", template, sure="1")
    assert QuoteTemplate.objects.count() == 1
    press(sam, "remove", template, sure="1")
    assert not QuoteTemplate.objects.exists()


def test_auditor_copies_nothing(press, signed_in):
    version, auditor = VersionFactory(), make.auditor()

    press(auditor, "copy_quote", version, account="", email="")

    assert newest() == version
    assert more_on(signed_in(auditor).get(page_of(version))) == []
