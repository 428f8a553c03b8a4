import accounts.usernames.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_names_of_running_servers'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='search_key',
            field=accounts.usernames.fields.SearchKeyField('username', 'display_name', editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('search_key', None)), fields=['id'], name='user_without_search_key'),
        ),
    ]
