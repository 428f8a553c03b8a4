"""The selection of tests for `bin/test --changed`, on a small made-up tree and on the real one."""

import subprocess
from pathlib import Path

import pytest

from testing import changed
from testing.changed import HOME, affected
from testing.graph import Graph, Need, read_graph

TREE = {
    "conftest.py": "import pytest\n@pytest.fixture(autouse=True)\ndef _empty(): ...\n"
    "@pytest.fixture\ndef server(): ...\n@pytest.fixture\ndef alice(db): ...",
    "accounts/models.py": "",
    "chat/apps.py": "from importlib import import_module\nimport_module('chat.receivers')",
    "chat/receivers.py": "from chat import notices",
    "chat/notices.py": "",
    "chat/markdown.py": "",
    "chat/pages.py": "def show():\n    from chat.markdown import render",
    "chat/urls.py": "from chat import pages",
    "chat/types.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from chat.markdown import Text",
    "chat/alone.py": "",
    "chat/tests/helpers.py": "from chat import alone",
    "chat/tests/program.py": "",
    "chat/tests/test_markdown.py": "from chat.markdown import render",
    "chat/tests/test_types.py": "import chat.types",
    "chat/tests/test_helped.py": "from .helpers import help",
    "chat/tests/test_stored.py": "def test_it(alice): ...",
    "chat/tests/test_marked.py": "import pytest\n@pytest.mark.django_db\ndef test_it(): ...",
    "chat/tests/test_shown.py": "from django.test import Client",
    "chat/tests/test_served.py": "def test_it(server): ...",
    "chat/tests/test_listed.py": "import pytest\n@pytest.mark.parametrize('server', [1])\ndef test_it(server): ...",
    "chat/tests/test_roles.py": "PAGE = HOME / 'docs' / 'roles.md'",
    "presence/store.py": "",
    "presence/tests/test_store.py": "import presence.store",
    "project/settings.py": "INSTALLED_APPS = ['chat.apps.ChatConfig']",
    "project/tests/test_tree.py": "def test_it(): open(BASE_DIR / path)",
}
ALWAYS = {"project/tests/test_tree.py"}  # it may read any file


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return read_graph(planted(tmp_path_factory.mktemp("tree")))


@pytest.fixture(scope="module")
def real() -> Graph:
    return read_graph(HOME)


def planted(root: Path) -> Path:
    for path, text in TREE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def selected(path: str, graph: Graph) -> set[str]:
    """Names of the tests of chat and presence, without those that are always selected."""
    selection = affected([path], graph)
    assert not selection.reason
    assert set(selection.tests) >= ALWAYS & graph.needs.keys()
    return {test.rpartition("/test_")[2][:-3] for test in selection.tests if not test.startswith("project/")}


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("chat/tests/test_markdown.py", {"markdown"}),
        ("chat/tests/helpers.py", {"helped"}),
        ("chat/alone.py", {"helped", "served"}),
        ("presence/store.py", {"store", "served"}),
        ("docs/roles.md", {"roles"}),
        ("docs/protocol.md", set()),
    ],
)
def test_a_change_selects_the_tests_that_can_see_it(graph: Graph, path: str, tests: set[str]) -> None:
    assert selected(path, graph) == tests


def test_imports_in_functions_and_for_type_checking_count(graph: Graph) -> None:
    assert selected("chat/markdown.py", graph) == {"markdown", "types", "shown", "served"}


def test_a_test_with_the_database_sees_what_receivers_do(graph: Graph) -> None:
    assert selected("chat/notices.py", graph) == {"stored", "marked", "shown", "served"}


def test_a_test_that_shows_pages_sees_what_the_urls_lead_to(graph: Graph) -> None:
    assert selected("chat/pages.py", graph) == {"shown", "served"}


def test_a_helper_that_no_test_imports_may_be_a_program_of_those_that_start_some(graph: Graph) -> None:
    assert selected("chat/tests/program.py", graph) == {"served"}


@pytest.mark.parametrize("path", ["chat/urls.py", "chat/apps.py", "chat/templates/chat/room.html", "chat/static/a.js"])
def test_what_django_loads_by_name_and_what_pages_consist_of_touches_all_but_presence(graph: Graph, path: str) -> None:
    chat = {test.rpartition("/test_")[2][:-3] for test in graph.needs if test.startswith("chat/")}
    assert selected(path, graph) == chat


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt",
        "requirements-dev.in",
        "pyproject.toml",
        "conftest.py",
        "chat/tests/conftest.py",
        "bin/test",
        ".ci/run",
        "testing/waiting.py",
        "project/settings.py",
        "chat/migrations/0001_initial.py",
        "chat/deleted.py",
        "chat/demo/content.toml",
        "unheard/of",
    ],
)
def test_a_change_that_any_test_may_see_selects_the_folders_of_all(graph: Graph, path: str) -> None:
    selection = affected(["chat/tests/test_markdown.py", path], graph)
    assert selection.tests == ("chat", "presence", "project")
    assert path in str(selection)
    assert "whole suite" in str(selection)


def test_a_test_of_browser_scripts_selects_no_test_of_another_kind(graph: Graph) -> None:
    assert affected(["chat/tests/static/models/outbox.test.js"], graph).tests == ()


def test_the_changes_of_several_files_add_up(graph: Graph) -> None:
    selection = affected(["docs/roles.md", "chat/tests/test_markdown.py", "docs/roles.md"], graph)
    assert {*selection.tests} == ALWAYS | {"chat/tests/test_markdown.py", "chat/tests/test_roles.py"}
    assert str(selection) == "3 of 11 test files can see this change; this is not the whole suite."


def test_a_graph_without_a_tree_selects_by_its_imports() -> None:
    made_up = Graph(
        {"a.py": frozenset({"b.py"}), "b.py": frozenset(), "a/test_a.py": frozenset({"a.py"})},
        {"a/test_a.py": Need.NOTHING, "a/test_b.py": Need.NOTHING},
    )
    assert affected(["b.py"], made_up).tests == ("a/test_a.py",)


class TestTheRealTree:
    def test_markdown_selects_its_test_and_of_presence_only_that_which_checks_the_whole_site(self, real: Graph) -> None:
        tests = affected(["chat/markup/markdown/blocks.py"], real).tests
        assert "chat/tests/test_markdown.py" in tests
        assert {test for test in tests if test.startswith("presence/")} <= {"presence/tests/test_settings.py"}

    def test_every_test_that_opens_a_browser_or_a_server_sees_the_site(self, real: Graph) -> None:
        tests = affected(["chat/views/rooms.py"], real).tests
        assert {test for test in real.needs if "/browser/" in test or "_on_the_socket" in test} <= {*tests}

    def test_a_change_of_one_test_selects_little(self, real: Graph) -> None:
        tests = affected(["presence/tests/test_away.py"], real).tests
        assert "presence/tests/test_away.py" in tests
        assert {test for test in tests if not test.startswith("project/")} == {"presence/tests/test_away.py"}

    def test_a_document_selects_the_test_that_compares_it_with_the_code(self, real: Graph) -> None:
        assert "chat/tests/test_authority.py" in affected(["docs/roles.md"], real).tests

    def test_this_test_sees_every_change(self, real: Graph) -> None:
        assert "project/tests/test_changed.py" in affected(["presence/tests/test_away.py"], real).tests


class Repository:
    def __init__(self, root: Path) -> None:
        self.root = planted(root)
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=A change", "--no-verify")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setattr(changed, "HOME", tmp_path)
    return Repository(tmp_path)


def test_committed_uncommitted_moved_and_new_files_of_a_branch_have_changed(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "topic")
    (repository.root / "chat/markdown.py").write_text("a = 1")
    repository.commit()
    repository.git("mv", "conftest.py", "moved.py")
    (repository.root / "chat/types.py").write_text("b = 1")
    (repository.root / "chat/a new one.py").write_text("")
    found = changed.changed_files(None)
    assert sorted(found) == ["chat/a new one.py", "chat/markdown.py", "chat/types.py", "conftest.py", "moved.py"]
    assert sorted(changed.changed_files("HEAD")) == [path for path in sorted(found) if path != "chat/markdown.py"]


def test_on_main_only_uncommitted_files_have_changed_where_there_is_no_origin(repository: Repository) -> None:
    (repository.root / "chat/markdown.py").write_text("a = 1")
    assert changed.changed_files(None) == ["chat/markdown.py"]
    repository.commit()
    assert changed.changed_files(None) == []


def test_on_main_what_origin_has_not_has_changed(repository: Repository) -> None:
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    (repository.root / "chat/markdown.py").write_text("a = 1")
    repository.commit()
    assert changed.changed_files(None) == ["chat/markdown.py"]


def test_an_unknown_reference_ends_with_one_line(repository: Repository, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        changed.changed_files("no-such-branch")
    assert ended.value.code == 2
    out, error = capfd.readouterr()
    assert (out, error.count("\n")) == ("", 1)
