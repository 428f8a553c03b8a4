from django.db import migrations

COLUMNS = ("folded", "skeleton")


def set_default(apps, schema_editor):
    """Let servers of a release before 0004 go on making accounts: accounts/usernames/backfill.py fills in what they leave out.

    SQLite sets no default of a column that is there. There, no server of an older release runs on a migrated database.
    """
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(
                f"ALTER TABLE accounts_user ALTER COLUMN {column} SET DEFAULT ('?' || gen_random_uuid()::text)"
            )


def drop_default(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(f"ALTER TABLE accounts_user ALTER COLUMN {column} DROP DEFAULT")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_invitations_and_noted_sessions")]

    operations = [migrations.RunPython(set_default, drop_default)]
