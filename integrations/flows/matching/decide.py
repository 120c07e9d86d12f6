"""Which record of the target a record of the source is: one, none, or a person must say. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

BONUS, MOST = 3, 99  # of a second reason; what is not exact is never certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """Something to be known by: `value` as it stands, `key` as it is compared loosely. `part`
    is the id of the part that has it (the variant of a SKU); empty: the record itself."""

    by: str
    value: str
    key: str
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`traits` of one kind may be several. `owner_ref` is the id of a source that a target's
    record says it comes from."""

    ref: str
    label: str
    traits: tuple[Trait, ...]
    owner_ref: str = ""

    def values(self, by: str) -> set[str]:
        return {one.value for one in self.traits if one.by == by}

    def keys(self, by: str) -> set[str]:
        return {one.key for one in self.traits if one.by == by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one kind of trait is worth, in percent: the same value, and one that is the same but
    for how it is typed. `links`: the same value, unique on both sides, is proof."""

    by: str
    words: str
    same: int
    alike: int
    links: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`parts` pairs (part of the source, part of the target); `warning` is what linking costs."""

    ref: str
    label: str
    confidence: int
    reasons: tuple[str, ...]
    warning: str = ""
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`link`: to the first candidate. `ask`: a person says which; `why` says why."""

    what: Literal["new", "link", "ask"]
    candidates: tuple[Candidate, ...] = ()
    why: str = ""


def decide(
    record: Record,
    others: Sequence[Record],
    rules: Sequence[Rule],
    *,
    twins: Collection[Record] = (),
    rejected: Collection[str] = (),
) -> Verdict:
    """`others` are unlinked records of the target, `twins` unlinked ones of the source.

    Those `rejected` by a person are passed over. Weak likeness (a name) beside proof does not
    spoil it; a second record with a strong likeness does.
    """
    judged = [
        candidate
        for other in others
        if other.ref not in rejected
        for candidate in [_judge(record, other, rules)]
        if candidate is not None
    ]
    if not judged:
        return Verdict(what="new")
    judged.sort(key=lambda one: (-one.confidence, one.ref))
    objection = _objection(record, judged, others, rules, twins)
    return Verdict(what="ask" if objection else "link", candidates=tuple(judged), why=objection)


def _judge(record: Record, other: Record, rules: Sequence[Rule]) -> Candidate | None:
    worths: list[tuple[int, str]] = []
    for rule in rules:
        same = record.values(rule.by) & other.values(rule.by)
        alike = (record.keys(rule.by) & other.keys(rule.by)) - {""}
        if same:
            worths.append((rule.same, f"same {rule.words} {_listed(same)}"))
        elif alike:
            worths.append((rule.alike, _alike(record, other, rule, alike)))
    if not worths:
        return None
    best = max(worth for worth, _ in worths)
    confidence = best if best == 100 else min(MOST, best + BONUS * (len(worths) - 1))
    parts = parts_of(record, other, rules)
    return Candidate(
        ref=other.ref,
        label=other.label,
        confidence=confidence,
        reasons=tuple(words for _, words in worths),
        warning=_warning(other, {there for _, there in parts}, rules),
        parts=parts,
    )


def _objection(
    record: Record,
    judged: Sequence[Candidate],
    others: Sequence[Record],
    rules: Sequence[Rule],
    twins: Collection[Record],
) -> str:
    """Why a person must say; empty where the first candidate is proven."""
    by_ref = {other.ref: other for other in others}
    proof = [rule for rule in rules if rule.links]
    proven = [one for one in judged if _has_same(record, by_ref[one.ref], proof)]
    if not proven:
        return f"nothing proves it: {judged[0].reasons[0]}"
    if len(proven) > 1:
        return f"it is in several there: {_listed(one.label for one in proven)}"
    only = by_ref[proven[0].ref]
    if only.owner_ref and only.owner_ref != record.ref:
        return f"the one there says that it comes from {only.owner_ref}"
    if proven[0].warning:
        return proven[0].warning
    rivals = [one for one in judged if one.ref != only.ref and _is_strong(one, rules)]
    if rivals:
        return f"another one there is like it, too: {rivals[0].label}, {rivals[0].reasons[0]}"
    doubles = [one for one in twins if one.ref != record.ref and _is_twin(one, only, rules)]
    if doubles:
        return f"another record of the source is like it, too: {doubles[0].label}"
    return ""


def _has_same(record: Record, other: Record, rules: Iterable[Rule]) -> bool:
    return any(record.values(rule.by) & other.values(rule.by) for rule in rules)


def _is_strong(candidate: Candidate, rules: Sequence[Rule]) -> bool:
    """More than the weakest kind of likeness, which is a name."""
    return candidate.confidence > min(rule.same for rule in rules)


def _is_twin(record: Record, other: Record, rules: Sequence[Rule]) -> bool:
    found = _judge(record, other, rules)
    return found is not None and _is_strong(found, rules)


def _warning(other: Record, paired: Collection[str], rules: Sequence[Rule]) -> str:
    """Parts of the target's record that the source's does not have would go."""
    for rule in rules:
        rest = {
            one.value
            for one in other.traits
            if rule.links and one.by == rule.by and one.part and one.part not in paired
        }
        if rest:
            return f"linking would remove what only it has there: {rule.words} {_listed(rest)}"
    return ""


def parts_of(record: Record, other: Record, rules: Sequence[Rule]) -> tuple[tuple[str, str], ...]:
    """Pairs of parts, by the first rule that tells them apart; a part is paired once."""
    paired: dict[str, str] = {}
    for rule in rules:
        for exact in (True, False):
            for one in record.traits:
                there = [
                    two.part
                    for two in other.traits
                    if one.by == two.by == rule.by
                    and one.part
                    and two.part
                    and (one.value == two.value if exact else one.key == two.key)
                    and two.part not in paired.values()
                ]
                if len(set(there)) == 1:
                    paired.setdefault(one.part, there[0])
    mine = {one.part for one in record.traits if one.part}
    theirs = {one.part for one in other.traits if one.part}
    if len(mine) == len(theirs) == 1:
        paired = {min(mine): min(theirs)}
    return tuple(sorted(paired.items()))


def _alike(record: Record, other: Record, rule: Rule, keys: set[str]) -> str:
    key = min(keys)
    here = min(one.value for one in record.traits if (one.by, one.key) == (rule.by, key))
    there = min(one.value for one in other.traits if (one.by, one.key) == (rule.by, key))
    return f"{rule.words} {here} is typed {there} there"


def _listed(values: Iterable[str]) -> str:
    found = sorted(values)
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(found[:3]) + more
