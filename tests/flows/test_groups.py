"""Customer groups of the shop that stand for audiences of the ERP's prices."""

from collections.abc import Iterator, Mapping

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import NeedsOperator, OutcomeUnknown
from integrations.flows import groups
from integrations.flows.groups import ensure_groups, group_ref, groups_of
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink
from tests.factories import ConnectionFactory, FlowFactory

pytestmark = pytest.mark.django_db(transaction=True)

DEALERS = {"price_list:7": "Dealers"}


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        yield server


@pytest.fixture
def flow(medusa: MedusaStandIn) -> Flow:
    shop = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
    )
    made: Flow = FlowFactory(
        kind="prices", mode="live", source=ConnectionFactory(erp=True), target=shop
    )
    return made


def ensure(flow: Flow, wanted: Mapping[str, str]) -> dict[str, str]:
    with open_storefront(flow.target) as shop:
        return ensure_groups(
            flow.source, flow.target, wanted, shop=shop, actor="test", checkpoint=lambda: None
        )


def test_group_is_made_once_and_known_from_then_on(medusa: MedusaStandIn, flow: Flow) -> None:
    first = ensure(flow, DEALERS)
    calls = len(medusa.log)

    again = ensure(flow, {"price_list:7": "Dealers, renamed"})

    assert first == again == groups_of(flow.source, flow.target, ["price_list:7", "customer:1"])
    assert len(medusa.log) == calls
    assert [one["name"] for one in medusa.customers.groups.values()] == ["Dealers (price_list:7)"]


def test_lost_answer_makes_no_second_group(medusa: MedusaStandIn, flow: Flow) -> None:
    medusa.dials.set("lose_answer", times=1, only="customer_groups.create")
    with pytest.raises(OutcomeUnknown):
        ensure(flow, DEALERS)

    ensure(flow, {"price_list:7": "Dealers, renamed"})

    assert len(medusa.customers.groups) == 1


def test_refs_that_begin_alike_are_not_mistaken(medusa: MedusaStandIn, flow: Flow) -> None:
    longer = ensure(flow, {"price_list:77": "Dealers"})

    assert ensure(flow, DEALERS)["price_list:7"] != longer["price_list:77"]


def test_two_groups_with_one_ref_are_left_to_a_person(medusa: MedusaStandIn, flow: Flow) -> None:
    for name in ("Dealers (price_list:7)", "Old dealers (price_list:7)"):
        medusa.customers.create_group({"name": name, "metadata": {"erp_ref": "price_list:7"}})

    with pytest.raises(NeedsOperator) as caught:
        ensure(flow, DEALERS)

    assert caught.value.reason == "ambiguous_group"
    assert not IdLink.objects.exists()


def test_new_group_is_told_once(
    medusa: MedusaStandIn, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(groups, "_fillers", [])
    groups.fill_new_groups_with(lambda link: told.append(link.source_ref))

    ensure(flow, DEALERS)
    ensure(flow, DEALERS)

    assert told == ["price_list:7"]


def test_group_needs_a_flow_that_owns_it(medusa: MedusaStandIn, flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk).update(mode="shadow")

    with pytest.raises(NeedsOperator) as caught:
        ensure(flow, DEALERS)

    assert caught.value.reason == "not_owned"
    assert medusa.customers.groups == {}


def test_everyone_is_no_group() -> None:
    with pytest.raises(ValueError, match="Everyone"):
        group_ref("everyone", "")
