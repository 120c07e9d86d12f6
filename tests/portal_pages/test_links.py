"""Links in mails: random, hashed, for one purpose, revocable, ending."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from quotes.models import PortalToken
from quotes.signin import links
from tests.portal_pages.conftest import EMAIL, at_once

pytestmark = pytest.mark.django_db


def issue(buyer=None, *, subject_id="12", **more):
    now = timezone.now()
    more.setdefault("email", "" if buyer else EMAIL)
    return links.issue_link_token(
        purpose="view_quote",
        subject_kind="quote",
        subject_id=subject_id,
        buyer=buyer,
        now=now,
        expires_at=now + timedelta(days=7),
        **more,
    )


def find(token, *, purpose="view_quote", now=None):
    return links.find_link_token(token=token, purpose=purpose, now=now or timezone.now())


def use(token, *, purpose="view_quote", now=None):
    return links.use_link_token(token=token, purpose=purpose, now=now or timezone.now())


def test_a_link_leads_to_its_subject(bea):
    row = find(issue(bea))

    assert (row.buyer, row.subject_kind, row.subject_id) == (bea, "quote", "12")


def test_tokens_are_long_different_and_kept_as_hashes(bea):
    first, second = issue(bea), issue(bea)

    assert first != second
    assert len(first) >= 43  # 32 bytes
    assert first not in str(list(PortalToken.objects.values()))


def test_a_link_of_one_purpose_serves_no_other(bea):
    token = issue(bea)

    assert find(token, purpose="accept_quote") is None
    assert use(token, purpose="accept_quote") is None
    assert use(token) is not None


def test_a_link_ends(bea):
    token, later = issue(bea), timezone.now() + timedelta(days=8)

    assert find(token, now=later) is None
    assert use(token, now=later) is None


def test_looking_uses_nothing_up_and_using_works_once(bea):
    token = issue(bea)

    assert find(token) is not None
    assert use(token) is not None
    assert use(token) is None
    assert find(token).used_at is not None


def test_revoked_links_of_a_subject_open_nothing(bea):
    gone, kept = issue(bea), issue(bea, subject_id="13")

    closed = links.revoke_link_tokens(subject_kind="quote", subject_id=12, now=timezone.now())

    assert closed == 1
    assert find(gone) is None
    assert use(gone) is None
    assert find(kept) is not None


def test_only_links_of_the_named_purpose_are_revoked(bea):
    token = issue(bea)

    links.revoke_link_tokens(
        subject_kind="quote", subject_id="12", purpose="accept_quote", now=timezone.now()
    )

    assert find(token) is not None


def test_an_unknown_token_opens_nothing():
    assert find("invented") is None
    assert use("") is None


@pytest.mark.parametrize("person", [{"email": ""}, {"email": EMAIL, "both": True}])
def test_a_link_is_for_one_person(bea, person):
    buyer = bea if person.pop("both", False) else None

    with pytest.raises(IntegrityError):
        issue(buyer, **person)


@pytest.mark.django_db(transaction=True)
def test_of_uses_at_once_one_counts(bea):
    token = issue(bea)

    rows = at_once(6, lambda n: use(token))

    assert sum(row is not None for row in rows) == 1
