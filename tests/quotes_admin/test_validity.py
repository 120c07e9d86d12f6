"""An offer ends by the seller's clock; what is kept is UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from integrations.models import StateChange
from quotes.models import Version
from tests.quotes.factories import VersionFactory

pytestmark = pytest.mark.django_db

NOON_IN_JUNE = datetime(2030, 6, 1, 10, 0, tzinfo=UTC)  # in Berlin, two hours ahead


@pytest.fixture(autouse=True)
def berlin(settings):
    settings.PORTAL_TIME_ZONE = ZoneInfo("Europe/Berlin")


def page_of(version):
    return reverse("admin:quotes_version_change", args=[version.pk])


def until(version):
    return Version.objects.get(pk=version.pk).valid_until


def test_validity_is_shown_by_the_sellers_clock_with_its_zone(signed_in, sam):
    version = VersionFactory(quote__owner=sam, valid_until=NOON_IN_JUNE)
    client = signed_in(sam)

    page = client.get(page_of(version)).content.decode()
    listed = client.get(reverse("admin:quotes_version_changelist")).content.decode()

    assert "Valid until (Europe/Berlin)" in page
    assert 'value="2030-06-01T12:00"' in page
    assert "2030-06-01 12:00 Europe/Berlin" in page
    assert "2030-06-01 12:00 Europe/Berlin" in listed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2030-06-01T12:00", NOON_IN_JUNE),
        ("2030-12-01T12:00", datetime(2030, 12, 1, 11, 0, tzinfo=UTC)),
    ],
)
def test_validity_is_typed_by_the_sellers_clock(signed_in, sam, entered, typed, kept):
    version = VersionFactory(quote__owner=sam)

    signed_in(sam).post(page_of(version), entered(version, valid_until=typed))

    assert until(version) == kept


@pytest.mark.parametrize("typed", ["2030-03-31T02:30", "2030-10-27T02:30"])
def test_time_that_the_clock_skips_or_shows_twice_is_refused(signed_in, sam, entered, typed):
    version = VersionFactory(quote__owner=sam)
    before = until(version)

    answer = signed_in(sam).post(page_of(version), entered(version, valid_until=typed))

    assert "in time zone Europe/Berlin" in answer.content.decode()
    assert until(version) == before


def test_extension_is_typed_and_noted_by_the_sellers_clock(press, sam):
    version = VersionFactory(quote__owner=sam, offered=True)

    press(sam, "extend", version, until="2030-06-01T12:00")

    assert until(version) == NOON_IN_JUNE
    noted = StateChange.objects.filter(subject="version").latest("id")
    assert noted.reason.startswith("extended until 2030-06-01 12:00 Europe/Berlin;")
