import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engine', '0003_startable_by_resource'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='syncjob',
            name='job_key_seq_once',
        ),
        migrations.AlterField(
            model_name='syncjob',
            name='resource',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='engine.resource'),
        ),
        migrations.AddIndex(
            model_name='syncjob',
            index=models.Index(fields=['kind', '-id'], name='job_kind_newest'),
        ),
        migrations.AddIndex(
            model_name='syncjob',
            index=models.Index(fields=['resource', '-id'], name='job_resource_newest'),
        ),
        migrations.AddIndex(
            model_name='syncjob',
            index=models.Index(condition=models.Q(('state__in', ('queued', 'running', 'waiting', 'parked', 'compensating'))), fields=['-id'], name='job_open_newest'),
        ),
        migrations.AddConstraint(
            model_name='syncjob',
            constraint=models.UniqueConstraint(fields=('key', 'seq'), name='job_key_seq_once', opclasses=['varchar_pattern_ops', 'int8_ops']),
        ),
    ]
