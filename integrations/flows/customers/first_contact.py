"""First contact of customers: which company a customer of the ERP is, where a person must say.

The rules of `matching` decide; what they cannot decide goes to the matching workbench, and what
a person said there is heeded from then on.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from integrations.errors import NeedsOperator
from integrations.flows.customers.decide import Decision
from integrations.flows.customers.linking import link_customer
from integrations.flows.customers.matching import (
    AccountSide,
    ErpSide,
    Match,
    name_key,
    tax_key,
)
from integrations.flows.matching import Record, Rule, Trait, Verdict, decide
from integrations.flows.matching.bench import Bench
from integrations.flows.matching.linking import Made, Parts
from integrations.flows.runs.batch import Work
from integrations.models import Account, CustomerCopy, IdLink, MatchProposal
from integrations.records import ErpCustomer
from integrations.records.codec import to_json

ACCOUNT = IdLink.Kind.ACCOUNT
RULES = (
    Rule(by="tax_id", words="tax id", same=100, alike=100, links=True),
    Rule(by="email", words="e-mail address", same=75, alike=75),
    Rule(by="name", words="name", same=60, alike=60),
)
UNDONE = "a person undid its link"


def heed(match: Match, *, rejected: Collection[int], is_own: bool, was_undone: bool) -> Match:
    """What the rules say after what a person said: companies that were `rejected` are none of
    its, one that `is_own` is a company of its own unless something new is like it, and a link
    that a person undid is not made again by the rules. Pure."""
    if match.is_linked:
        return match
    if match.account is not None:
        if match.account in rejected:
            return Match(confidence="none")
        if was_undone:
            return Match(confidence="likely", candidates=(match.account,), reason=UNDONE)
        return match
    left = tuple(pk for pk in match.candidates if pk not in rejected)
    if is_own and not left:
        return Match(confidence="none")
    return Match(confidence=match.confidence, candidates=left, reason=match.reason)


class CustomerMatching:
    """Verdicts on the customers of a page, and what is kept of them."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._bench = Bench(work.flow, ACCOUNT)

    def heeded(
        self,
        rows: Sequence[ErpCustomer],
        customers: Sequence[ErpSide],
        accounts: Sequence[AccountSide],
        matches: Mapping[str, Match],
    ) -> dict[str, Match]:
        """What holds for each customer of the page. Opens, renews and ends its questions, unless
        the run only looks ahead."""
        refs = [row.ref for row in rows]
        waiting = self._bench.waiting(refs)
        rejected, own = self._bench.rejected_of(refs), self._bench.none_of_them(refs)
        found = {
            ref: heed(
                matches[ref],
                rejected={int(pk) for pk in rejected.get(ref, ())},
                is_own=ref in own,
                was_undone=waiting.get(ref, False),
            )
            for ref in refs
        }
        if not self._work.is_dry:
            self._keep(rows, customers, accounts, found, waiting, rejected)
        return found

    def note_linked(self, decisions: Sequence[Decision], matches: Mapping[str, Match]) -> None:
        """Keeps which customers the rules have linked, so that it can be undone."""
        pairs, made = [], {}
        for one in decisions:
            account = matches[one.ref].account
            if account is None or matches[one.ref].is_linked or one.account != account:
                continue
            there = Account.objects.filter(pk=account).first()
            customer = _record(ErpSide(ref=one.ref, name=one.label, tax_id=one.wanted.tax_id))
            if there is not None:
                other = _record_there(_side_of(there))
                verdict = decide(customer, [other], RULES)
                pairs.append((customer, verdict))
                made[one.ref] = [[str(ACCOUNT), one.ref, str(account)]]
        if pairs:
            self._bench.note_matched(pairs, made)

    def settle_unseen(self) -> None:
        """After a complete reading: what was asked about customers that were not in it is over."""
        if not self._work.is_dry:
            self._bench.settle_unseen(self._work.run.started_at)

    def _keep(
        self,
        rows: Sequence[ErpCustomer],
        customers: Sequence[ErpSide],
        accounts: Sequence[AccountSide],
        found: Mapping[str, Match],
        waiting: Collection[str],
        rejected: Mapping[str, set[str]],
    ) -> None:
        sides = {one.ref: one for one in customers}
        free = [_record_there(one) for one in accounts if not one.erp_ref]
        asked, wholes = [], {}
        for row in rows:
            match = found[row.ref]
            if match.confidence in ("tie", "likely") and row.is_active:
                record = _record(sides[row.ref])
                like = decide(record, free, RULES, rejected=rejected.get(row.ref, ()))
                verdict = Verdict(what="ask", candidates=like.candidates, why=match.reason)
                asked.append((record, verdict))
                wholes[row.ref] = to_json(row)
        if asked:
            self._bench.ask(asked, wholes)
        over = [ref for ref in waiting if ref not in wholes]
        if over:
            self._bench.settle(over)


class AccountLinker:
    """A customer of the ERP is linked to a company by its copy; see `link_customer`."""

    def make(
        self, proposal: MatchProposal, ref: str, parts: Parts, *, actor: str
    ) -> tuple[Made, dict[str, Any]]:
        copy, account = _copy_of(proposal), Account.objects.filter(pk=int(ref)).first()
        if account is None:
            raise NeedsOperator(f"There is no company {ref} any more.", reason="unknown_record")
        before = copy.account_id
        link_customer(copy, account, actor=actor)
        return [[str(ACCOUNT), proposal.source_ref, ref]], {"account": before}

    def take_back(self, proposal: MatchProposal, *, actor: str) -> None:
        copy = _copy_of(proposal)
        if str(copy.account_id) != proposal.chosen_ref:
            raise NeedsOperator(
                f"{copy} was linked to {copy.account or 'nobody'} since.",
                reason="linked_since",
                hint="Look at it under “Customers in the ERP”.",
            )
        before = proposal.before.get("account")
        account = Account.objects.filter(pk=before).first() if before else None
        link_customer(copy, account, actor=actor)

    def is_linked(self, proposal: MatchProposal) -> bool:
        return _copy_of(proposal).account_id is not None


def look_for_company(proposal: MatchProposal, ref: str, actor: str) -> Record | None:
    """The company of that number, or the only one of that name."""
    named = Account.objects.filter(name__iexact=ref)[:2]
    numbered = ref.isascii() and ref.isdigit() and len(ref) < 18
    found = list(Account.objects.filter(pk=int(ref))) if numbered else list(named)
    return _record_there(_side_of(found[0])) if len(found) == 1 else None


def _copy_of(proposal: MatchProposal) -> CustomerCopy:
    copies = CustomerCopy.objects.select_related("account", "source")
    copy = copies.filter(source=proposal.flow.source, ref=proposal.source_ref).first()
    if copy is None:
        raise NeedsOperator(
            f"{proposal} is no customer of the ERP any more.", reason="unknown_record"
        )
    return copy


def _side_of(account: Account) -> AccountSide:
    emails = frozenset(buyer.email.lower() for buyer in account.buyers.all())
    return AccountSide(pk=account.pk, name=account.name, tax_id=account.tax_id, emails=emails)


def _record(one: ErpSide) -> Record:
    return Record(ref=one.ref, label=one.name, traits=_traits(one))


def _record_there(one: AccountSide) -> Record:
    return Record(ref=str(one.pk), label=one.name, traits=_traits(one))


def _traits(one: ErpSide | AccountSide) -> tuple[Trait, ...]:
    found = [Trait(by="tax_id", value=one.tax_id, key=tax_key(one.tax_id))] if one.tax_id else []
    found += [Trait(by="email", value=email, key=email) for email in sorted(one.emails)]
    name = " ".join(one.name.split())
    return (*found, Trait(by="name", value=name, key=name_key(name)))
