from django.db import migrations, models

import accounts.usernames.fields
import accounts.usernames.rules
from accounts.usernames.confusables import skeleton
from accounts.usernames.rules import folded

BATCH = 500


def fill(apps, schema_editor):
    """Who already looks like somebody else keeps their name: their skeleton gets a space and a number behind it."""
    users = apps.get_model("accounts", "User").objects.order_by("pk").only("username")
    seen, batch = set(), []
    for user in users.iterator(BATCH):
        looks = skeleton(user.username)
        user.folded, user.skeleton = folded(user.username), f"{looks} {user.pk}" if looks in seen else looks
        seen.add(looks)
        batch.append(user)
        if len(batch) == BATCH:
            users.bulk_update(batch, ["folded", "skeleton"])
            batch.clear()
    users.bulk_update(batch, ["folded", "skeleton"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_profiles_and_invitations")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="username",
            field=models.CharField(
                error_messages={"unique": accounts.usernames.rules.TAKEN},
                max_length=40,
                unique=True,
                validators=accounts.usernames.rules.validators,
                verbose_name="username",
            ),
        ),
        migrations.AddField("user", "folded", accounts.usernames.fields.FoldedField(editable=False, max_length=80, null=True)),
        migrations.AddField("user", "skeleton", accounts.usernames.fields.SkeletonField(editable=False, max_length=300, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("user", "folded", accounts.usernames.fields.FoldedField(editable=False, max_length=80, unique=True)),
        migrations.AlterField(
            "user", "skeleton", accounts.usernames.fields.SkeletonField(editable=False, max_length=300, unique=True)
        ),
    ]
