"""Whose SKU is free to be taken: pure rules."""

import pytest

from integrations.flows.products.releasing import HAS_ANOTHER, Claim, Verdicts, judge

CLAIM = Claim(sku="BOLT", variant_ref="p58", variant_id="variant_1")
HELD = {"BOLT": ("variant_1", "prod_1")}


def judged(
    claim: Claim = CLAIM,
    *,
    holders: dict[str, tuple[str, str]] = HELD,
    off_sale: tuple[str, ...] = (),
    read_now: tuple[str, ...] = (),
) -> Verdicts:
    return judge([claim], holders=holders, off_sale=off_sale, read_now=read_now)


def test_article_that_is_on_sale_keeps_its_sku() -> None:
    verdicts = judged(read_now=("prod_2",), off_sale=("prod_3",))

    assert verdicts.owners == {"BOLT": frozenset({"p58"})}
    assert (verdicts.releases, verdicts.stale) == ({}, ())


@pytest.mark.parametrize(
    ("claim", "known", "why", "is_sold"),
    [
        (CLAIM, {"off_sale": ("prod_1",)}, "is off sale", False),
        (CLAIM, {"read_now": ("prod_1",)}, "is no longer sold", True),
        (
            Claim(sku="BOLT", variant_ref="p58", variant_id="variant_1", given_up=HAS_ANOTHER),
            {},
            "has another SKU now",
            True,
        ),
    ],
)
def test_sku_that_was_given_up_may_be_taken(
    claim: Claim, known: dict[str, tuple[str, ...]], why: str, is_sold: bool
) -> None:
    verdicts = judged(claim, **known)  # type: ignore[arg-type]

    assert not verdicts.owners
    release = verdicts.releases["BOLT"]
    assert (release.why, release.is_sold, release.product_id) == (why, is_sold, "prod_1")
    assert release.change == ("SKU BOLT", f"of variant p58, which {why}", "p58: BOLT (p58)")


@pytest.mark.parametrize("holders", [{}, {"BOLT": ("variant_9", "prod_9")}])
def test_link_whose_variant_has_another_sku_there_owns_nothing(
    holders: dict[str, tuple[str, str]],
) -> None:
    verdicts = judged(holders=holders, off_sale=("prod_9",))

    assert (verdicts.owners, verdicts.releases) == ({}, {})
    assert verdicts.stale == (CLAIM,)
