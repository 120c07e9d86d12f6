from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def give_to_accounts(apps, schema_editor):
    """Orders of accepted quotes belong to the account that accepted."""
    order = apps.get_model("integrations", "Order")
    acceptance = apps.get_model("quotes", "Acceptance")
    accepted = acceptance.objects.exclude(order_ref="").filter(order_ref=OuterRef("storefront_ref"))
    order.objects.filter(account=None, origin__in=["quote", "event", "sweep"]).annotate(
        buying=Subquery(accepted.values("quote__account")[:1])
    ).exclude(buying=None).update(account=F("buying"))


class Migration(migrations.Migration):

    dependencies = [
        ("quotes", "0006_sales"),
        ("integrations", "0007_shop_payments_and_accounts"),
    ]

    operations = [migrations.RunPython(give_to_accounts, migrations.RunPython.noop)]
