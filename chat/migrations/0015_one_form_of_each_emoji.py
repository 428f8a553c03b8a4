from django.db import migrations, transaction
from django.db.models import Exists, OuterRef

from chat.markup.emoji import canonical

BATCH = 1_000


def merge(apps, schema_editor):
    """Store each emoji in its one form. A person's reactions with two forms of one emoji become one."""
    using = schema_editor.connection.alias
    reactions = apps.get_model("chat", "Reaction").objects.using(using)
    for emoji, stored in _others(reactions):
        while ids := list(reactions.filter(emoji=emoji).values_list("pk", flat=True)[:BATCH]):
            same = reactions.filter(message=OuterRef("message"), user=OuterRef("user"), emoji=stored)
            with transaction.atomic(using=using):
                reactions.filter(Exists(same), pk__in=ids).delete()
                reactions.filter(pk__in=ids).update(emoji=stored)
    for model in ("Room", "Status"):
        rows = apps.get_model("chat", model).objects.using(using)
        for emoji, stored in _others(rows):
            rows.filter(emoji=emoji).update(emoji=stored)


def _others(rows):
    """Return the forms that are stored, and are not the one form, each with that one."""
    found = rows.order_by().values_list("emoji", flat=True).distinct()
    return [(emoji, canonical(emoji)) for emoji in found if canonical(emoji) != emoji]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("chat", "0014_fill_in_keys_of_rooms")]

    operations = [migrations.RunPython(merge, migrations.RunPython.noop)]
