from django.db import migrations, models


class Migration(migrations.Migration):
    """Other labels; the table stays as it is."""

    dependencies = [("chat", "0017_rendering")]

    operations = [
        migrations.AlterField(
            "invite", "created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")
        ),
        migrations.AlterField(
            "invite", "most_uses", models.PositiveIntegerField(blank=True, null=True, verbose_name="maximum uses")
        ),
    ]
