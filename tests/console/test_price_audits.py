"""The screen of price audits: who may run one, what it shows, and what it refuses."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from integrations.engine.models import SyncJob
from integrations.models import PriceAudit, PriceDrift
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST = "admin:integrations_priceaudit_changelist"
ADD = "admin:integrations_priceaudit_add"


def audit_of(flow: Any, *causes: str) -> PriceAudit:
    made = PriceAudit.objects.create(
        flow=flow, actor="nightly", state="done", equal=48, drifted=len(causes), done=50, seed=7
    )
    for n, cause in enumerate(causes):
        PriceDrift.objects.create(
            audit=made,
            n=n,
            cause=cause,
            company="Brandt Elektro GmbH",
            customer_id="cus_brandt",
            customer_ref="42",
            sku=f"SKU-{n}",
            quantity=10,
            currency="EUR",
            asked_on=made.started_at.date(),
            erp_price=Decimal("8.125"),
            storefront_price=None if cause == "no_price" else Decimal("8.5"),
            found=f"Found {cause}.",
            plan="Run the prices flow completely.",
            step={"do": "rerun_prices"},
        )
    return made


@pytest.fixture
def flow() -> Any:
    return make.FlowFactory(
        kind="prices", mode="live", source=make.ConnectionFactory(erp=True),
        target=make.ConnectionFactory(),
    )  # fmt: skip


def test_audit_shows_both_prices_cause_and_plan_and_can_be_narrowed(flow, signed_in) -> None:
    made = audit_of(flow, "stale_row", "no_price")
    client = signed_in(make.operator())
    page = reverse("admin:integrations_priceaudit_change", args=[made.pk])

    whole = client.get(page).content.decode()
    narrow = client.get(page, {"cause": "no_price"}).content.decode()

    assert "8.125 EUR" in whole
    assert "8.5 EUR" in whole
    assert "Found stale_row." in whole
    assert "Found no_price." in narrow
    assert "Found stale_row." not in narrow


def test_list_needs_as_many_queries_for_many_audits_as_for_one(
    flow, signed_in, django_assert_max_num_queries
) -> None:
    for _ in range(12):
        audit_of(flow, "tier")
    client = signed_in(make.operator())

    with django_assert_max_num_queries(12):
        assert client.get(reverse(LIST)).status_code == 200


def test_support_runs_an_audit(flow, signed_in) -> None:
    client = signed_in(make.operator())

    answer = client.post(reverse(ADD), {"flow": flow.pk, "sample": 5})

    made = PriceAudit.objects.get()
    assert answer.url == reverse("admin:integrations_priceaudit_change", args=[made.pk])
    assert (made.wanted, made.is_sample, made.state) == (5, True, "running")
    assert SyncJob.objects.get().kind == "audit_prices"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"sample": 5000}, "less than or equal to 500"),
        ({"account": "Nobody", "sku": "X"}, "No customer"),
        ({"sku": "X"}, "Name both a customer and a SKU"),
    ],
)
def test_what_cannot_be_asked_is_told_in_the_form(flow, signed_in, said, words) -> None:
    client = signed_in(make.operator())

    page = client.post(reverse(ADD), {"flow": flow.pk, **said})

    assert words in page.content.decode()
    assert not PriceAudit.objects.exists()


def test_auditor_reads_audits_and_runs_none(flow, signed_in) -> None:
    made = audit_of(flow, "tier")
    client = signed_in(make.auditor())

    page = client.get(reverse("admin:integrations_priceaudit_change", args=[made.pk]))

    assert "Run an audit" not in page.content.decode()
    assert client.post(reverse(ADD), {"flow": flow.pk}).status_code == 403


# ---------------------------------------------------------------- repairs


def press(client: Any, audit: PriceAudit, **more: str) -> Any:
    """The button on the audit's page, and the answer to its question."""
    page = reverse("admin:integrations_priceaudit_change", args=[audit.pk])
    said = {"action": "repair", "_selected_action": audit.pk, "next": page, **more}
    return client.post(reverse(LIST), said, follow=True)


def test_who_may_run_the_flow_has_drifts_repaired(flow, signed_in) -> None:
    made = audit_of(flow, "stale_row", "no_price")
    PriceDrift.objects.filter(audit=made, cause="no_price").update(step={"do": "publish"})
    client = signed_in(make.integration_admin())
    page = reverse("admin:integrations_priceaudit_change", args=[made.pk])
    assert "Carry out 1 repair…" in client.get(page).content.decode()

    asked = press(client, made).content.decode()
    assert "compared again" in asked
    answer = press(client, made, confirmed="1", reason="as planned").content.decode()

    assert "1 in repair" in answer
    assert "Asked for" in answer
    assert "Carry out" not in answer
    assert [one.repair for one in made.drifts.order_by("n")] == ["asked", ""]
    assert SyncJob.objects.get().kind == "repair_prices"


def test_who_may_only_run_audits_repairs_nothing(flow, signed_in) -> None:
    made = audit_of(flow, "stale_row")
    client = signed_in(make.operator())
    page = reverse("admin:integrations_priceaudit_change", args=[made.pk])

    assert "Carry out" not in client.get(page).content.decode()
    press(client, made, confirmed="1", reason="try")

    assert made.drifts.get().repair == ""
    assert not SyncJob.objects.exists()


def test_refusal_is_told_on_the_page(flow, signed_in) -> None:
    made = audit_of(flow, "stale_row")
    flow.mode = "off"
    flow.save()

    answer = press(signed_in(make.integration_admin()), made, confirmed="1", reason="try")

    assert "nothing is written" in answer.content.decode()


def test_audit_of_another_day_says_whose_prices_it_compares(flow, signed_in) -> None:
    made = audit_of(flow, "stale_row")
    made.on = made.started_at.date()
    made.save()
    page = reverse("admin:integrations_priceaudit_change", args=[made.pk])

    shown = signed_in(make.operator()).get(page).content.decode()

    assert "what the portal has planned for that day" in shown
    assert '<th scope="col" class="num">Planned</th>' in shown


def test_day_is_asked_for_in_the_form(flow, signed_in) -> None:
    client = signed_in(make.operator())

    client.post(reverse(ADD), {"flow": flow.pk, "sample": 5, "on": "2031-03-01"})

    assert str(PriceAudit.objects.get().on) == "2031-03-01"
