"""The tree as tests see it: imports and names between files, and the needs of each test file.

read_graph    reads every Python file, without running it
Graph.sees    checks if a changed file can affect a test file, through imports or Django's loading
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import cached_property
from pathlib import Path, PurePosixPath

from testing.sources import Source, read_source

FOLDERS = ("accounts", "bench", "chat", "presence", "project", "testing")
SETTINGS = "project/settings.py"
THIS = "testing/graph.py"
# Files that Django finds by name. Those on the second line matter only when a page is requested.
STARTED = re.compile(r"(^|/)(apps|receivers|signals|models)\.py$|/(models|templatetags)/")
PAGES = re.compile(r"(^|/)(urls|asgi|routing)\.py$|/(admin|middleware)/|(^|/)(middleware|admin)\.py$")
# A test that imports one of these, other than through its conftest.py, uses its own servers or browsers.
STARTERS = re.compile(r"^testing/(processes|sockets)\.py$|/tests/browser/pages\.py$")
# These hold the whole site, for tests with the fixture `site` or `server`; the root conftest.py imports them for all.
HOLDERS = re.compile(r"^testing/(site|in_process)\.py$")
PROGRAMS = {"subprocess", "multiprocessing", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"}
# A file that imports one of these uses the settings' BACKEND.
BEHIND = {"channels.layers", "django.core.cache"}


class Need(Flag):
    NOTHING = 0
    DATABASE = auto()
    PAGES = auto()
    """The test requests pages in its own process."""
    PROCESS = auto()
    """The test starts programs: servers, browsers, commands."""
    TREE = auto()
    """The test reads arbitrary files of the tree."""


FIXTURES = {
    "db": Need.DATABASE,
    "transactional_db": Need.DATABASE,
    "django_db": Need.DATABASE,  # the mark
    "django_db_setup": Need.DATABASE,
    "admin_user": Need.DATABASE,
    "client": Need.PAGES,
    "async_client": Need.PAGES,
    "admin_client": Need.PAGES,
    "rf": Need.PAGES,
    "async_rf": Need.PAGES,
    "live_server": Need.PAGES,
    "server": Need.PROCESS,
    "site": Need.PROCESS,
    "servers": Need.PROCESS,
    "browser": Need.PROCESS,
    "browsers": Need.PROCESS,
    "tab": Need.PROCESS,
}


@dataclass(frozen=True)
class Graph:
    imports: Mapping[str, frozenset[str]]
    """The files that each Python file imports or names."""
    needs: Mapping[str, Need]
    """The needs of each test file."""
    documents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names of documents in each test file, such as `roles.md`."""

    def sees(self, test: str, path: str) -> bool:
        return path in self._seen[test]

    def is_seen(self, path: str) -> bool:
        return any(path in seen for seen in self._seen.values())

    def loads(self, path: str) -> bool:
        """Return True if Django finds this file by its name, or because the settings name it."""
        return bool(STARTED.search(path) or PAGES.search(path)) or path in self.imports.get(SETTINGS, ())

    def closure(self, files: Iterable[str]) -> set[str]:
        seen: set[str] = set()
        left = list(files)
        while left:
            if (file := left.pop()) not in seen:
                seen.add(file)
                left += () if HOLDERS.search(file) else self.imports.get(file, ())
        return seen

    @cached_property
    def _seen(self) -> dict[str, set[str]]:
        loaded = {path for path in self.imports if self.loads(path) and not is_test_code(path)}
        pages = self.closure(loaded)
        started = self.closure(path for path in loaded if not PAGES.search(path))
        heard = self._heard_in_presence()
        return {
            test: self.closure([test])
            | (pages if Need.PAGES in need else started if Need.DATABASE in need else set())
            | (heard if test.startswith("presence/") else set())
            for test, need in self.needs.items()
        }

    def _heard_in_presence(self) -> set[str]:
        """Return the receivers of the library's signals, and their imports, two steps deep.

        They are connected in the library's own tests as well. Deeper imports do nothing there, since the database has
        no users.
        """
        heard = {
            path
            for path, imported in self.imports.items()
            if "presence/signals.py" in imported and not path.startswith("presence/") and not is_test_code(path)
        }
        for _ in range(2):
            heard = heard.union(*(self.imports.get(path, ()) for path in heard))
        return heard


def is_test(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def is_test_code(path: str) -> bool:
    return is_test(path) or "/tests/" in path or path.startswith("testing/")


def is_beside_the_site(path: str) -> bool:
    return is_test_code(path) or path.startswith("bench/")


def read_graph(root: Path) -> Graph:
    paths = {file.relative_to(root).as_posix(): file for folder in FOLDERS for file in (root / folder).rglob("*.py")}
    paths["conftest.py"] = root / "conftest.py"
    sources = {path: source for path, file in paths.items() if (source := read_source(path, file.read_text("utf-8")))}
    imports = {path: frozenset(_files(path, source, sources)) for path, source in sources.items()}
    imports |= dict.fromkeys(BEHIND, _backends(sources))
    tests = [path for path in sources if is_test(path)]
    # Search for helpers without a path through the site: its settings name nearly everything.
    beside = Graph({path: frozenset(filter(is_beside_the_site, found)) for path, found in imports.items()}, {})
    helpers = {test: beside.closure([test]) for test in tests}
    conftests = {test: list(_conftests(test, sources)) for test in tests}
    return Graph(
        imports | {test: imports[test] | _used(test, conftests[test], helpers[test], sources) for test in tests},
        {test: _need(test, conftests[test], helpers[test], sources) for test in tests},
        {test: frozenset().union(*(sources[path].documents for path in helpers[test])) for test in tests},
    )


def _files(path: str, source: Source, sources: Mapping[str, Source]) -> Iterator[str]:
    """Yield the files that a file imports or names, with their packages."""
    # Files named by the tests' own tools are started as programs: Need.PROCESS says which tests do that.
    named = set() if path == "conftest.py" or path.startswith("testing/") else source.named
    for name in {*source.imported, *named, path.removesuffix(".py").replace("/", ".")}:
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            stem = "/".join(parts[:length])
            yield from {f"{stem}.py", f"{stem}/__init__.py"} & sources.keys() - {path}
    yield from {f"{name.replace('.', '/')}/__main__.py" for name in named} & sources.keys() - {path}
    yield from source.imported & BEHIND
    for command in source.commands:
        name = f"/management/commands/{command}.py" if command else "/management/commands/"
        yield from (each for each in sources if name in each)
    yield from source.paths & sources.keys() - {path}


def _backends(sources: Mapping[str, Source]) -> frozenset[str]:
    named = sources[SETTINGS].backends if SETTINGS in sources else set()
    return frozenset({f"{name.rpartition('.')[0].replace('.', '/')}.py" for name in named} & sources.keys())


def _conftests(test: str, sources: Mapping[str, Source]) -> Iterator[str]:
    """Yield the conftest.py files above a test, the root's first: a fixture replaces one of the same name above it."""
    for parent in reversed(PurePosixPath(test).parents):
        yield from {(parent / "conftest.py").as_posix()} & sources.keys()


def _fixtures(files: Iterable[str], sources: Mapping[str, Source]) -> dict[str, frozenset[str]]:
    """Return the fixtures that each fixture of these files uses; a later file replaces or extends a fixture."""
    found: dict[str, frozenset[str]] = {}
    for file in files:
        for name, words in sources[file].fixtures.items():
            found[name] = words | found.get(name, words) if name in words else words
    return found


def _names(test: str, conftests: list[str], helpers: set[str], sources: Mapping[str, Source]) -> set[str]:
    """Return the fixtures and marks that a test file uses, directly or through other fixtures."""
    files = [*conftests, *sorted(helpers - {test}), test]
    fixtures = _fixtures(files, sources)
    names: set[str] = set()
    left = [*sources[test].words, *(name for file in files for name in sources[file].autouse)]
    while left:
        if (name := left.pop()) not in names:
            names.add(name)
            left += fixtures.get(name, ())
    return names


def _used(test: str, conftests: list[str], helpers: set[str], sources: Mapping[str, Source]) -> frozenset[str]:
    """Return the conftest.py files that a test file takes a fixture from, and those with automatic fixtures."""
    names = _names(test, conftests, helpers, sources)
    return frozenset(path for path in conftests if sources[path].autouse or names & sources[path].fixtures.keys())


def _need(test: str, conftests: list[str], helpers: set[str], sources: Mapping[str, Source]) -> Need:
    need = Need.NOTHING
    for name in _names(test, conftests, helpers, sources):
        need |= FIXTURES.get(name, Need.NOTHING)
    for path in helpers:
        imported = sources[path].imported
        if any(name.startswith("django.test.") and not name.startswith("django.test.utils") for name in imported):
            need |= Need.PAGES
        if "django.core.checks" in imported or "check" in sources[path].commands:
            need |= Need.PAGES  # Django checks their forms and admin
        if imported & PROGRAMS or STARTERS.search(path):
            need |= Need.PROCESS
        if sources[path].reads_any_file or path == THIS:
            need |= Need.TREE
    return need
