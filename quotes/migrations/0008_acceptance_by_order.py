from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("quotes", "0007_shop_orders_of_accounts")]

    operations = [
        migrations.AddIndex(
            model_name="acceptance",
            index=models.Index(fields=["order_ref"], name="acceptance_by_order"),
        ),
    ]
