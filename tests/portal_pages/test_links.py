"""Links in mails: random, hashed, for one purpose, revocable, ending."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from quotes.models import PortalToken
from quotes.signin import links
from tests.portal_pages.conftest import EMAIL

pytestmark = pytest.mark.django_db


def issue(*, subject_id="12", email=EMAIL):
    now = timezone.now()
    return links.issue_link_token(
        purpose="view_quote",
        subject_kind="quote",
        subject_id=subject_id,
        email=email,
        now=now,
        expires_at=now + timedelta(days=7),
    )


def find(token, *, purpose="view_quote", now=None):
    return links.find_link_token(token=token, purpose=purpose, now=now or timezone.now())


def test_a_link_leads_to_its_subject():
    row = find(issue())

    assert (row.email, row.subject_kind, row.subject_id) == (EMAIL, "quote", "12")


def test_tokens_are_long_different_and_kept_as_hashes():
    first, second = issue(), issue()

    assert first != second
    assert len(first) >= 43  # 32 bytes
    assert first not in str(list(PortalToken.objects.values()))


def test_a_link_of_one_purpose_serves_no_other():
    token = issue()

    assert find(token, purpose="accept_quote") is None
    assert find(token) is not None


def test_a_link_ends():
    token, later = issue(), timezone.now() + timedelta(days=8)

    assert find(token, now=later) is None


def test_revoked_links_of_a_subject_open_nothing():
    gone, kept = issue(), issue(subject_id="13")

    closed = links.revoke_link_tokens(subject_kind="quote", subject_id=12, now=timezone.now())

    assert closed == 1
    assert find(gone) is None
    assert find(kept) is not None


def test_only_links_of_the_named_purpose_are_revoked():
    token = issue()

    links.revoke_link_tokens(
        subject_kind="quote", subject_id="12", purpose="accept_quote", now=timezone.now()
    )

    assert find(token) is not None


def test_an_unknown_token_opens_nothing():
    assert find("invented") is None
    assert find("") is None


def test_a_link_is_for_somebody():
    with pytest.raises(IntegrityError):
        issue(email="")
