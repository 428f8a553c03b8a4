import django.db.models.deletion
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations, models
from django.utils import timezone

BATCH = 500
NO_ADDRESS = "::"


def note_sessions(apps, schema_editor):
    """Note the user of each session: sessions of a user are found by these notes alone from now on."""
    session, noted = apps.get_model("sessions", "Session"), apps.get_model("usersessions", "UserSession")
    users = set(apps.get_model(settings.AUTH_USER_MODEL).objects.values_list("pk", flat=True))
    unnoted = session.objects.filter(expire_date__gt=timezone.now()).exclude(
        session_key__in=noted.objects.values("session_key")
    )
    batch = []
    for key, data in unnoted.values_list("session_key", "session_data").iterator(BATCH):
        user = str(SessionStore().decode(data).get(SESSION_KEY, ""))
        if user.isdecimal() and int(user) in users:
            batch.append(noted(session_key=key, user_id=int(user), ip=NO_ADDRESS, user_agent=""))
        if len(batch) == BATCH:
            noted.objects.bulk_create(batch, ignore_conflicts=True)
            batch.clear()
    noted.objects.bulk_create(batch, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_usernames_in_any_script"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

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
        migrations.RunPython(note_sessions, migrations.RunPython.noop, elidable=True),
    ]
