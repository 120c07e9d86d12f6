from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0020_link_variant_by_sku'),
    ]

    operations = [
        migrations.AddField(
            model_name='stocklevel',
            name='seen_in',
            field=models.BigIntegerField(editable=False, null=True),
        ),
    ]
