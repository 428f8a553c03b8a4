from django.db import migrations

from accounts.usernames.search_keys import search_key
from chat.models.keys import folded_digest, look_digest

BATCH = 500


def fill_in(apps, schema_editor):
    """Write a batch at a time. Of public rooms whose names look alike, the oldest has the look; all keep their names."""
    rooms = apps.get_model("chat", "Room").objects.using(schema_editor.connection.alias)
    existing = rooms.filter(kind="public", deleted_at=None).exclude(name_key=None)
    taken = {digest for pair in existing.values_list("folded_name", "look") for digest in pair}
    while batch := list(rooms.filter(name_key=None).order_by("pk").only("kind", "name", "topic", "description", "deleted_at")[:BATCH]):
        for room in batch:
            room.name_key, room.about_key = search_key(room.name), search_key(room.topic, room.description)
            digests = {folded_digest(room.name), look_digest(room.name)}
            is_public = room.kind == "public" and room.deleted_at is None
            suffix = f" {room.pk}" if is_public and taken & digests else ""
            room.folded_name, room.look = folded_digest(room.name) + suffix, look_digest(room.name) + suffix
            taken |= digests if is_public else set()
        rooms.bulk_update(batch, ["name_key", "about_key", "folded_name", "look"])
    formers = apps.get_model("chat", "FormerName").objects.using(schema_editor.connection.alias)
    while batch := list(formers.filter(folded_name=None)[:BATCH]):
        for former in batch:
            former.folded_name = folded_digest(former.name)
        formers.bulk_update(batch, ["folded_name"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("chat", "0013_looks_and_search_keys")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
