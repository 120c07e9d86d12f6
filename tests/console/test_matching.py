"""Who may press in the matching workbench, and what its list costs."""

import pytest
from django.urls import reverse

from integrations.models import IdLink, MatchProposal
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST = "admin:integrations_matchproposal_changelist"


def proposals(count: int) -> list[MatchProposal]:
    flow = make.FlowFactory(kind="products")
    return [
        MatchProposal.objects.create(
            flow=flow,
            kind="product",
            source_ref=str(n),
            label=f"Bolt {n}",
            why="nothing proves it",
            confidence=90,
            candidates=[
                {
                    "ref": f"prod_{n}",
                    "label": f"Bolt {n}",
                    "confidence": 90,
                    "reasons": ["same barcode 1"],
                    "warning": "",
                    "parts": [],
                }
            ],
        )
        for n in range(count)
    ]


def press(client, action: str, rows: list[MatchProposal]):
    answer = {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "1"}
    return client.post(reverse(LIST), {**answer, "reason": "looked"}, follow=True)


def test_many_are_accepted_at_once(client) -> None:
    rows = proposals(3)
    client.force_login(make.integration_admin())

    page = press(client, "accept", rows)

    assert "3 linked." in page.content.decode()
    assert IdLink.objects.filter(kind="product").count() == 3


def test_auditor_sees_and_does_not_press(client) -> None:
    rows = proposals(1)
    client.force_login(make.auditor())

    assert "Bolt 0" in client.get(reverse(LIST)).content.decode()
    press(client, "accept", rows)

    assert not IdLink.objects.exists()
    page = client.get(reverse("admin:integrations_matchproposal_change", args=[rows[0].pk]))
    assert "Accept…" not in page.content.decode()


def test_list_costs_the_same_for_many(client, django_assert_max_num_queries) -> None:
    proposals(40)
    client.force_login(make.integration_admin())
    client.get(reverse(LIST))

    with django_assert_max_num_queries(14) as seen:
        client.get(reverse(LIST))

    counts = [one for one in seen.captured_queries if "COUNT(" in one["sql"].upper()]
    assert not [one for one in counts if "matchproposal" in one["sql"]]


def test_several_candidates_are_not_accepted_in_bulk(client) -> None:
    rows = proposals(2)
    rows[0].candidates = [*rows[0].candidates, {**rows[0].candidates[0], "ref": "prod_x"}]
    rows[0].save()
    client.force_login(make.integration_admin())

    page = press(client, "accept", rows).content.decode()

    assert "1 linked, 1 skipped: It has several candidates" in page
    assert list(IdLink.objects.values_list("source_ref", flat=True)) == ["1"]
