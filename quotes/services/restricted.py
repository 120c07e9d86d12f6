"""Which goods of a version its account may not have: while it is written, offered and accepted.

One verdict for all three, so that no offer goes out that its acceptance refuses for what was known
before. A block stops the version until its cause is gone, and nobody lets it pass here; what cannot
be told is for people to look at and stops nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from integrations.checks import Code, Reason, Verdict, may_have
from integrations.errors import NeedsOperator
from integrations.flows.customers.restrictions import restrictions_of
from integrations.flows.products.kept import categories_of
from integrations.models import Account
from integrations.records import Article, Restrictions
from quotes.errors import Incomplete
from quotes.models import Version, VersionLine
from quotes.services.counterparts import trading_flow

WHAT_TO_DO: Mapping[Code, str] = {
    Code.COUNTRY_NOT_ALLOWED: "Deliver to another country, or add this one on the company's page.",
    Code.LICENCE_MISSING: "Enter the licence on the company's page, or take the goods out.",
    Code.LICENCE_EXPIRED: "Enter the new licence on the company's page, or take the goods out.",
    Code.NOT_IN_ASSORTMENT: "Add the goods to what the company may buy, or take them out.",
    Code.CATEGORY_UNKNOWN: "Let the products flow read it, or name its SKU in the rule.",
}
SHORTER = "Or let the offer end before."


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """In words for sales: what stops the version, and what stops nothing but is to be looked at."""

    stops: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def verdict_of(version: Version, account: Account, *, today: date) -> Verdict:
    """Whether the account may have what counts of the version, as things are."""
    lines = version.lines.filter(is_optional=False, alternative_to=None)
    restrictions = restrictions_of(account)
    return _judged(_articles(list(lines), restrictions), restrictions, version, today)


def restricted(
    version: Version, lines: Sequence[VersionLine] | None = None, *, now: datetime
) -> Restricted:
    """What speaks against the version, with these lines where they are not saved yet.

    Judged for today, and for the last day of the offer: a licence may end before that. Lines
    outside the totals are not ordered, so what speaks against them only is a note.
    """
    rows = list(version.lines.all()) if lines is None else list(lines)
    rules = restrictions_of(version.quote.account)
    articles = _articles(rows, rules)
    counted = {f"line {row.n}" for row in rows if row.is_counted}
    ordered = [one for one in articles if one.place in counted]
    beside = [one for one in articles if one.place not in counted]
    today = now.astimezone(UTC).date()
    verdict = _judged(ordered, rules, version, today)
    stops = _told(verdict, "block")
    notes = [*_told(verdict, "review"), *_beside(beside, rules, version, today)]
    return Restricted(
        stops=(*stops, *_later(ordered, rules, version, now, verdict)), notes=(*notes,)
    )


def refuse_restricted(version: Version, *, now: datetime) -> None:
    """Raises Incomplete, naming each line, rule and what to do, unless the account may have it."""
    stops = restricted(version, now=now).stops
    if stops:
        raise Incomplete(
            f"{version} cannot be offered to {version.quote.account}: " + " ".join(stops)
        )


def _articles(lines: Sequence[VersionLine], rules: Restrictions) -> list[Article]:
    """Those with a SKU. Categories are looked up only where a rule goes by them."""
    known = _categories(lines) if _goes_by_category(rules) else {}
    return [
        Article(sku=line.sku, category=known.get(line.sku, ""), place=f"line {line.n}")
        for line in lines
        if line.sku
    ]


def _goes_by_category(rules: Restrictions) -> bool:
    return any(goods.categories for goods in (*rules.licensed, *rules.assortments))


def _categories(lines: Sequence[VersionLine]) -> dict[str, str]:
    try:
        erp = trading_flow().target
    except NeedsOperator:
        return {}
    return categories_of(erp, (line.sku for line in lines))


def _judged(
    articles: Sequence[Article], rules: Restrictions, version: Version, day: date
) -> Verdict:
    country = (version.ship_to or {}).get("country_code", "")
    return may_have(articles, rules, ship_to=country, today=day)


def _later(
    articles: Sequence[Article],
    rules: Restrictions,
    version: Version,
    now: datetime,
    verdict: Verdict,
) -> list[str]:
    """What will stop the acceptance on the last day of the offer though nothing does today."""
    if version.valid_until is None or version.valid_until <= now:
        return []
    last = version.valid_until.astimezone(UTC).date()
    known = {reason.text_for_operator for reason in verdict.reasons}
    then = _judged(articles, rules, version, last)
    return [
        f"On {last}, when the offer ends: {_sentence(reason)} {SHORTER}"
        for reason in then.reasons
        if reason.effect == "block" and reason.text_for_operator not in known
    ]


def _beside(
    articles: Sequence[Article], rules: Restrictions, version: Version, day: date
) -> list[str]:
    if not articles:
        return []
    reasons = _judged(articles, rules, version, day).reasons
    return [
        f"Not counted: {_sentence(reason)}"
        for reason in reasons
        if reason.code is not Code.COUNTRY_NOT_ALLOWED  # of the whole, not of a line
    ]


def _told(verdict: Verdict, effect: str) -> list[str]:
    return [_sentence(reason) for reason in verdict.reasons if reason.effect == effect]


def _sentence(reason: Reason) -> str:
    text = reason.text_for_operator
    return f"{text[:1].upper()}{text[1:]} {WHAT_TO_DO.get(reason.code, '')}".rstrip()
