"""Papers of the ERP that are kept for a while: the ERP takes seconds to print one."""

from django.db import models


class InvoiceCopy(models.Model):
    """An invoice as the ERP printed it a moment ago, for those who may see the invoice."""

    invoice = models.OneToOneField(
        "integrations.Invoice", on_delete=models.CASCADE, primary_key=True, related_name="copy"
    )
    # What it says of the invoice, so that one that was paid since is printed anew.
    payment_state = models.CharField(max_length=10)
    name = models.CharField(max_length=100)
    content = models.BinaryField()
    fetched_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"copy of {self.invoice}"
