import accounts.usernames.fields
import chat.models.keys
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    safe_for_running_servers = "The constraints are on columns that running servers leave empty."

    dependencies = [
        ('chat', '0012_edits_know_their_base'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='formername',
            name='folded_name',
            field=chat.models.keys.FoldedNameField(db_index=True, editable=False, max_length=90, null=True),
        ),
        migrations.AddField(
            model_name='room',
            name='about_key',
            field=accounts.usernames.fields.SearchKeyField('topic', 'description', editable=False, null=True),
        ),
        migrations.AddField(
            model_name='room',
            name='folded_name',
            field=chat.models.keys.FoldedNameField(editable=False, max_length=90, null=True),
        ),
        migrations.AddField(
            model_name='room',
            name='look',
            field=chat.models.keys.LookField(editable=False, max_length=90, null=True),
        ),
        migrations.AddField(
            model_name='room',
            name='name_key',
            field=accounts.usernames.fields.SearchKeyField('name', editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(condition=models.Q(('name_key', None)), fields=['id'], name='room_without_keys'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('kind', 'public')), fields=('folded_name',), name='public_room_names_differ', violation_error_message='There is a public room with that name, or with one that looks like it.'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('kind', 'public')), fields=('look',), name='public_room_names_look_different', violation_error_message='There is a public room with that name, or with one that looks like it.'),
        ),
    ]
