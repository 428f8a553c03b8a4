import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def take_owners_for_makers(apps, schema_editor):
    """Nothing else says who made a room that was there before."""
    Room, Membership = apps.get_model("chat", "Room"), apps.get_model("chat", "Membership")
    owner = Membership.objects.filter(room=OuterRef("pk"), role="owner", left_at=None).values("user")[:1]
    Room.objects.exclude(kind="direct").update(created_by=Subquery(owner))


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0007_acts_of_accounts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="room",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(take_owners_for_makers, migrations.RunPython.noop, elidable=True),
    ]
