"""The restrictions of an account, as the portal keeps them."""

from collections.abc import Sequence

from integrations.models import Account, Licence, LicensedGoods, Origin
from integrations.models.account import countries_in
from integrations.models.customers import Goods
from integrations.records import ErpLicence, GoodsList, HeldLicence, Restrictions


def restrictions_of(account: Account) -> Restrictions:
    """In three short queries; the ERP is not asked. Countries that a person entered take the
    place of the ERP's."""
    return Restrictions(
        countries=frozenset(countries_in(account.allowed_countries or account.erp_countries)),
        licences=tuple(
            HeldLicence(name=one.name, valid_until=one.valid_until)
            for one in account.licences.all()
        ),
        licensed=_licensed(),
        assortments=tuple(_goods(one.name, one) for one in account.assortments.all()),
    )


def restrictions_for(account: Account | None) -> Restrictions:
    """As `restrictions_of`; somebody who belongs to no company holds no licence."""
    if account is not None:
        return restrictions_of(account)
    return Restrictions(licensed=_licensed())


def _licensed() -> tuple[GoodsList, ...]:
    return tuple(_goods(one.licence, one) for one in LicensedGoods.objects.all())


def keep_restrictions(
    account: Account, countries: Sequence[str] | None, licences: Sequence[ErpLicence] | None
) -> None:
    """Brings what the ERP says up to date; None leaves it as it is. A licence that a person
    entered is left, also where the ERP has the same. Call in a transaction. Repeatable."""
    if countries is not None and account.erp_countries != ", ".join(countries):
        account.erp_countries = ", ".join(countries)
        account.save(update_fields=["erp_countries"])
    if licences is None:
        return
    wanted = {(one.name, one.number): one for one in licences}
    for row in account.licences.all():
        said = wanted.pop((row.name, row.number), None)
        if row.origin != Origin.ERP:
            continue
        if said is None:
            row.delete()
        elif row.valid_until != said.valid_until:
            row.valid_until = said.valid_until
            row.save(update_fields=["valid_until"])
    Licence.objects.bulk_create(
        Licence(
            account=account,
            name=one.name,
            number=one.number,
            valid_until=one.valid_until,
            origin=Origin.ERP,
        )
        for one in wanted.values()
    )


def _goods(name: str, row: Goods) -> GoodsList:
    return GoodsList(
        name=name, skus=frozenset(_lines(row.skus)), categories=tuple(_lines(row.categories))
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
