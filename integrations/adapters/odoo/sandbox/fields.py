"""What a field and a model are, and short ways to say which field is meant."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDef:
    type: str
    label: str = ""
    relation: str = ""
    inverse: str = ""
    digits: tuple[int, int] | None = None
    selection: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    compute: str = ""
    default: object = False
    currency_field: str = ""
    source: str = ""  # the name it is stored under, where that differs
    group: str = ""  # who lacks it may not read the field, see `User.lacks`


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDef:
    label: str
    fields: dict[str, FieldDef]
    order: str = "id"
    groups: tuple[str, ...] = ()  # who may do what the service user may not
    rights: str = "r"  # of the service user: r, c, w, u


def char(label: str = "", **more: object) -> FieldDef:
    return FieldDef(type="char", label=label, **more)  # type: ignore[arg-type]


def text(label: str = "") -> FieldDef:
    return FieldDef(type="text", label=label)


def flag(label: str = "", default: bool = False, compute: str = "") -> FieldDef:
    return FieldDef(type="boolean", label=label, default=default, compute=compute)


def number(
    label: str = "", digits: tuple[int, int] | None = None, compute: str = "", group: str = ""
) -> FieldDef:
    return FieldDef(
        type="float", label=label, digits=digits, compute=compute, default=0, group=group
    )


def money(label: str = "", compute: str = "", group: str = "") -> FieldDef:
    return FieldDef(
        type="monetary",
        label=label,
        compute=compute,
        default=0,
        currency_field="currency_id",
        group=group,
    )


def one(relation: str, label: str = "", compute: str = "", is_required: bool = False) -> FieldDef:
    return FieldDef(
        type="many2one", relation=relation, label=label, compute=compute, is_required=is_required
    )


def many(relation: str, label: str = "", compute: str = "") -> FieldDef:
    return FieldDef(type="many2many", relation=relation, label=label, compute=compute)


def children(relation: str, inverse: str, label: str = "") -> FieldDef:
    return FieldDef(type="one2many", relation=relation, inverse=inverse, label=label)


def choice(label: str, *values: tuple[str, str], compute: str = "") -> FieldDef:
    return FieldDef(type="selection", label=label, selection=values, compute=compute)


def moment(label: str = "") -> FieldDef:
    return FieldDef(type="datetime", label=label)


def day(label: str = "") -> FieldDef:
    return FieldDef(type="date", label=label)
