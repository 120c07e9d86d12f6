"""The restrictions of an account, as the portal keeps them."""

from integrations.models import Account, LicensedGoods
from integrations.models.account import countries_in
from integrations.models.customers import Goods
from integrations.records import GoodsList, HeldLicence, Restrictions


def restrictions_of(account: Account) -> Restrictions:
    """In three short queries; the ERP is not asked."""
    return Restrictions(
        countries=frozenset(countries_in(account.allowed_countries)),
        licences=tuple(
            HeldLicence(name=one.name, valid_until=one.valid_until)
            for one in account.licences.all()
        ),
        licensed=tuple(_goods(one.licence, one) for one in LicensedGoods.objects.all()),
        assortments=tuple(_goods(one.name, one) for one in account.assortments.all()),
    )


def _goods(name: str, row: Goods) -> GoodsList:
    return GoodsList(
        name=name, skus=frozenset(_lines(row.skus)), categories=tuple(_lines(row.categories))
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
