"""Static analysis of a Python file: its imports, the strings that name other files, and its fixtures."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

DOTTED = re.compile(r"\b[a-z_]\w*(?:\.\w+)+")
DOCUMENT = re.compile(r"[\w-]+\.md\b")
SCRIPT = re.compile(r"[\w/-]+/[\w-]+\.py\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Source:
    imported: set[str] = field(default_factory=set)
    """Dotted names of imports anywhere in the file: a module, or something in it."""
    named: set[str] = field(default_factory=set)
    """Dotted names in strings, such as Django's settings and `import_module` take."""
    backends: set[str] = field(default_factory=set)
    """Dotted names under BACKEND in a setting."""
    paths: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    """Names that may be fixtures or marks."""
    fixtures: dict[str, frozenset[str]] = field(default_factory=dict)
    autouse: set[str] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)
    """Arguments of `call_command`; an empty string for a variable."""
    reads_any_file: bool = False


def read_source(path: str, text: str) -> Source | None:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    source = Source()
    package = path.removesuffix(".py").removesuffix("/__init__").split("/")
    if not path.endswith("/__init__.py"):
        package.pop()
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            source.imported.update(_imported(node, package))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            _note_string(source, node.value)
        elif isinstance(node, Function):
            _note_function(source, node)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "mark":
            source.words.add(node.attr)
        elif isinstance(node, ast.Call):
            source.words.update(_fixtures_named(node))
            if _called(node) == "call_command":
                source.commands.add(_text(node.args[0]) if node.args else "")
        elif isinstance(node, ast.Dict):
            source.backends.update(_backends(node))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            source.reads_any_file |= not isinstance(node.right, ast.Constant) and "BASE_DIR" in ast.dump(node.left)
    return source


def _imported(node: ast.Import | ast.ImportFrom, package: list[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    above = package[: len(package) + 1 - node.level] if node.level else []
    base = ".".join([*above, *([node.module] if node.module else [])])
    yield base
    yield from (f"{base}.{alias.name}" for alias in node.names)


def _note_string(source: Source, value: str) -> None:
    source.named.update(DOTTED.findall(value))
    source.paths.update(SCRIPT.findall(value))
    source.documents.update(DOCUMENT.findall(value))
    source.reads_any_file |= value == "pytest"  # as a program, which collects every test


def _note_function(source: Source, node: Function) -> None:
    parameters = {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    if node.name.startswith("test"):
        source.words |= parameters.difference(*map(_parametrized, node.decorator_list))
    for decorator in node.decorator_list:
        if _called(decorator) == "fixture":
            options = {each.arg: _text(each.value) for each in getattr(decorator, "keywords", ())}
            source.fixtures[options.get("name") or node.name] = frozenset(parameters)
            if "autouse" in options:
                source.autouse.add(options.get("name") or node.name)


def _parametrized(decorator: ast.expr) -> set[str]:
    """Return parameters that get their values from a list, and so are not fixtures."""
    if not isinstance(decorator, ast.Call) or _called(decorator) != "parametrize" or not decorator.args:
        return set()
    if any(keyword.arg == "indirect" for keyword in decorator.keywords):
        return set()
    names = decorator.args[0]
    listed = names.elts if isinstance(names, ast.Tuple | ast.List) else [names]
    return {name for each in listed for name in re.findall(r"\w+", _text(each))}


def _fixtures_named(call: ast.Call) -> set[str]:
    """Return the strings of `usefixtures("crowd")` and `getfixturevalue("crowd")`."""
    if _called(call) in ("usefixtures", "getfixturevalue"):
        return {each for each in map(_text, call.args) if each}
    return set()


def _backends(node: ast.Dict) -> set[str]:
    return {_text(value) for key, value in zip(node.keys, node.values, strict=True) if _text(key) == "BACKEND"} - {""}


def _called(node: ast.AST) -> str:
    """Return the last part of the name of a function or decorator."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
