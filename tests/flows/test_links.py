"""Links: bound once, read from both sides, never bent silently."""

import pytest

from integrations.errors import NeedsOperator
from integrations.flows.links import bind, source_of, sources_of, target_of, targets_of
from integrations.models import Connection, IdLink
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Connection:
    return ConnectionFactory()


@pytest.fixture
def erp() -> Connection:
    return ConnectionFactory(erp=True)


def test_bound_pair_is_found_from_both_sides(shop: Connection, erp: Connection) -> None:
    bind("product", erp, "58", shop, "prod_1", actor="olga", label="Bolt")

    assert target_of("product", erp, "58", shop) == "prod_1"
    assert source_of("product", shop, "prod_1", erp) == "58"


def test_unknown_record_has_no_counterpart(shop: Connection, erp: Connection) -> None:
    assert target_of("product", erp, "58", shop) is None
    assert source_of("product", shop, "prod_1", erp) is None


def test_kinds_do_not_mix(shop: Connection, erp: Connection) -> None:
    bind("product", erp, "58", shop, "prod_1", actor="olga")

    assert target_of("variant", erp, "58", shop) is None


def test_binding_again_changes_only_label_and_fingerprint(
    shop: Connection, erp: Connection
) -> None:
    first = bind("product", erp, "58", shop, "prod_1", actor="olga", fingerprint="a")

    second = bind("product", erp, "58", shop, "prod_1", actor="sync", label="Bolt", fingerprint="b")

    assert second.pk == first.pk
    link = IdLink.objects.get()
    assert (link.label, link.fingerprint, link.created_by) == ("Bolt", "b", "olga")


@pytest.mark.parametrize(("source_ref", "target_ref"), [("58", "prod_2"), ("59", "prod_1")])
def test_conflicting_binding_is_refused_and_names_both(
    shop: Connection, erp: Connection, source_ref: str, target_ref: str
) -> None:
    bind("product", erp, "58", shop, "prod_1", actor="olga")

    with pytest.raises(NeedsOperator, match=f"{source_ref} cannot be linked to {target_ref}"):
        bind("product", erp, source_ref, shop, target_ref, actor="sync")

    assert IdLink.objects.get().target_ref == "prod_1"


def test_two_tax_codes_may_share_one_tax(shop: Connection, erp: Connection) -> None:
    bind("tax", shop, "standard", erp, "1", actor="olga")
    bind("tax", shop, "de-19", erp, "1", actor="olga")

    assert targets_of("tax", shop, ["standard", "de-19"], erp) == {"standard": "1", "de-19": "1"}


def test_many_are_read_in_one_query(
    shop: Connection, erp: Connection, django_assert_num_queries: object
) -> None:
    for n in range(5):
        bind("variant", erp, str(n), shop, f"variant_{n}", actor="sync")

    with django_assert_num_queries(2):  # type: ignore[operator]
        assert targets_of("variant", erp, ["1", "3", "9", None], shop) == {
            "1": "variant_1",
            "3": "variant_3",
        }
        assert sources_of("variant", shop, ["variant_4", ""], erp) == {"variant_4": "4"}
