"""Hundreds of rows at once: looked up by their texts, changed each with its own."""

import pytest

from integrations.flows.bulk import AT_ONCE, update_each
from integrations.models import IdLink
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db

MANY = AT_ONCE + 1


@pytest.fixture
def links() -> list[IdLink]:
    erp, shop = ConnectionFactory(erp=True), ConnectionFactory()
    rows = [
        IdLink(kind="variant", source=erp, source_ref=f"{n} 'ö", target=shop, target_ref=f"t{n}")
        for n in range(MANY)
    ]
    return IdLink.objects.bulk_create(rows)


def test_rows_are_found_by_many_texts(links: list[IdLink]) -> None:
    wanted = [one.source_ref for one in links[1:]]

    found = IdLink.objects.filter(source_ref__among=[*wanted, *wanted, "unknown"])

    assert sorted(found.values_list("source_ref", flat=True)) == sorted(wanted)
    assert not IdLink.objects.filter(source_ref__among=[]).exists()


def test_each_row_gets_its_own_texts_and_what_is_the_same(links: list[IdLink]) -> None:
    told = [(one.pk, f"label {one.pk} %s", "") for one in links[1:]]

    update_each(IdLink, ("label", "fingerprint"), told, {"created_by": "olga"})

    first, *others = IdLink.objects.order_by("pk")
    assert (first.label, first.created_by) == ("", "")
    assert all(
        (one.label, one.fingerprint, one.created_by) == (f"label {one.pk} %s", "", "olga")
        for one in others
    )


def test_nothing_to_change_costs_nothing(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        update_each(IdLink, ("label",), [])
