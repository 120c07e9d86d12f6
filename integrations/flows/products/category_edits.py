"""Hand edits of categories: their names, where they lie, and whether buyers see them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.flows.ownership import Owned, compare, looks_for_edits, note_deleted, remember
from integrations.flows.ownership.kinds import Change, Content
from integrations.flows.runs.batch import Work
from integrations.models import Flow, IdLink
from integrations.records import CategoryWrite, StorefrontCategory

KIND = IdLink.Kind.CATEGORY
AT_THE_TOP = "at the top"
DELETED = ("category", "in the storefront", "deleted")
ANEW = "Made anew with the products that lie in it."


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryThere:
    """A category of the storefront, with the names of all of them by id."""

    category: StorefrontCategory
    names: Mapping[str, str]


def links_of(flow: Flow) -> Any:
    return IdLink.objects.filter(kind=KIND, source=flow.source, target=flow.target)


def look(work: Work, shop: Any) -> None:
    """In a complete reading, before the ERP is read: compares all categories of the flow with what
    was written of them. One that was deleted is forgotten, and its products are carried out
    again. Safe to repeat."""
    if not looks_for_edits(work):
        return
    links = list(links_of(work.flow).select_related("written").order_by("pk"))
    if not links:
        return
    there = {one.category_id for one in shop.categories()}
    compare(work.flow, shop, [link for link in links if link.target_ref in there])
    for link in links:
        if link.target_ref not in there:
            _forget(work.flow, link)


def _forget(flow: Flow, link: IdLink) -> None:
    inside = IdLink.objects.filter(
        kind=IdLink.Kind.PRODUCT,
        source=flow.source,
        target=flow.target,
        written__content__category_id=link.target_ref,
    )
    inside.update(fingerprint="")
    note_deleted(flow, link.label, DELETED, reason=ANEW)
    link.delete()


def remember_category(flow: Flow, ref: str, there: StorefrontCategory, *, is_written: bool) -> None:
    """Keeps what was written of it. One that was found as wanted is kept if nothing was before:
    else a hand's edit of the rest of it would pass for ours."""
    link = links_of(flow).filter(source_ref=ref).select_related("written").first()
    if link is None or (hasattr(link, "written") and not is_written):
        return
    is_active = link.written.content["is_active"] if hasattr(link, "written") else there.is_active
    remember([(link, content_of(there, is_active=is_active))])


def content_of(there: StorefrontCategory, *, is_active: bool) -> Content:
    return {
        "external_ref": there.external_ref,
        "name": there.name,
        "parent_id": there.parent_id,
        "is_active": is_active,
    }


def edits_of(
    flow: Flow, there: StorefrontCategory, names: Mapping[str, str]
) -> dict[IdLink, Sequence[Change]]:
    """What a hand changed of this category, which is about to be written."""
    links = links_of(flow).filter(target_ref=there.category_id, written__isnull=False)
    link = links.select_related("written").first()
    changes = _changes(link, CategoryThere(category=there, names=names)) if link else ()
    return {link: changes} if link is not None and changes else {}


def names_of(categories: Iterable[StorefrontCategory]) -> dict[str, str]:
    return {one.category_id: one.name for one in categories}


def _read(shop: Any, links: Sequence[IdLink]) -> Mapping[str, CategoryThere]:
    there = shop.categories()
    names, wanted = names_of(there), {link.target_ref for link in links}
    return {
        one.category_id: CategoryThere(category=one, names=names)
        for one in there
        if one.category_id in wanted
    }


def _changes(link: IdLink, found: CategoryThere | None) -> Sequence[Change]:
    """(field, what was written, what is there)."""
    if found is None:
        return (DELETED,)
    written, there, names = link.written.content, found.category, found.names
    rows = (
        ("name", written["name"], there.name),
        ("lies below", _above(written["parent_id"], names), _above(there.parent_id, names)),
        ("shown to buyers", _yes(written["is_active"]), _yes(there.is_active)),
    )
    return tuple(row for row in rows if row[1] != row[2])


def _above(category_id: str, names: Mapping[str, str]) -> str:
    return names.get(category_id, category_id) if category_id else AT_THE_TOP


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _write(shop: Any, flow: Flow, link: IdLink) -> None:
    shop.write_category(CategoryWrite(category_id=link.target_ref, **link.written.content))


OWNED_CATEGORIES = Owned(
    flow_kind=Flow.Kind.PRODUCTS,
    link_kind=KIND,
    read=_read,
    differences=_changes,
    write=_write,
)
