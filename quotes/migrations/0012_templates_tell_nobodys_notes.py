"""Templates made before took along the notes of the quote they were saved from."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_notes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("quotes", "QuoteTemplate").objects.update(note="")
    apps.get_model("quotes", "TemplateLine").objects.update(note="")


class Migration(migrations.Migration):
    dependencies = [("quotes", "0011_acceptance_orderer")]

    operations = [
        migrations.RunPython(forget_notes, migrations.RunPython.noop),
        migrations.RemoveField("quotetemplate", "internal_note"),
    ]
