"""Pages of a list whose table grows to millions of rows."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED = 10_000


class CappedPaginator(Paginator):
    """Counts and pages the first COUNTED rows; what lies behind is found by filter or search.

    Counting every row, or skipping a million of them to show the last page, would take the
    database seconds. `is_cut` says that there are more rows than were counted.
    """

    template_name = "console/_pages.html"

    @cached_property
    def count(self) -> int:
        return min(self._seen, COUNTED)

    @property
    def is_cut(self) -> bool:
        return self._seen > COUNTED

    @cached_property
    def _seen(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[: COUNTED + 1].count()
