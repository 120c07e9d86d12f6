"""Pieces that several sections of the language are made of."""

from integrations.adapters.custom.mapping import names, records
from integrations.adapters.custom.mapping.fields import PATH, FieldSpec, FieldsShape
from integrations.adapters.custom.mapping.requests import OperationShape
from integrations.adapters.custom.mapping.shapes import Key, Section
from integrations.adapters.custom.mapping.templates import Names


def a_list(windowed: Names = names.WINDOW, *must: str) -> OperationShape:
    return OperationShape(windowed, is_list=True, must_use=must)


def fields(specs: tuple[FieldSpec, ...]) -> FieldsShape:
    return FieldsShape(specs)


def rows(specs: tuple[FieldSpec, ...], *more: Key) -> Section:
    """Rows within a row."""
    rows = Key("rows", PATH, "Where its list stands in the row.", is_required=True)
    return Section(
        (rows, Key("fields", fields(specs), "Where what stands.", is_required=True), *more)
    )


def pulled(specs: tuple[FieldSpec, ...], *more: Key) -> Section:
    """A list of its own, read by window."""
    return Section(
        (
            Key("list", a_list(), "Reads them, a page at a time.", is_required=True),
            Key("fields", fields(specs), "Where what stands in a row.", is_required=True),
            *more,
        )
    )


def attached(specs: tuple[FieldSpec, ...]) -> Section:
    """What belongs to orders: within the order's row, or a list of its own."""
    return Section(
        (
            Key("list", a_list(names.SEVERAL), "Reads those of {refs}, or of one {ref}."),
            Key("rows", PATH, "Where they stand in the order's row, when they do."),
            Key("fields", fields(specs), "Where what stands.", is_required=True),
            Key("lines", rows(records.MOVED_LINE), "What moved, line by line."),
        )
    )
