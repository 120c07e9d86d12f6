"""`ref__among=refs`: like `ref__in`, for hundreds of texts.

They travel as one parameter. `__in` makes a placeholder of each and looks at it several times
on its way, which takes longer than the database needs to find the rows.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Lookup

_BETWEEN = "\x1f"  # the unit separator


@models.CharField.register_lookup
class Among(Lookup):
    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[str]) -> None:
        super().__init__(lhs, sorted(set(rhs)))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        joined = _BETWEEN.join(self.rhs)
        # An array would be quoted text by text; one that is empty, or holds what is put between,
        # must be.
        if "" in self.rhs or joined.count(_BETWEEN) != max(0, len(self.rhs) - 1):
            return f"{column} = ANY(%s)", [*parameters, self.rhs]
        return f"{column} = ANY(string_to_array(%s, %s))", [*parameters, joined, _BETWEEN]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        rows = "(SELECT value FROM json_each(%s))"
        return f"{column} IN {rows}", [*parameters, json.dumps(self.rhs)]
