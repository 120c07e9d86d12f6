"""Handing over, pressed on a page: it leads on though the page is not ours any more."""

import pytest
from django.urls import reverse

from quotes.models import Quote
from tests.quotes.factories import RfqFactory, VersionFactory

pytestmark = pytest.mark.django_db


def test_rep_gives_a_quote_away_and_comes_back_to_the_list(press, sam, rita):
    version = VersionFactory(quote__owner=sam)
    page = reverse("admin:quotes_version_change", args=[version.pk])

    answer = press(sam, "hand_over", version, to=rita.pk, reason="Holidays", next=page)

    assert answer.redirect_chain[-1][0] == reverse("admin:quotes_version_changelist")
    assert "1 handed to rita.rep." in answer.content.decode()
    assert Quote.objects.get().owner == rita


def test_manager_stays_on_the_page_which_tells_who_and_why(press, mia, rita):
    rfq = RfqFactory(submitted=True)
    page = reverse("admin:quotes_rfq_change", args=[rfq.pk])

    answer = press(mia, "hand_over", rfq, to=rita.pk, reason="Rita knows them", next=page)

    assert answer.redirect_chain[-1][0] == page
    assert "assigned to: nobody → rita.rep. Rita knows them" in answer.content.decode()


def test_only_people_in_sales_are_offered(signed_in, sam, rita, mia, press):
    version = VersionFactory(quote__owner=sam)
    address = reverse("admin:quotes_version_changelist") + "?revisions=all"
    sent = {"action": "hand_over", "_selected_action": [version.pk]}

    form = signed_in(sam).post(address, sent).context["form"]

    assert set(form.fields["to"].queryset) == {sam, rita, mia}
