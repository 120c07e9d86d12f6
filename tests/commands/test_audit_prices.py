"""`manage.py audit_prices`: asks for an audit and tells what it found."""

import pytest

from integrations.models import PriceAudit
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow():
    return make.FlowFactory(
        kind="prices", source=make.ConnectionFactory(erp=True), target=make.ConnectionFactory()
    )


def test_sample_is_asked_for_with_its_seed(say, flow) -> None:
    said = say("audit_prices", "--sample", 12, "--seed", 3, "--json")

    made = PriceAudit.objects.get()
    assert (made.wanted, made.seed, made.flow) == (12, 3, flow)
    assert {"audit": made.pk, "state": "running", "drifts": []}.items() <= said.json.items()


@pytest.mark.parametrize(
    ("words", "code", "refusal"),
    [
        (("--sample", 501), 1, "1 to 500"),
        (("--account", "Nobody", "--sku", "X"), 1, "No customer"),
        (("--account", "Nobody", "--sample", 3), 2, "usage"),
    ],
)
def test_what_cannot_be_asked_is_refused(say, flow, words, code, refusal) -> None:
    said = say("audit_prices", *words)

    assert (said.code, refusal in said.refusal) == (code, True)
    assert not PriceAudit.objects.exists()


def test_without_a_prices_flow_it_says_so(say) -> None:
    assert "no flow" in say("audit_prices").refusal


def test_another_day_is_asked_for(say, flow) -> None:
    said = say("audit_prices", "--sample", 5, "--on", "2031-03-01", "--json")

    assert str(PriceAudit.objects.get().on) == said.json["on"] == "2031-03-01"


def test_day_that_is_none_is_refused(say, flow) -> None:
    said = say("audit_prices", "--on", "tomorrow")

    assert (said.code, "tomorrow" in said.refusal) == (1, True)
    assert not PriceAudit.objects.exists()
