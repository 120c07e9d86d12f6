"""May this account buy these goods, delivered there."""

from datetime import date

import pytest

from integrations.checks.goods import may_have
from integrations.checks.rules import Code, Verdict
from integrations.records import Article, GoodsList, HeldLicence, Restrictions

TODAY = date(2026, 11, 27)
DRILL = Article(sku="DRILL", category="Tools / Power tools")
ACID = Article(sku="ACID", category="Chemicals / Acids")
UNSORTED = Article(sku="THING")
CHEMICALS = GoodsList(name="Chemicals dealer", categories=("Chemicals",))


def ask(
    *articles: Article, ship_to: str = "DE", today: date = TODAY, **restrictions: object
) -> Verdict:
    return may_have(articles, Restrictions(**restrictions), ship_to=ship_to, today=today)  # type: ignore[arg-type]


def codes(verdict: Verdict) -> list[tuple[Code, str]]:
    return [(reason.code, reason.effect) for reason in verdict.reasons]


def test_account_without_restrictions_may_have_everything() -> None:
    assert ask(DRILL, ACID, UNSORTED, ship_to="") == Verdict(
        is_allowed=True, needs_review=False, reasons=()
    )


def test_delivery_to_another_country_is_refused() -> None:
    verdict = ask(DRILL, ship_to="fr", countries=frozenset({"DE", "AT"}))

    assert codes(verdict) == [(Code.COUNTRY_NOT_ALLOWED, "block")]
    assert "FR" in verdict.reasons[0].text_for_operator
    assert ask(DRILL, ship_to="at", countries=frozenset({"DE", "AT"})).is_allowed


def test_delivery_to_nobody_knows_where_is_looked_at() -> None:
    verdict = ask(DRILL, ship_to="", countries=frozenset({"DE"}))

    assert (verdict.is_allowed, verdict.needs_review) == (True, True)


def test_goods_that_need_a_licence_are_sold_to_its_holder_only() -> None:
    held = (HeldLicence(name="chemicals DEALER"),)

    assert codes(ask(ACID, licensed=(CHEMICALS,))) == [(Code.LICENCE_MISSING, "block")]
    assert ask(ACID, licensed=(CHEMICALS,), licences=held).is_allowed
    assert ask(DRILL, licensed=(CHEMICALS,)).is_allowed


@pytest.mark.parametrize(("last_day", "is_allowed"), [(TODAY, True), (date(2026, 11, 26), False)])
def test_licence_counts_until_the_end_of_its_last_day(last_day: date, is_allowed: bool) -> None:
    licence = HeldLicence(name="Chemicals dealer", valid_until=last_day)

    verdict = ask(ACID, licensed=(CHEMICALS,), licences=(licence,))

    assert verdict.is_allowed == is_allowed
    assert is_allowed or codes(verdict) == [(Code.LICENCE_EXPIRED, "block")]


def test_renewed_licence_outweighs_the_expired_one() -> None:
    both = (
        HeldLicence(name="Chemicals dealer", valid_until=date(2020, 1, 1)),
        HeldLicence(name="Chemicals dealer", valid_until=date(2030, 1, 1)),
    )

    assert ask(ACID, licensed=(CHEMICALS,), licences=both).is_allowed


def test_contract_account_may_have_what_was_agreed_and_nothing_else() -> None:
    agreed = (GoodsList(name="Contract 7", skus=frozenset({"drill"})), CHEMICALS)

    assert ask(DRILL, ACID, assortments=agreed).is_allowed
    verdict = ask(DRILL, Article(sku="SAW", category="Tools"), assortments=agreed)
    assert codes(verdict) == [(Code.NOT_IN_ASSORTMENT, "block")]
    assert "SAW" in verdict.reasons[0].text_for_operator
    assert "DRILL" not in verdict.reasons[0].text_for_operator


def test_category_alike_is_not_the_category() -> None:
    agreed = (GoodsList(name="Contract 7", categories=("Tools / Power",)),)

    assert not ask(DRILL, assortments=agreed).is_allowed


@pytest.mark.parametrize("name", ["licensed", "assortments"])
def test_article_of_unknown_category_is_looked_at_and_not_refused(name: str) -> None:
    verdict = ask(UNSORTED, **{name: (CHEMICALS,)})

    assert codes(verdict) == [(Code.CATEGORY_UNKNOWN, "review")]
    assert verdict.needs_review


def test_article_that_only_its_sku_could_name_is_not_in_doubt() -> None:
    agreed = (GoodsList(name="Contract 7", skus=frozenset({"DRILL"})),)

    assert codes(ask(UNSORTED, assortments=agreed)) == [(Code.NOT_IN_ASSORTMENT, "block")]
