"""`python -m testing.upgrades`: rejects migrations that running servers of the last release could not handle.

During an upgrade the database is migrated while those servers still run, and write according to their own models.
Migrations are checked that are newer than the last release: the latest tag `v…`, or else `RELEASED`. A migration that
is safe after all says why, in an attribute of its class:

    class Migration(migrations.Migration):
        safe_for_running_servers = "The release before does not use this column any more."
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from django.conf import settings
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field, ManyToManyField

# The newest migration of each app in the last release, as long as no release has a tag.
RELEASED = {"accounts": "0004_usernames_in_any_script", "chat": "0007_acts_of_accounts"}
REASON = "safe_for_running_servers"

HARMLESS = (
    operations.CreateModel,
    operations.AddIndex,
    operations.RemoveIndex,
    operations.RenameIndex,
    operations.RemoveConstraint,
    operations.AlterModelOptions,
    operations.AlterModelManagers,
    operations.AlterModelTableComment,
    operations.AlterOrderWithRespectTo,
    operations.RunPython,  # changes rows by models, and not the schema that servers write to
)
REMOVES = (operations.RemoveField, operations.DeleteModel)
RENAMES = (operations.RenameField, operations.RenameModel, operations.AlterModelTable)
CONSTRAINS = (operations.AddConstraint, operations.AlterUniqueTogether, operations.AlterIndexTogether)


def refusals(loader: MigrationLoader, released: set[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for each operation on the last release's tables that its running servers could not handle."""
    known = _models_of(loader.project_state(sorted(released & set(loader.graph.nodes))))
    for app, name in _order(loader):
        if (app, name) not in released and app in {app for app, _ in released}:
            migration = loader.graph.nodes[app, name]
            if not getattr(migration, REASON, ""):
                before = loader.project_state((app, name), at_end=False)
                yield from _judged(migration, before, known)


def _order(loader: MigrationLoader) -> list[tuple[str, str]]:
    ordered: dict[tuple[str, str], None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        ordered |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    return list(ordered)


def _models_of(state: ProjectState) -> dict[tuple[str, str], set[str]]:
    return {key: set(model.fields) for key, model in state.models.items()}


def _judged(migration: Migration, state: ProjectState, known: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    app = migration.app_label
    for operation in _flat(migration.operations):
        model = str(getattr(operation, "model_name", "") or getattr(operation, "name", "")).lower()
        if why := _why_not(operation, state, app, model, known.get((app, model))):
            yield f"{app}.{migration.name}: {operation.describe()}: {why}"
        operation.state_forwards(app, state)


def _flat(found: Sequence[Operation]) -> Iterator[Operation]:
    for operation in found:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _why_not(operation: Operation, state: ProjectState, app: str, model: str, fields: set[str] | None) -> str | None:
    """Return why servers of the last release could not handle it; `fields` are the model's fields in that release."""
    if isinstance(operation, operations.RunSQL):
        return f"its SQL is not judged here: say in `{REASON}` why running servers can live with it"
    if fields is None or isinstance(operation, HARMLESS):
        return None  # those servers do not use a new table
    if isinstance(operation, operations.AddField):
        return _why_not_added(operation.field)
    if isinstance(operation, operations.AlterField):
        former = state.models[app, model].fields[operation.name]
        return _why_not_altered(former, operation.field) if operation.name in fields else None
    if isinstance(operation, (operations.RemoveField, operations.RenameField)):
        name = operation.name if isinstance(operation, operations.RemoveField) else operation.old_name
        return "running servers read and write it" if name in fields else None
    if isinstance(operation, (*REMOVES, *RENAMES)):
        return "running servers read and write it"
    if isinstance(operation, CONSTRAINS):
        return "running servers may write what it forbids"
    return f"it is not known whether running servers can live with it: say in `{REASON}` why they can"


def _why_not_added(field: Field) -> str | None:
    if isinstance(field, ManyToManyField) or field.null or field.has_db_default():
        return None
    return "running servers write no value for it: it needs null=True or db_default"


def _why_not_altered(former: Field, field: Field) -> str | None:
    if former.null and not field.null:
        return "running servers may leave it empty"
    if field.unique and not former.unique:
        return "running servers may write a value twice"
    if field.max_length is not None and (former.max_length is None or field.max_length < former.max_length):
        return "running servers may write longer values"
    if field.get_internal_type() != former.get_internal_type():
        return "running servers write values of the former type"
    return None


def released(loader: MigrationLoader) -> set[tuple[str, str]]:
    """Return the migrations of the last release, of all our apps."""
    if tag := _git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"):
        paths = map(PurePosixPath, _git("ls-tree", "-r", "--name-only", tag).splitlines())
        return {(path.parts[0], path.stem) for path in paths if path.match("*/migrations/[0-9]*.py")}
    return {key for app, name in RELEASED.items() for key in loader.graph.forwards_plan((app, name)) if key[0] == app}


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def main() -> int:
    loader = MigrationLoader(None)
    found = list(refusals(loader, released(loader)))
    for line in found:
        sys.stderr.write(line + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    import django

    django.setup()
    sys.exit(main())
