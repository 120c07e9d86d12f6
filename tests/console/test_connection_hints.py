"""What will need doing soon is shown while the check is still good."""

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.management.commands import connection as command
from integrations.records import Check, TestReport
from tests import factories as make

pytestmark = pytest.mark.django_db

EXPIRING = {"name": "api_key", "ok": True, "detail": "Expires soon.", "hint": "Make a new key."}


def test_hint_of_a_good_check_is_on_the_page(signed_in):
    report = {"ok": True, "version": "19.0", "checks": [EXPIRING]}
    erp = make.ConnectionFactory(last_test=report, last_tested_at=timezone.now())
    address = reverse("admin:integrations_connection_change", args=[erp.pk])

    page = signed_in(make.integration_admin()).get(address).content.decode()

    assert "Make a new key." in page


def test_hint_of_a_good_check_is_printed():
    report = TestReport(version="19.0", checks=(Check(**EXPIRING),))

    lines = command._told(make.ConnectionFactory.build(name="ERP"), report)

    assert lines[1:] == ["  ok     api_key: Expires soon.", "         → Make a new key."]
