"""Why records were left out: alike reasons are one, and each finds its records."""

import pytest

from integrations.flows.runs.clean import objection
from integrations.flows.runs.reasons import Reason, grouped, in_words, reasons_of
from integrations.models import PlannedChange, Run
from tests.factories import FlowFactory, RunFactory

CURRENCY = "the storefront does not sell in XTS: add XTS in its settings"


def reason(text: str, words: str, count: int) -> Reason:
    return Reason(action="skip", text=text, words=words, count=count)


def test_texts_that_differ_in_what_is_a_records_own_are_one_reason() -> None:
    counted = [
        ("SKU PART-7 also belongs to product 12: give one of them another SKU", 1),
        ("SKU PART-8 also belongs to product 13: give one of them another SKU", 2),
        (CURRENCY, 2),
        ("the price 'call us' is not a number: correct it in the ERP", 1),
    ]

    assert grouped(counted, "skip") == [
        reason(
            "SKU … also belongs to product …: give one of them another SKU",
            "give one of them another SKU",
            3,
        ),
        reason(CURRENCY, CURRENCY, 2),
        reason(
            "the price 'call us' is not a number: correct it in the ERP",
            "is not a number: correct it in the ERP",
            1,
        ),
    ]


def test_reason_that_says_nothing_of_itself_finds_all() -> None:
    assert grouped([("", 4), ("'a'", 1)], "skip") == [reason("", "", 4), reason("'a'", "", 1)]


def test_some_reasons_are_told_in_a_sentence_and_the_rest_is_counted() -> None:
    reasons = [reason(f"{word} lacks.", word, 5) for word in ("price", "name", "tax", "unit")]

    assert in_words(reasons, 7) == (
        "5 × price lacks; 5 × name lacks; 5 × tax lacks; 12 for other reasons"
    )
    assert in_words([], 7) == "its plan says why of each"


def planned(run: Run, *reasons: str) -> None:
    PlannedChange.objects.bulk_create(
        PlannedChange(run=run, number=number, action="skip", ref=f"p{number}", reason=text)
        for number, text in enumerate(reasons, start=1)
    )


@pytest.mark.django_db
def test_reasons_of_a_run_are_counted_in_one_query(django_assert_num_queries) -> None:
    run = RunFactory(skipped=43)
    others = [f"{chr(65 + n)} is odd" for n in range(23)]  # each of its own
    planned(run, *[f"no price for SAW-{n}" for n in range(20)], *others)

    with django_assert_num_queries(1):
        found, rest = reasons_of(run, "skip")

    assert found[0] == reason("no price for …", "no price for", 20)
    assert (len(found), sum(one.count for one in found) + rest) == (10, 43)


@pytest.mark.django_db
def test_what_speaks_against_going_live_names_the_reasons() -> None:
    run = RunFactory(flow=FlowFactory(kind="products", mode="shadow"), mode="shadow", skipped=3)
    planned(run, CURRENCY, CURRENCY, "no price for SAW-1")

    against = objection(run.flow, now=run.finished_at)

    assert against is not None
    assert against.sentence == (
        f"Run {run.pk}, its newest plan, leaves out 3 records: 2 × {CURRENCY}; "
        "1 × no price for SAW-1."
    )
