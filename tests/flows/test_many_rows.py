"""Hundreds of rows at once: looked up by their texts, changed each with its own."""

import pytest
from django.utils import timezone

from integrations.flows.bulk import AT_ONCE, update_each
from integrations.flows.links import LinkRow, bind_all
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


@pytest.mark.parametrize(
    "labels",
    [[""], ["", "a"], ["a", "b\x1fc"], ["it's", "100 %", "{x}", 'a"b', "ü,\\"]],
)
def test_rows_are_found_by_texts_of_any_kind(links: list[IdLink], labels: list[str]) -> None:
    IdLink.objects.update(label="another")
    for link, label in zip(links, labels, strict=False):
        IdLink.objects.filter(pk=link.pk).update(label=label)

    found = IdLink.objects.filter(label__among=labels)

    assert sorted(found.values_list("label", flat=True)) == sorted(labels)


def test_many_links_are_made_and_made_again_with_what_is_new(links: list[IdLink]) -> None:
    erp, shop = links[0].source, links[0].target

    def row(ref: str, target_ref: str, label: str) -> LinkRow:
        return LinkRow(
            kind="variant", source_ref=ref, target_ref=target_ref, label=label, fingerprint="f"
        )

    bind_all(erp, shop, [row("new", "t_new", "x" * 300), row("0 'ö", "t0", "l")], actor="olga")
    bind_all(erp, shop, [row("new", "t_else", "y")], actor="paul")
    bind_all(erp, shop, [row("0 'ö", "t_moved", "m")], actor="paul", update=("target_ref",))

    new, old = IdLink.objects.get(source_ref="new"), IdLink.objects.get(source_ref="0 'ö")
    assert (new.target_ref, new.label, new.fingerprint, new.created_by) == (
        "t_new",
        "y",
        "f",
        "olga",
    )
    assert new.created_at <= timezone.now()
    assert (old.target_ref, old.label, old.created_by) == ("t_moved", "l", "")


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
