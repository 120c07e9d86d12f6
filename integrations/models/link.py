"""Which record here is which record there."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class IdLink(models.Model):
    """Pairs one record of a source connection with its counterpart in a target connection.

    One source record has at most one counterpart per target. For record kinds in
    `ONE_TO_ONE` the reverse holds too; mappings (two tax codes onto one ERP tax, several
    buyers of one company onto one ERP customer) may share a target.
    """

    class Kind(models.TextChoices):
        PRODUCT = "product", "Product"
        VARIANT = "variant", "SKU"
        CUSTOMER = "customer", "Customer"
        ACCOUNT = "account", "Account"
        ORDER = "order", "Order"
        TAX = "tax", "Tax"
        TERM = "term", "Payment term"
        SHIPPING = "shipping", "Shipping method"
        WAREHOUSE = "warehouse", "Warehouse"
        UNIT = "unit", "Unit of measure"
        CURRENCY = "currency", "Currency"
        STOCK = "stock", "Stock level"
        STOCK_ITEM = "stock_item", "Stock item"
        PRICE_LIST = "price_list", "Price list"
        GROUP = "group", "Customer group"
        CATEGORY = "category", "Category"

    ONE_TO_ONE: ClassVar[list[str]] = ["product", "variant", "order", "account"]

    kind = models.CharField(max_length=12, choices=Kind.choices)
    source = models.ForeignKey(
        "integrations.Connection", on_delete=models.PROTECT, related_name="links_from"
    )
    source_ref = models.CharField("id in the source", max_length=128)
    target = models.ForeignKey(
        "integrations.Connection", on_delete=models.PROTECT, related_name="links_to"
    )
    target_ref = models.CharField("id in the target", max_length=128)
    label = models.CharField(max_length=200, blank=True, help_text="For people: a name, a SKU.")
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField(max_length=120, blank=True, editable=False)
    # When the source last named the record in a complete reading.
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "link"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source", "source_ref", "target"], name="link_once_from_source"
            ),
            models.UniqueConstraint(
                fields=["kind", "target", "target_ref", "source"],
                condition=models.Q(kind__in=["product", "variant", "order", "account"]),
                name="link_once_from_target",
            ),
            models.CheckConstraint(
                name="link_ids_not_empty",
                condition=~models.Q(source_ref="") & ~models.Q(target_ref=""),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "target", "target_ref"], name="link_by_target"),
            # Whose a SKU is; each page of products asks for all of its own.
            models.Index(
                fields=["label"], name="link_variant_by_sku", condition=models.Q(kind="variant")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label or self.source_ref} ↔ {self.target_ref}"


def _mapping(kind: str, singular: str, plural: str) -> type[models.Model]:
    """A proxy of IdLink for one kind, so that each kind has its own plain form in the admin."""
    meta = type(
        "Meta",
        (),
        {
            "proxy": True,
            "verbose_name": singular,
            "verbose_name_plural": plural,
        },
    )
    name = f"{kind.capitalize()}Mapping"
    return type(
        name,
        (IdLink,),
        {
            "__module__": __name__,
            "__qualname__": name,
            "Meta": meta,
            "KIND": kind,
            "__doc__": f"Links of kind {kind}.",
        },
    )


CustomerMapping = _mapping("customer", "customer link", "customer links")
AccountMapping = _mapping("account", "account link", "account links")
ProductMapping = _mapping("product", "product link", "product links")
VariantMapping = _mapping("variant", "SKU link", "SKU links")
TaxMapping = _mapping("tax", "tax mapping", "tax mappings")
TermMapping = _mapping("term", "payment term mapping", "payment term mappings")
ShippingMapping = _mapping("shipping", "shipping method mapping", "shipping method mappings")
WarehouseMapping = _mapping("warehouse", "warehouse mapping", "warehouse mappings")
UnitMapping = _mapping("unit", "unit mapping", "unit mappings")
CurrencyMapping = _mapping("currency", "currency mapping", "currency mappings")

MAPPINGS: tuple[type[models.Model], ...] = (
    CustomerMapping,
    AccountMapping,
    ProductMapping,
    VariantMapping,
    TaxMapping,
    TermMapping,
    ShippingMapping,
    WarehouseMapping,
    UnitMapping,
    CurrencyMapping,
)
