"""Static files under hashed names."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings

from project.static import ManifestStorage

SCRIPTS = Path(settings.BASE_DIR) / "chat" / "static" / "chat"
IMPORTED = re.compile(r'(?:from|import) "(\.[^"]+)";')


@cache
def longest_way(script: Path) -> int:
    """Return the number of files on the longest chain of imports from a script."""
    imported = [(script.parent / path).resolve() for path in IMPORTED.findall(script.read_text())]
    return 1 + max((longest_way(each) for each in imported), default=0)


def test_static_files_are_hashed_in_enough_passes_for_the_longest_chain_of_imports() -> None:
    ways = [longest_way(script) for script in SCRIPTS.rglob("*.js")]
    assert 3 < max(ways) < ManifestStorage.max_post_process_passes
