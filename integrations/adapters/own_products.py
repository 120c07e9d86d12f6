"""Products of the ERP that stand for what an order holds beside goods: freight, a cent of
rounding, what was agreed in words alone."""

from dataclasses import dataclass

from integrations.adapters import Field

KINDS = ("shipping", "rounding", "free_text")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProducts:
    """Part of the settings of an ERP; empty where the connection names none."""

    rounding_product_ref: str = ""
    shipping_product_ref: str = ""
    free_text_product_ref: str = ""

    def product_ref_for(self, kind: str) -> str:
        """The product that stands in for a line of this kind which names none."""
        return str(getattr(self, f"{kind}_product_ref")) if kind in KINDS else ""

    @property
    def own_products(self) -> set[str]:
        """They are never sold as what they are."""
        return {self.product_ref_for(kind) for kind in KINDS} - {""}


def product_fields(
    word: str, *, rounding: str, shipping: str, free_text: str, group: str = ""
) -> tuple[Field, ...]:
    """The settings that name them. `word` is what the ERP calls a product, the others say what
    fits."""
    return (
        Field(
            name="rounding_product_ref",
            label=f"{word} of the rounding line",
            help=f"{rounding}; settles a cent of difference in an order.",
            group=group,
        ),
        Field(
            name="shipping_product_ref",
            label=f"{word} of the shipping line",
            help=f"{shipping}; used where a shipping method has none of its own.",
            group=group,
        ),
        Field(
            name="free_text_product_ref",
            label=f"{word} of free-text lines",
            help=f"{free_text}: its line says what was agreed. Empty: quotes with such lines are "
            "not approved.",
            group=group,
        ),
    )
