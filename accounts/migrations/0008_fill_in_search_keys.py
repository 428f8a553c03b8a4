from django.db import migrations

from accounts.searching import search_key

BATCH = 500


def fill_in(apps, schema_editor):
    """Write a batch at a time, each in a transaction of its own: servers of the release before run on meanwhile."""
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    while batch := list(users.filter(search_key=None).only("username", "display_name")[:BATCH]):
        for user in batch:
            user.search_key = search_key(user.username, user.display_name)
        users.bulk_update(batch, ["search_key"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0007_search_keys")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
