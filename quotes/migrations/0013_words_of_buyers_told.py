"""Sales is told by mail what buyers write from now on: what stands in the threads is known."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KNOWN = 0  # no job


def note_known(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    words = apps.get_model("quotes", "Message").objects.filter(is_from_buyer=True)
    words.filter(told_in=None).update(told_in=KNOWN)


class Migration(migrations.Migration):
    dependencies = [("quotes", "0012_templates_tell_nobodys_notes")]

    operations = [migrations.RunPython(note_known, migrations.RunPython.noop)]
