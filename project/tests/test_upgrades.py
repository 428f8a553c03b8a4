"""Migrations that would break servers of the previous release are refused by bin/check."""

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from testing.upgrades import RELEASED, refusals, released

NEW = "9999_new"


def text(**options: object) -> models.CharField:
    return models.CharField(max_length=80, **options)  # type: ignore[arg-type]


def lines_about(*operations: Operation, app: str = "accounts", reason: str = "") -> list[str]:
    """Return the complaints about a migration with these operations, which follows the last one of the app."""
    loader = MigrationLoader(None)
    last = loader.graph.leaf_nodes(app)[0]
    attributes = {"operations": list(operations), "dependencies": [last], "safe_for_running_servers": reason}
    loader.graph.add_node((app, NEW), type("Migration", (migrations.Migration,), attributes)(NEW, app))
    loader.graph.add_dependency(None, (app, NEW), last)
    return list(refusals(loader, released(loader)))


def test_the_migrations_of_this_tree_keep_running_servers_working() -> None:
    loader = MigrationLoader(None)
    assert list(refusals(loader, released(loader))) == []
    assert RELEASED.items() <= released(loader)


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("user", "nickname", text(null=True)),
        migrations.AddField("user", "nickname", text(db_default="")),
        migrations.AddField("user", "friends", models.ManyToManyField("accounts.User")),
        migrations.AlterField("user", "theme", models.CharField(max_length=100, db_default="")),
        migrations.AlterField("user", "display_name", text(null=True)),
        migrations.CreateModel("Badge", [("id", models.BigAutoField(primary_key=True)), ("name", text(unique=True))]),
        migrations.AddIndex("user", models.Index(fields=["display_name"], name="by_name")),
        migrations.RemoveConstraint("user", "username_unique_in_any_case"),
        migrations.AlterModelOptions("user", {"verbose_name": "member"}),
        migrations.RunPython(migrations.RunPython.noop),
    ],
    ids=lambda operation: operation.describe(),
)
def test_a_migration_that_running_servers_can_live_with_is_accepted(operation: Operation) -> None:
    assert lines_about(operation) == []


REFUSED = [
    (migrations.AddField("user", "nickname", text(default="")), "needs null=True or db_default"),
    (migrations.RemoveField("user", "theme"), "running servers read and write it"),
    (migrations.RenameField("user", "theme", "colours"), "running servers read and write it"),
    (migrations.DeleteModel("Invitation"), "running servers read and write it"),
    (migrations.RenameModel("Invitation", "Letter"), "running servers read and write it"),
    (migrations.AlterModelTable("invitation", "letters"), "running servers read and write it"),
    (migrations.AlterField("user", "deleted_at", models.DateTimeField()), "may leave it empty"),
    (migrations.AlterField("user", "display_name", text(unique=True)), "may write a value twice"),
    (migrations.AlterField("user", "display_name", models.CharField(max_length=9)), "may write longer values"),
    (migrations.AlterField("user", "display_name", models.IntegerField()), "values of the former type"),
    (
        migrations.AddConstraint("user", models.UniqueConstraint(fields=["email"], name="one_address")),
        "may write what it forbids",
    ),
    (migrations.AlterUniqueTogether("user", {("email", "theme")}), "may write what it forbids"),
    (migrations.RunSQL("SELECT 1"), "say in `safe_for_running_servers`"),
]


@pytest.mark.parametrize(("operation", "why"), REFUSED, ids=[each.describe() for each, _ in REFUSED])
def test_a_migration_that_running_servers_could_not_live_with_is_refused_unless_it_says_why_it_is_safe(
    operation: Operation, why: str
) -> None:
    [line] = lines_about(operation)
    assert line.startswith(f"accounts.{NEW}: ")
    assert why in line
    assert lines_about(operation, reason="The release before does not use it.") == []


def test_what_is_hidden_in_an_operation_on_the_database_alone_is_refused_too() -> None:
    hidden = migrations.SeparateDatabaseAndState([migrations.RemoveField("user", "theme")], [])
    assert len(lines_about(hidden)) == 1


def test_a_table_or_a_column_that_the_last_release_does_not_know_may_change_freely() -> None:
    badge = migrations.CreateModel("Badge", [("id", models.BigAutoField(primary_key=True)), ("name", text(null=True))])
    operations = [
        badge,
        migrations.AlterField("badge", "name", text()),
        migrations.AddField("badge", "colour", text(default="")),
        migrations.RenameModel("Badge", "Medal"),
        migrations.AddField("user", "nickname", text(null=True)),
        migrations.RemoveField("user", "nickname"),
    ]
    assert lines_about(*operations) == []
