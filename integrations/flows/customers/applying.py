"""Carries out what was decided of a batch of companies.

1. The company and its buyers, here, in one transaction each.
2. The groups of all of them, there.
3. Each buyer's row, there.
4. Who belongs to which group, in batches.
5. What was carried out is written down; of a company that a part of was refused, nothing is,
   so that the next reading tries it again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.errors import Conflict, NeedsOperator, Rejected
from integrations.flows.customers import kept
from integrations.flows.customers.decide import Decision
from integrations.flows.customers.members import Membership, People, Rows, carry_out
from integrations.flows.customers.registrations import buyers_of_addresses, note_registered
from integrations.flows.customers.wanted import normal_email
from integrations.flows.groups import ensure_groups, group_ref
from integrations.flows.links import bind
from integrations.flows.runs.batch import PlanItem, Work
from integrations.flows.runs.splitting import words_of
from integrations.models import Account, Buyer, CustomerCopy, IdLink
from integrations.records import StorefrontCustomer

Refused = dict[str, str]  # the ERP's customer to the storefront's words


class Applying:
    """One batch. Nothing is remembered between two."""

    def __init__(self, work: Work, shop: Any) -> None:
        self._work, self._shop, self._flow = work, shop, work.flow
        self._people = People(work, shop)

    def carry_out(self, decisions: Sequence[Decision]) -> list[PlanItem]:
        """One item per decision, and one for each contact of which nothing can be made."""
        copies = kept.copies_of(self._flow.source, [one.ref for one in decisions])
        accounts = {one.ref: self._settle_company(one, copies[one.ref]) for one in decisions}
        groups = self._groups_of(decisions)
        refused = Refused()
        for one in decisions:
            self._bind(accounts[one.ref], one, groups, refused)
        buyers = _buyers_of(accounts.values())
        rows = self._people.rows_of(buyers)
        items = self._note_registered(rows)
        member = Membership()
        for one in decisions:
            own = [buyer for buyer in buyers if buyer.account_id == accounts[one.ref].pk]
            ids = {groups[ref] for ref in one.wanted.groups}
            items += self._settle_people(one, own, rows, ids, member, refused)
        self._join(member, rows, buyers, accounts, refused)
        return items + [self._finish(one, copies[one.ref], refused) for one in decisions]

    @transaction.atomic
    def _settle_company(self, decision: Decision, copy: CustomerCopy) -> Account:
        return kept.settle_company(decision, copy)

    def _groups_of(self, decisions: Sequence[Decision]) -> dict[str, str]:
        wanted: dict[str, str] = {}
        for one in decisions:
            for ref, name in one.wanted.groups.items():
                wanted[ref] = wanted.get(ref) or name
        return ensure_groups(
            self._flow.source,
            self._flow.target,
            wanted,
            shop=self._shop,
            actor=self._work.actor,
            checkpoint=self._work.checkpoint,
        )

    def _bind(
        self,
        account: Account,
        decision: Decision,
        groups: Mapping[str, str],
        refused: Refused,
    ) -> None:
        """The company's own group stands for it in orders, unless a person linked another."""
        own = groups.get(group_ref("customer", decision.ref))
        links = IdLink.objects.filter(
            kind=IdLink.Kind.ACCOUNT, source=self._flow.target, target=self._flow.source
        )
        if own is None or links.filter(target_ref=decision.ref).exclude(source_ref=own).exists():
            return
        try:
            bind(
                IdLink.Kind.ACCOUNT,
                self._flow.target,
                own,
                self._flow.source,
                decision.ref,
                actor=self._work.actor,
                label=account.name[:200],
            )
        except NeedsOperator as exc:  # one bad link must not stop the others
            refused[decision.ref] = f"{exc.message} {exc.hint}"
            return
        if not account.storefront_group_id:
            account.storefront_group_id = own
            account.save(update_fields=["storefront_group_id"])

    def _note_registered(self, rows: Rows) -> list[PlanItem]:
        new = note_registered(
            self._flow.target, list(rows.by_id.values()), now=timezone.now(), is_kept=True
        )
        return [waiting(row, buyers) for row, buyers in new]

    def _settle_people(
        self,
        decision: Decision,
        buyers: Sequence[Buyer],
        rows: Rows,
        groups: set[str],
        member: Membership,
        refused: Refused,
    ) -> list[PlanItem]:
        items = [
            PlanItem(action="skip", ref=f"{decision.ref}/{label}"[:128], label=label, reason=why)
            for label, why in decision.wanted.left_out
        ]
        able = [buyer for buyer in buyers if buyer.is_active and decision.wanted.is_active]
        owners = buyers_of_addresses(buyer.email for buyer in able)
        elsewhere = buyers_of_addresses(buyer.email for buyer in buyers if buyer not in able)
        for buyer in buyers:
            if buyer not in able:
                self._people.leave(buyer, member, is_shared=normal_email(buyer.email) in elsewhere)
        for buyer in able:
            others = [one for one in owners[normal_email(buyer.email)] if one.pk != buyer.pk]
            if others and not buyer.storefront_customer_id:
                items.append(self._shared(decision, buyer, others, member))
                continue
            try:
                self._people.settle(buyer, decision.wanted, rows, groups, member)
            except (Rejected, Conflict) as exc:
                refused[decision.ref] = f"{buyer.email}: {words_of(exc)}"
        return items

    def _shared(
        self, decision: Decision, buyer: Buyer, others: Sequence[Buyer], member: Membership
    ) -> PlanItem:
        """One mailbox that buys for two companies: the storefront has one cart for it, and
        nobody but a person can say whose prices it shows."""
        for one in (buyer, *others):
            if one.storefront_guest_id:
                member.want(one.storefront_guest_id, ())
        companies = " and for ".join(sorted({one.account.name for one in (buyer, *others)}))
        chosen = next((one.account.name for one in others if one.storefront_customer_id), "")
        shows = (
            f"it is {chosen}'s"
            if chosen
            else "they have the prices of none until their registration is accepted for one"
        )
        return PlanItem(
            action="skip",
            ref=f"{decision.ref}/{buyer.email}"[:128],
            label=buyer.email,
            reason=f"tie: buys for {companies}. In the portal they choose; "
            f"in the storefront {shows}",
        )

    def _join(
        self,
        member: Membership,
        rows: Rows,
        buyers: Sequence[Buyer],
        accounts: Mapping[str, Account],
        refused: Refused,
    ) -> None:
        missing = sorted(set(member.wanted) - set(rows.by_id))
        if missing:  # a row of the other company of a shared address
            rows.add(self._shop.customers_by_id(missing))
        found = carry_out(
            member,
            rows,
            flow=self._flow,
            shop=self._shop,
            checkpoint=self._work.checkpoint,
        )
        of_customer = {
            one: buyer.account_id
            for buyer in buyers
            for one in (buyer.storefront_customer_id, buyer.storefront_guest_id)
        }
        of_account = {account.pk: ref for ref, account in accounts.items()}
        for customer_id, error in found.items():
            ref = of_account.get(of_customer.get(customer_id, 0))
            if ref is not None:
                refused[ref] = f"group of {customer_id}: {words_of(error)}"

    def _finish(self, decision: Decision, copy: CustomerCopy, refused: Refused) -> PlanItem:
        reason = refused.get(decision.ref)
        if reason is None:
            copy.written = decision.wanted.as_json
            copy.save(update_fields=["written"])
        return PlanItem(
            action=decision.action if reason is None else "failed",
            ref=decision.ref,
            label=decision.label,
            reason=decision.reason if reason is None else reason,
            fingerprint=decision.wanted.fingerprint,
            changes=decision.changes,
        )


def _buyers_of(accounts: Any) -> list[Buyer]:
    pks = [account.pk for account in accounts]
    return list(Buyer.objects.filter(account__in=pks).select_related("account").order_by("pk"))


def waiting(row: StorefrontCustomer, buyers: Sequence[Buyer]) -> PlanItem:
    """A registration that has nothing yet."""
    companies = ", ".join(buyer.account.name for buyer in buyers)
    return PlanItem(
        action="skip",
        ref=row.customer_id,
        label=row.email,
        reason=f"registered under the address of a buyer of {companies}: waits until the address "
        "is proven or somebody accepts it under Registrations",
    )
