"""What the portal keeps of the ERP's customers, and the companies they are here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Lower, Replace, Upper

from integrations.flows.blocks import lift_holds
from integrations.flows.customers.decide import Decision
from integrations.flows.customers.matching import AccountSide, ErpSide, name_key, tax_key
from integrations.flows.customers.restrictions import keep_restrictions
from integrations.flows.customers.wanted import Person, Wanted
from integrations.models import Account, Buyer, Connection, CustomerCopy, IdLink
from integrations.records import ErpCustomer
from integrations.records.countries import COUNTRIES

_COLUMNS = (
    "number",
    "name",
    "tax_id",
    "tax_key",
    "email",
    "phone",
    "currency",
    "country_code",
    "price_list_ref",
    "group_ref",
    "group_name",
    "payment_term_ref",
    "payment_term_name",
    "credit_limit",
    "is_credit_known",
    "is_blocked",
    "block_reason",
    "is_tax_exempt",
    "is_active",
    "is_present",
    "seen_in",
    "as_of",
)
_LONGEST = {
    field.name: field.max_length
    for field in CustomerCopy._meta.fields
    if getattr(field, "max_length", None) and field.name in _COLUMNS
}
_SIGNS = " -./"


def not_met(source: Connection, rows: Sequence[ErpCustomer], *, run: int) -> list[ErpCustomer]:
    """Those that this run has not come upon yet."""
    met = CustomerCopy.objects.filter(source=source, seen_in=run, ref__in=[row.ref for row in rows])
    known = set(met.values_list("ref", flat=True))
    return [row for row in rows if row.ref not in known]


def keep_customers(
    source: Connection, rows: Iterable[ErpCustomer], *, run: int, as_of: datetime
) -> None:
    """Brings the copy up to date in one statement; which company each is stays as it was.

    `run` marks what it has read: clocks of several machines would not tell what it missed.
    """
    newest = {row.ref: row for row in rows}
    CustomerCopy.objects.bulk_create(
        [
            CustomerCopy(source=source, ref=ref, **_copied(row, run, as_of))
            for ref, row in newest.items()
        ],
        update_conflicts=True,
        unique_fields=["source", "ref"],
        update_fields=_COLUMNS,
    )


def note_unreadable(source: Connection, refs: Iterable[str], *, run: int) -> None:
    """The ERP has these, and says what nobody can read: they are not gone, and stay as kept."""
    CustomerCopy.objects.filter(source=source, ref__in=set(refs)).update(seen_in=run)


def _copied(row: ErpCustomer, run: int, as_of: datetime) -> dict[str, Any]:
    country = row.bill_to.country_code.upper()
    own = {
        name: getattr(row, name)
        for name in _COLUMNS
        if name not in ("tax_key", "country_code", "is_present", "seen_in", "as_of")
    }
    values = {
        **own,
        "tax_key": tax_key(row.tax_id),
        "country_code": country if country in COUNTRIES else "",
        "is_present": True,
        "seen_in": run,
        "as_of": as_of,
    }
    return {
        name: value[: _LONGEST[name]] if name in _LONGEST else value
        for name, value in values.items()
    }


def copies_of(source: Connection, refs: Iterable[str]) -> dict[str, CustomerCopy]:
    kept = CustomerCopy.objects.filter(source=source, ref__in=set(refs))
    return {copy.ref: copy for copy in kept.select_related("account")}


# ---------------------------------------------------------------- the two sides of a match


def erp_sides(source: Connection, wanted: Sequence[Wanted]) -> list[ErpSide]:
    """These customers, and all others of the ERP that share a tax id with one of them."""
    own = {
        one.ref: ErpSide(
            ref=one.ref,
            name=one.name,
            tax_id=one.tax_id,
            emails=frozenset(person.email for person in one.people),
        )
        for one in wanted
    }
    keys = {tax_key(one.tax_id) for one in wanted} - {""}
    twins = CustomerCopy.objects.filter(
        source=source, tax_key__in=keys, is_present=True, is_active=True
    ).exclude(ref__in=own)
    rows = twins.values_list("ref", "name", "tax_id")
    return [
        *own.values(),
        *(ErpSide(ref=ref, name=name, tax_id=tax_id) for ref, name, tax_id in rows),
    ]


def account_sides(
    source: Connection, target: Connection, customers: Sequence[ErpSide]
) -> list[AccountSide]:
    """The companies that are one of these customers, and free ones that are like one."""
    linked = _linked(source, target, [one.ref for one in customers])
    taken = CustomerCopy.objects.filter(source=source).exclude(account=None)
    free = Account.objects.exclude(pk__in=taken.values("account"))
    keys = {tax_key(one.tax_id) for one in customers} - {""}
    emails = {email for one in customers for email in one.emails}
    like = {
        *free.annotate(key=_tax_key()).filter(key__in=keys).values_list("pk", flat=True),
        *free.annotate(mail=Lower("buyers__email"))
        .filter(mail__in=emails)
        .values_list("pk", flat=True),
        *free.annotate(low=Lower("name"))
        .filter(low__in={name_key(one.name) for one in customers})
        .values_list("pk", flat=True),
    }
    of_account = {pk: ref for ref, pk in linked.items()}
    accounts = Account.objects.filter(pk__in={*like, *of_account}).prefetch_related("buyers")
    return [
        AccountSide(
            pk=account.pk,
            name=account.name,
            tax_id=account.tax_id,
            emails=frozenset(buyer.email.lower() for buyer in account.buyers.all()),
            erp_ref=of_account.get(account.pk, ""),
        )
        for account in accounts
    ]


def _linked(source: Connection, target: Connection, refs: Sequence[str]) -> dict[str, int]:
    """{customer's ref: company} of those that are paired, by the copy or by a link of a person."""
    found: dict[str, int] = {}
    links = IdLink.objects.filter(source=target, target=source, target_ref__in=refs)
    by_group = links.filter(kind=IdLink.Kind.ACCOUNT).values_list("source_ref", "target_ref")
    groups = dict(by_group)
    for pk, group in Account.objects.filter(storefront_group_id__in=groups).values_list(
        "pk", "storefront_group_id"
    ):
        found[groups[group]] = pk
    by_customer = dict(
        links.filter(kind=IdLink.Kind.CUSTOMER).values_list("source_ref", "target_ref")
    )
    owners: dict[str, set[int]] = defaultdict(set)
    buyers = Buyer.objects.filter(storefront_customer_id__in=by_customer)
    for pk, customer_id in buyers.values_list("account", "storefront_customer_id"):
        owners[by_customer[customer_id]].add(pk)
    found |= {ref: min(pks) for ref, pks in owners.items() if len(pks) == 1}
    copies = CustomerCopy.objects.filter(source=source, ref__in=refs).exclude(account=None)
    # What the copy says counts before a link that was made for orders.
    copied = {ref: pk for ref, pk in copies.values_list("ref", "account") if pk is not None}
    mine = set(copied.values())
    return {**{ref: pk for ref, pk in found.items() if pk not in mine}, **copied}


def _tax_key() -> Any:
    key: Any = F("tax_id")
    for sign in _SIGNS:
        key = Replace(key, Value(sign), Value(""))
    return Upper(key)


# ---------------------------------------------------------------- companies and buyers


def settle_company(decision: Decision, copy: CustomerCopy) -> Account:
    """The company as the ERP has it: made, or brought up to date. Call in a transaction.

    What a person set is left: the block by hand, countries, licences, assortments. What the ERP
    does not tell of stays as it was told last.
    """
    wanted = decision.wanted
    account = Account() if decision.account is None else Account.objects.get(pk=decision.account)
    was_blocked = account.is_blocked_in_erp
    account.name, account.tax_id = wanted.name[:200], wanted.tax_id[:40]
    account.is_active = wanted.is_active
    account.is_blocked_in_erp = wanted.is_blocked or not wanted.is_active
    if account.pk is None:
        account.save()
    else:
        account.save(update_fields=["name", "tax_id", "is_active", "is_blocked_in_erp"])
    keep_restrictions(account, wanted.countries, wanted.licences)
    if copy.account_id != account.pk:
        copy.account = account
        copy.save(update_fields=["account"])
    _settle_buyers(account, wanted.people, decision.before.get("people") or {})
    if was_blocked and not account.is_blocked_in_erp:
        lift_holds(account, actor="customers flow")
    return account


def _settle_buyers(
    account: Account, people: Sequence[Person], before: Mapping[str, object]
) -> None:
    """Contacts become buyers; a contact that is gone may no longer buy, until it comes back.

    Buyers that a person entered stay as they are, and one that a person switched off stays off:
    only who was not among the contacts `before` is switched on again.
    """
    known = {buyer.email.lower(): buyer for buyer in account.buyers.all()}
    wanted = {person.email: person for person in people}
    for email, person in wanted.items():
        buyer = known.get(email) or Buyer(account=account, email=email)
        ref = person.contact_ref[:128]
        name = person.name or buyer.name
        came_back = bool(buyer.contact_ref) and email not in before
        is_active = buyer.is_active or came_back
        if (buyer.name, buyer.contact_ref, buyer.is_active) != (
            name,
            ref,
            is_active,
        ) or not buyer.pk:
            buyer.name, buyer.contact_ref, buyer.is_active = name, ref, is_active
            buyer.save()
    gone = [one for email, one in known.items() if one.contact_ref and email not in wanted]
    Buyer.objects.filter(pk__in=[one.pk for one in gone]).update(is_active=False)
