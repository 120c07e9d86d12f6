from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def forget_tokens(apps, schema_editor):
    """No mail ever carried one."""
    apps.get_model("quotes", "PortalToken").objects.all().delete()


def fill(apps, schema_editor):
    """When open questions were asked; and no mail tells of what was written before."""
    rfq = apps.get_model("quotes", "Rfq")
    change = apps.get_model("integrations", "StateChange")
    asked = change.objects.filter(
        subject="rfq", subject_id=OuterRef("pk"), after="info_requested"
    ).order_by("-id")
    waiting = rfq.objects.filter(state="info_requested")
    waiting.update(asked_at=Subquery(asked.values("at")[:1]))
    waiting.filter(asked_at=None).update(asked_at=models.F("submitted_at"))
    apps.get_model("quotes", "Message").objects.filter(is_from_buyer=False).update(told_in=0)


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0010_removals'),
        ('quotes', "0008_acceptance_by_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(forget_tokens, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Mailing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(max_length=200, unique=True)),
                ('mail', models.CharField(max_length=40)),
                ('language', models.CharField(max_length=8)),
                ('subject_kind', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField()),
                ('tried_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='portaltoken',
            name='portal_token_is_for_one_person',
        ),
        migrations.RemoveField(
            model_name='portaltoken',
            name='buyer',
        ),
        migrations.RemoveField(
            model_name='portaltoken',
            name='used_at',
        ),
        migrations.AddField(
            model_name='message',
            name='told_in',
            field=models.BigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='rfq',
            name='asked_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When sales asked the last question.', null=True),
        ),
        migrations.AlterField(
            model_name='portaltoken',
            name='email',
            field=models.EmailField(max_length=254),
        ),
        migrations.AddIndex(
            model_name='rfq',
            index=models.Index(condition=models.Q(('state', 'info_requested')), fields=['asked_at', 'id'], name='rfq_asked'),
        ),
        migrations.AddConstraint(
            model_name='portaltoken',
            constraint=models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='portal_token_is_for_one_person'),
        ),
        migrations.AddIndex(
            model_name='mailing',
            index=models.Index(fields=['tried_at'], name='mailing_by_age'),
        ),
        migrations.AddConstraint(
            model_name='mailing',
            constraint=models.CheckConstraint(condition=models.Q(('message_id', ''), _negated=True), name='mailing_has_an_id'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
