import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_usernames_in_any_script")]

    operations = [
        migrations.AddField(
            "user",
            "invitation",
            models.ForeignKey(
                "accounts.Invitation",
                on_delete=django.db.models.deletion.SET_NULL,
                null=True,
                editable=False,
                related_name="+",
                db_index=False,
            ),
        ),
    ]
