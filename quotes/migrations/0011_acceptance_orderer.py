import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quotes", "0010_acceptances")]

    operations = [
        migrations.AlterField(
            model_name="acceptance",
            name="orderer",
            field=models.ForeignKey(
                help_text="Whose customer in the storefront the order is for.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="integrations.buyer",
            ),
        ),
    ]
