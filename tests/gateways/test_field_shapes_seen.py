"""An ERP whose fields are known from sampled rows: silence is neither a loss nor a change."""

from integrations.gateways.field_shapes import as_found, compare
from integrations.records import UsedField


def field(type: str = "text", *, is_told: bool = True, is_optional: bool = False) -> UsedField:
    return UsedField(
        entity="orders",
        name="note",
        type=type,
        needed_by=("PushesOrders",),
        is_told=is_told,
        is_optional=is_optional,
    )


UNTOLD = field("not seen yet", is_told=False)
ACCEPTED = {"orders": {"note": "text"}}


def test_first_rows_are_no_change_of_what_was_not_told_before() -> None:
    before = compare({}, [UNTOLD])
    after = compare(before.accepted, [field("text")])

    assert (before.changes, before.accepted) == ((), {})
    assert (after.changes, after.accepted) == ((), ACCEPTED)


def test_field_of_which_nothing_is_told_any_more_stays_as_accepted() -> None:
    found = compare(ACCEPTED, [UNTOLD])

    assert (found.changes, found.accepted) == ((), ACCEPTED)


def test_rare_field_that_was_never_seen_stops_nothing() -> None:
    assert compare({}, [field("", is_optional=True)]).changes == ()
    assert as_found([field("", is_optional=True), UNTOLD]) == {}


def test_rare_field_that_was_seen_and_is_gone_is_a_change() -> None:
    (change,) = compare(ACCEPTED, [field("", is_optional=True)]).changes

    assert str(change) == "orders.note is not there (any more)"


def test_field_that_no_row_can_be_without_is_missed_at_once() -> None:
    (change,) = compare({}, [field("")]).changes

    assert change.stops == ("PushesOrders",)
