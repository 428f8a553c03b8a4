"""Selects the tests that a change can touch: `python -m testing.changed [--since REF]`.

It prints one path a line, and on stderr what it found. In doubt it prints the folders of all tests.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from testing.graph import Graph, Need, is_test, is_test_code, read_graph

HOME = Path(__file__).resolve().parents[1]
SITE = ("accounts", "chat", "presence", "project")
PAGES = ("accounts", "chat", "project")  # apps with tests that show pages
EVERYTHING = re.compile(
    r"^(requirements|pyproject\.toml$|manage\.py$|bin/|\.ci/|testing/|project/settings\.py$)"
    r"|(^|/)conftest\.py$|/migrations/"
)
SHOWN = re.compile(r"^templates/|^\w+/(templates|static)/")  # templates, styles and browser code
DOCUMENT = re.compile(r"\.md$|^docs/")
SCRIPT_TEST = re.compile(r"^\w+/tests/static/")  # bin/test runs them with any change


@dataclass(frozen=True)
class Selection:
    tests: tuple[str, ...]
    """Paths of test files; the folders of all tests if `reason` is given."""
    total: int
    reason: str = ""

    def __str__(self) -> str:
        if self.reason:
            return f"{self.reason}: all {self.total} test files are selected, which is the whole suite."
        return f"{len(self.tests)} of {self.total} test files can see this change; this is not the whole suite."


def affected(changed: Iterable[str], graph: Graph) -> Selection:
    """Return the test files that depend on these changed files."""
    changed = sorted(path for path in set(changed) if not SCRIPT_TEST.search(path))
    total = len(graph.needs)
    for path in changed:
        if reason := reason_for_everything(path, graph):
            return Selection(tuple(sorted({test.partition("/")[0] for test in graph.needs})), total, reason)
    tests = {test for path in changed for test in graph.needs if can_see(test, path, graph)}
    return Selection(tuple(sorted(tests)), total)


def reason_for_everything(path: str, graph: Graph) -> str:
    if EVERYTHING.search(path):
        return f"{path} has changed, which any test may see"
    if path in graph.imports or DOCUMENT.search(path) or SHOWN.search(path):
        return ""
    return f"{path} has changed, and it is not known which tests see it"


def can_see(test: str, path: str, graph: Graph) -> bool:
    need, is_shown = graph.needs[test], bool(SHOWN.search(path))
    if Need.TREE in need or graph.sees(test, path):
        return True
    if DOCUMENT.search(path):
        return path.rpartition("/")[2] in graph.documents.get(test, ())
    here, there = test.partition("/")[0], path.partition("/")[0]
    if is_test_code(path):  # a helper that no test imports may be a program
        return Need.PROCESS in need and here == there and not is_test(path) and not graph.is_seen(path)
    if (here in PAGES or Need.PAGES in need) and there != "bench" and (is_shown or graph.loads(path)):
        return True
    if is_shown and here == there:
        return True
    return Need.PROCESS in need and (here == there or (here != "presence" and (there in SITE or is_shown)))


def changed_files(since: str | None) -> list[str]:
    """Return the paths that changed since this branch left `since`, committed or not, and new files."""
    base = git("merge-base", since or default_base(), "HEAD")[0]
    # Renames are not detected: a moved file is missing under its old name.
    changed = git("diff", "--name-only", "--no-renames", "--relative", "-z", base)
    return changed + git("ls-files", "--others", "--exclude-standard", "-z")


def default_base() -> str:
    """Return main; on main itself, origin's main, or the last commit."""
    if git("rev-parse", "--abbrev-ref", "HEAD") != ["main"]:
        return "main"
    return "origin/main" if git("for-each-ref", "refs/remotes/origin/main") else "HEAD"


def git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.splitlines() or ["no answer"])[0]
        sys.stderr.write(f"What has changed is not known: git {arguments[0]}: {reason}\n")
        sys.exit(2)
    return [part for part in re.split("[\0\n]", done.stdout) if part]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m testing.changed", description=__doc__)
    parser.add_argument("--since", metavar="REF", help="a branch or commit; without it main, or on main origin/main")
    selection = affected(changed_files(parser.parse_args().since), read_graph(HOME))
    sys.stdout.writelines(f"{test}\n" for test in selection.tests)
    sys.stderr.write(f"{selection}\n")


if __name__ == "__main__":
    main()
