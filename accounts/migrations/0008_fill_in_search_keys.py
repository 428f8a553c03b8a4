from django.db import migrations, transaction

from accounts.usernames.search_keys import search_key

BATCH = 500


def fill_in(apps, schema_editor):
    """Write a batch at a time, each in a transaction of its own: servers of the release before run on meanwhile."""
    connection = schema_editor.connection
    users = apps.get_model("accounts", "User").objects.using(connection.alias).filter(search_key=None)
    while batch := list(users.values_list("pk", "username", "display_name")[:BATCH]):
        keys = [(search_key(username, display_name), pk) for pk, username, display_name in batch]
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            # bulk_update takes several times as long.
            cursor.executemany("UPDATE accounts_user SET search_key = %s WHERE id = %s", keys)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0007_search_keys")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
