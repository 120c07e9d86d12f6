"""Lists that end where a page does: exactly one page, exactly some, and one row more.

A page of as many rows as were asked for says nothing about the end, so the portal asks on,
unless the ERP itself says that nothing follows (a link, a mark or a number of pages).
"""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from integrations import ports
from integrations.records import Page
from tests.contract.office import Office
from tests.contract.orders import able
from tests.contract.walking import everything

pytestmark = pytest.mark.slow

PULLS = {
    "PullsProducts": "product_page",
    "PullsPrices": "price_page",
    "PullsStock": "stock_page",
    "PullsCustomers": "customer_page",
}
# Business Central answers with a link where more follows, the mappings name what tells it.
SAY_WHERE_THEY_END = ("business_central", "custom", "custom_odd")
MOST_CALLS, WHOLE = 2000, 500
Walked = list[tuple[str, Page[Any], int]]  # what was read, with its stage and its HTTP calls


def walked(office: Office, port: str, size: int) -> Walked:
    office.standin.dials.clear()
    read = getattr(sized(office, port, size), PULLS[port])
    window, cursor = everything(), None
    found: Walked = []
    for _ in range(MOST_CALLS):
        before = len(office.standin.log)
        page = read(window, cursor)
        found.append((_stage(cursor), page, len(office.standin.log) - before))
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError(f"still not at its end after {MOST_CALLS} pages")


def sized(office: Office, port: str, size: int) -> Any:
    """An adapter that asks for so many rows, of an ERP that sends no more."""
    if "mapping" not in office.seed.settings:
        adapter = able(office, getattr(ports, port))
        adapter.page_size = size
        return adapter
    office.standin.dials.set("shrink_pages", size=size)  # a list that only follows links
    mapping = re.sub(r"(paging: {.*?size: )\d+", rf"\g<1>{size}", office.seed.settings["mapping"])
    return office.adapter(settings={"mapping": mapping})


def _stage(cursor: str | None) -> str:
    """Some ports read several lists, one after the other."""
    found = re.match("([a-z_]+):", cursor or "")
    return found[1] if found else ""


def of_first_list(pages: Walked, first: str) -> Walked:
    return [pages[0], *(page for page in pages[1:] if page[0] == first)]


def told(pages: Walked) -> Mapping[str, Any]:
    names = ("ref", "variant_ref", "location_ref")
    return {
        "|".join(str(getattr(row, name, "")) for name in names): _timeless(row)
        for _, page, _ in pages
        for row in page.rows
    }


def _timeless(row: Any) -> str:
    """Without when it was read."""
    return re.sub(r"as_of=datetime\.datetime\([^)]*\)", "", repr(row))


def smallest_whole(office: Office, port: str) -> int:
    """The size of a page that holds the whole first list, and one less does not."""
    first = walked(office, port, 1)[1][0]
    small, large = 1, WHOLE
    while large - small > 1:
        middle = (small + large) // 2
        is_whole = len(of_first_list(walked(office, port, middle), first)) == 1
        small, large = (small, middle) if is_whole else (middle, large)
    return large


def sizes(count: int) -> list[int]:
    """For a list of `count` rows, or of one less: one page, whole pages, and one row more."""
    found = {1, 2, 3, count - 2, count - 1, count, count + 1}
    for rows in (count - 2, count - 1, count):
        found |= {part for part in range(rows // 3, rows) if part > 0 and rows % part == 0}
    return sorted(size for size in found if size > 0)


@pytest.mark.parametrize("port", PULLS)
def test_list_is_whole_wherever_its_pages_end(office: Office, port: str) -> None:
    able(office, getattr(ports, port))
    whole = told(walked(office, port, WHOLE))

    for size in sizes(smallest_whole(office, port)):
        assert told(walked(office, port, size)) == whole, f"pages of {size}"


@pytest.mark.parametrize("port", PULLS)
def test_full_page_is_not_believed_to_be_the_last(office: Office, port: str) -> None:
    able(office, getattr(ports, port))
    if office.kind in SAY_WHERE_THEY_END:
        pytest.skip("the ERP says itself where its lists end")

    pages = walked(office, port, 1)  # each is full, and the last one that came was as well
    *before, (_, last, calls) = of_first_list(pages, pages[1][0])

    assert before
    assert (last.rows, calls > 0) == ((), True)
