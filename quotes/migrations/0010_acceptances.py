"""An acceptance that was given up stays as history beside the next one, and its order has a
customer of its own: the one that was quoted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def order_for_who_accepted(apps, schema_editor):
    acceptances = apps.get_model("quotes", "Acceptance").objects
    acceptances.filter(orderer=None).update(orderer=F("buyer"))


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0010_removals"),
        ("quotes", "0009_mails_and_threads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="acceptance",
            name="account_note",
            field=models.TextField(
                blank=True,
                help_text="For sales; what needs a look.",
                verbose_name="what was told of the account",
            ),
        ),
        migrations.AddField(
            model_name="acceptance",
            name="given_up_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="acceptance",
            name="orderer",
            field=models.ForeignKey(
                help_text="Whose customer in the storefront the order is for.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="integrations.buyer",
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="cleared_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="erp",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="integrations.connection",
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="erp_customer_ref",
            field=models.CharField(
                blank=True, editable=False, max_length=64, verbose_name="customer in the ERP"
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="held_note",
            field=models.TextField(
                blank=True, editable=False, verbose_name="acceptance is held"
            ),
        ),
        migrations.AlterField(
            model_name="acceptance",
            name="quote",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acceptances",
                to="quotes.quote",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("given_up_at", None)),
                fields=("quote",),
                name="acceptance_one_live",
            ),
        ),
        migrations.RunPython(order_for_who_accepted, migrations.RunPython.noop),
    ]
