"""Finds names in docstrings that stand nowhere else: a parameter that was renamed, a function or a file that is gone.

A file that is named (`rules.py`, `docs/officers/triage.md`) must be in the repository. A name in backticks must be in the
code of its own module, a module or folder beside it, a word of the vocabulary, a setting, or a name of the API's description.
What is no name of ours stands in plain quotes.

    python -m tools.docstrings [--root DIR]

Prints `file:line: name` for each; the exit code is 1 if there are any.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDERS = ("registry", "schemas", "client/registry_client")
_PASSED_OVER = {".venv", ".git", "node_modules", "var", "build"}
NAME = re.compile(r"(?<!`)`([A-Za-z_][A-Za-z0-9_]*)`(?!`)")
SETTING = re.compile(r'^name = "(\w+)"$', re.MULTILINE)
FILE = re.compile(r"\b(?:[a-z0-9_-]+/)*[a-z0-9_-]+\.(?:py|md)\b")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def findings(root: Path) -> Iterator[tuple[Path, int, str]]:
    """Each such name below a root: file, line of its docstring, name."""
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for one in FOLDERS
        for path in sorted((root / one).rglob("*.py"))
    }
    words = {path: set(_words(tree)) for path, tree in trees.items()}
    known = set(_api_names(json.loads((root / "openapi" / "openapi.json").read_text(encoding="utf-8"))))
    known |= set(SETTING.findall((root / "registry" / "core" / "settings.toml").read_text(encoding="utf-8")))
    for path in trees:
        if path.is_relative_to(root / "registry" / "vocabulary"):
            known |= words[path]
    files = set(_ends_of_paths(root))
    for path, tree in trees.items():
        beside = {one.stem for one in path.parent.iterdir()}
        for docstring in _docstrings(tree):
            for name in NAME.findall(docstring.value):
                if name not in words[path] and name not in beside and name not in known:
                    yield path.relative_to(root), docstring.lineno, name
            for name in FILE.findall(docstring.value):
                if name not in files:
                    yield path.relative_to(root), docstring.lineno, name


def _ends_of_paths(root: Path) -> Iterator[str]:
    """Each file's path, and what is left of it without its first folders."""
    for path in root.rglob("*.*"):
        if path.suffix in (".py", ".md") and not _PASSED_OVER & set(path.parts):
            parts = path.relative_to(root).parts
            yield from ("/".join(parts[begin:]) for begin in range(len(parts)))


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Texts that stand alone: of modules, classes and functions, and below a constant or a field."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


def _words(tree: ast.AST) -> Iterator[str]:
    """Every identifier of the code, and every word of its texts but docstrings."""
    docstrings = {id(one) for one in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and id(node) not in docstrings:
                yield from WORD.findall(node.value)
            continue
        for field in ("id", "attr", "arg", "name", "asname", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                yield from value.split(".")


def _api_names(part: Any) -> Iterator[str]:
    """Names of operations, parameters, headers and properties, and values of closed sets."""
    if isinstance(part, dict):
        yield from part.get("properties") or ()
        yield from part.get("headers") or ()
        yield from (value for value in (part.get("enum") or ()) if isinstance(value, str))
        yield from (part[key] for key in ("name", "operationId") if isinstance(part.get(key), str))
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _api_names(inner)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1])
    found = list(findings(parser.parse_args().root))
    for path, line, name in found:
        print(f"{path}:{line}: `{name}` names nothing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
