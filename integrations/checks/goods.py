"""May this account buy these goods, delivered there? Pure.

Three restrictions: countries that are delivered to, licences that goods need, and the
assortments that an account has agreed to. What cannot be told, since the portal does not know
the category of an article, is for a person to look at: it is neither refused nor overlooked.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from integrations.checks.rules import Code, Effect, Reason, Verdict
from integrations.records import Article, GoodsList, HeldLicence, Restrictions


def may_have(
    articles: Sequence[Article], restrictions: Restrictions, *, ship_to: str, today: date
) -> Verdict:
    """`ship_to` is a country code, empty for not known yet. All that speaks against is told."""
    reasons = (
        *_country(restrictions, ship_to),
        *_licences(articles, restrictions, today),
        *_assortments(articles, restrictions),
    )
    effects = {reason.effect for reason in reasons}
    is_allowed = "block" not in effects
    return Verdict(
        is_allowed=is_allowed, needs_review=is_allowed and "review" in effects, reasons=reasons
    )


def _country(restrictions: Restrictions, ship_to: str) -> Iterator[Reason]:
    allowed = restrictions.countries
    if not allowed or ship_to.upper() in allowed:
        return
    where = ship_to.upper() or "an unknown country"
    yield Reason(
        code=Code.COUNTRY_NOT_ALLOWED,
        effect="block" if ship_to else "review",
        text_for_buyer=NO_DELIVERY if ship_to else WILL_CHECK,
        text_for_operator=f"Goods would go to {where}; this account is delivered to "
        f"{', '.join(sorted(allowed))} only.",
    )


def _licences(
    articles: Sequence[Article], restrictions: Restrictions, today: date
) -> Iterator[Reason]:
    for goods in restrictions.licensed:
        needing, unknown = _split(articles, [goods])
        why = _why_not_held(goods.name, restrictions.licences, today)
        if needing and why is not None:
            code = Code.LICENCE_EXPIRED if "expired" in why else Code.LICENCE_MISSING
            yield _reason(code, "block", NEEDS_LICENCE, f"{_listed(needing)}: {why}")
        if unknown and why is not None:
            yield _unknown(unknown, f"may need the licence {goods.name}, of which {why}")


def _why_not_held(name: str, held: Iterable[HeldLicence], today: date) -> str | None:
    """None while it is held."""
    ends = [one.valid_until for one in held if one.name.casefold() == name.casefold()]
    if not ends:
        return f"the account holds no licence {name}"
    if any(end is None or end >= today for end in ends):
        return None
    last = max(end for end in ends if end is not None)
    return f"the licence {name} expired on {last:%Y-%m-%d}"


def _assortments(articles: Sequence[Article], restrictions: Restrictions) -> Iterator[Reason]:
    if not restrictions.assortments:
        return
    inside, unknown = _split(articles, restrictions.assortments)
    known = {id(one) for one in (*inside, *unknown)}
    outside = [one for one in articles if id(one) not in known]
    names = ", ".join(one.name for one in restrictions.assortments)
    if outside:
        text = f"{_listed(outside)}: not in what the account may buy ({names})"
        yield _reason(Code.NOT_IN_ASSORTMENT, "block", NOT_SOLD, text)
    if unknown:
        yield _unknown(unknown, f"may be outside of what the account may buy ({names})")


def _split(
    articles: Sequence[Article], lists: Sequence[GoodsList]
) -> tuple[list[Article], list[Article]]:
    """Those that one of the lists holds, and those of which nobody can tell."""
    inside, unknown = [], []
    for article in articles:
        answers = [one.holds(article) for one in lists]
        if True in answers:
            inside.append(article)
        elif None in answers:
            unknown.append(article)
    return inside, unknown


def _unknown(articles: Sequence[Article], what: str) -> Reason:
    text = f"{_listed(articles)}: the portal does not know the category, so it {what}"
    return _reason(Code.CATEGORY_UNKNOWN, "review", WILL_CHECK, text)


def _reason(code: Code, effect: Effect, buyer: str, operator: str) -> Reason:
    return Reason(code=code, effect=effect, text_for_buyer=buyer, text_for_operator=f"{operator}.")


def _listed(articles: Sequence[Article]) -> str:
    return ", ".join(one.label for one in articles[:10]) + (" …" if len(articles) > 10 else "")


NO_DELIVERY = "Your account is not delivered to this country. Please contact us."
NEEDS_LICENCE = (
    "Some of these goods need a licence that we do not have from you. Please contact us."
)
NOT_SOLD = "Some of these goods are not agreed for your account. Please contact us."
WILL_CHECK = "We will check this order before we confirm it."
