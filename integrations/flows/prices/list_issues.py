"""What is said of price lists that are not in order, until they are again."""

from collections.abc import Iterable

from integrations.errors import Kind, NeedsOperator
from integrations.flows import issues
from integrations.models import Connection, Issue
from integrations.records import StorefrontPriceList


def cause_of(list_id: str, what: str = "rules") -> str:
    return f"price_list:{list_id}:{what}"


def note_wrong(held: StorefrontPriceList, target: Connection) -> None:
    """It was for others than its group, and is a draft now."""
    whom = "everyone" if not held.rules else "others than its group"
    issues.note_cause(
        cause_of(held.list_id),
        kind=Kind.NEEDS_OPERATOR,
        title=f"A price list was for {whom}, and was made a draft: {held.title}",
        hint=(
            f"Look at price list {held.list_id} in the storefront. Give it its customer "
            "group as its condition and make it active, or delete it there: the next "
            "complete run of the prices makes it anew."
        ),
        connection=target,
    )


def resolve(fine: Iterable[StorefrontPriceList]) -> None:
    """Ends what was said of lists that are for their groups alone (again)."""
    causes = [cause_of(one.list_id) for one in fine]
    causes += [cause_of(one.list_id, "draft") for one in fine if one.is_active]
    for issue in Issue.objects.filter(cause__in=causes, state=Issue.State.OPEN):
        issues.resolve(issue, actor=issues.BY_ITSELF, reason="The list is in order again.")


def is_told(list_id: str) -> bool:
    """Whether it was taken off sale for its rules, and nobody has mended it since."""
    return Issue.objects.filter(cause=cause_of(list_id), state=Issue.State.OPEN).exists()


def note_draft(held: StorefrontPriceList, target: Connection) -> None:
    issues.note_cause(
        cause_of(held.list_id, "draft"),
        kind=Kind.NEEDS_OPERATOR,
        title=f"A price list is a draft, so that its prices do not hold: {held.title}",
        hint="Somebody set it to draft in the storefront. Make it active there when it may hold.",
        connection=target,
    )


def not_for_its_group(held: StorefrontPriceList | None) -> NeedsOperator:
    name = held.title if held else "A price list"
    return NeedsOperator(
        f"{name} is not for its customer group alone in the storefront.",
        reason="price_list_rules",
        hint="Give it its group as the condition there, or delete it.",
    )
