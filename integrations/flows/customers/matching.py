"""Which company of the portal a customer of the ERP is. Pure.

Only a tax id that is there once on both sides says it for sure. Equal e-mail addresses and
equal names are hints for a person; two that fit equally well are a tie.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Confidence = Literal["exact", "likely", "tie", "none"]
_NOT_IN_TAX_ID = re.compile(r"[^0-9A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpSide:
    """A customer of the ERP as far as it is compared."""

    ref: str
    name: str
    tax_id: str
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSide:
    """A company of the portal; `erp_ref` is the ERP's customer it is already, if any."""

    pk: int
    name: str
    tax_id: str
    emails: frozenset[str] = frozenset()
    erp_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """`account` is set for "exact" only; `reason` is a sentence for an operator. `is_linked`: no
    rule said so, they are linked already."""

    confidence: Confidence
    account: int | None = None
    candidates: tuple[int, ...] = ()
    reason: str = ""
    is_linked: bool = False


def tax_key(tax_id: str) -> str:
    """A tax id as it is compared: without blanks and signs, in capitals."""
    return _NOT_IN_TAX_ID.sub("", tax_id.upper())


def name_key(name: str) -> str:
    return " ".join(name.casefold().split())


def match_accounts(
    erp_customers: Iterable[ErpSide], accounts: Iterable[AccountSide]
) -> dict[str, Match]:
    """One match per customer. Both sides must hold all that share a tax id with one of them."""
    customers, known = list(erp_customers), list(accounts)
    sides = _Sides.of(customers, known)
    return {one.ref: sides.match(one) for one in customers}


@dataclass(frozen=True, slots=True)
class _Sides:
    linked: Mapping[str, AccountSide]
    twins: Mapping[str, list[ErpSide]]
    by_tax: Mapping[str, list[AccountSide]]
    by_email: Mapping[str, list[AccountSide]]
    by_name: Mapping[str, list[AccountSide]]

    @classmethod
    def of(cls, customers: Iterable[ErpSide], accounts: Iterable[AccountSide]) -> "_Sides":
        linked, twins = {}, defaultdict(list)
        by_tax, by_email, by_name = defaultdict(list), defaultdict(list), defaultdict(list)
        for one in customers:
            twins[tax_key(one.tax_id)].append(one)
        for account in accounts:
            if account.erp_ref:
                linked[account.erp_ref] = account
                continue  # it is somebody already: for others it is no candidate
            by_tax[tax_key(account.tax_id)].append(account)
            by_name[name_key(account.name)].append(account)
            for email in account.emails:
                by_email[email].append(account)
        return cls(linked, twins, by_tax, by_email, by_name)

    def match(self, one: ErpSide) -> Match:
        own = self.linked.get(one.ref)
        if own is not None:
            return Match(
                confidence="exact", account=own.pk, reason="linked already", is_linked=True
            )
        return self._by_tax(one) or self._by_likeness(one) or Match(confidence="none")

    def _by_tax(self, one: ErpSide) -> Match | None:
        key = tax_key(one.tax_id)
        if not key:
            return None
        others = sorted({twin.ref for twin in self.twins[key]} - {one.ref})
        found = self.by_tax.get(key, [])
        if others:
            who = ", ".join(others[:5])
            return _tie(found, f"tax id {one.tax_id} is also that of customer {who} of the ERP")
        if len(found) > 1:
            return _tie(found, f"tax id {one.tax_id} is that of {_names(found)}")
        if not found:
            return None
        return Match(
            confidence="exact", account=found[0].pk, reason=f"tax id {one.tax_id} is the same"
        )

    def _by_likeness(self, one: ErpSide) -> Match | None:
        mails = {a.pk: a for email in one.emails for a in self.by_email.get(email, [])}
        names = {a.pk: a for a in self.by_name.get(name_key(one.name), [])}
        found = list((mails or names).values())
        if not found:
            return None
        why = "an e-mail address" if mails else "the name"
        if len(found) > 1:
            return _tie(found, f"{why} is that of {_names(found)}")
        return Match(
            confidence="likely",
            candidates=(found[0].pk,),
            reason=f"likely {found[0].name}: {why} is the same, but no tax id says so",
        )


def _tie(found: Iterable[AccountSide], reason: str) -> Match:
    pks = tuple(sorted(one.pk for one in found))
    return Match(confidence="tie", candidates=pks, reason=f"tie: {reason}")


def _names(found: Iterable[AccountSide]) -> str:
    return " and of ".join(sorted(one.name for one in found)[:5])
