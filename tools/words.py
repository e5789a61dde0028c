"""Finds retired words in docstrings, comments, docs, API descriptions, command help and English catalogues.

The words stand in docs/glossary.md, in the table `| retired | say |`. Each term in backticks is looked for as whole words,
whatever its case. Names are left out: no list tells a good name from a bad one.
A line that ends in `words: ok` (in a comment) is left out, and so is the glossary itself.

    python tools/words.py [--root DIR] [--summary] [--kind KIND]... [PATH]...

Prints `file:line: kind: word: say ...` for each finding; the exit code is 1 if there are any.
"""

import argparse
import ast
import io
import json
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

GLOSSARY = "docs/glossary.md"
CODE = ("registry", "schemas", "tests", "client", "bench", "tools", "migrations")
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "client/README.md")
KINDS = ("docstring", "comment", "doc", "openapi", "help", "catalogue")
SKIPPED = frozenset({".venv", "node_modules", "__pycache__", "build", "dist"})
ALLOWED = "words: ok"


class Finding(NamedTuple):
    """One retired word: the file relative to the root, the line from 1, and what to say instead."""

    path: str
    line: int
    kind: str
    word: str
    say: str


class Words:
    """The retired words of one glossary, ready to be looked for."""

    def __init__(self, terms: dict[str, str]) -> None:
        self.terms = terms
        self._by_term = {" ".join(term.lower().split()): say for term, say in terms.items()}
        ordered = sorted(self._by_term, key=len, reverse=True)
        either = "|".join(r"\s+".join(map(re.escape, term.split())) for term in ordered)
        self._prose = re.compile(rf"(?<![\w.])(?:{either})(?![\w])", re.IGNORECASE) if ordered else None

    def in_prose(self, text: str) -> Iterator[tuple[int, str, str]]:
        """Each retired term in a text: its offset, the term as it is written there, and what to say."""
        if self._prose is not None:
            for match in self._prose.finditer(text):
                found = " ".join(match[0].split())
                yield match.start(), found, self._by_term[found.lower()]


def read_glossary(text: str) -> dict[str, str]:
    """What is retired, by term, and what to say. Raises ValueError where there is no table `| retired | say |`."""
    terms: dict[str, str] = {}
    is_inside = is_found = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells == ["retired", "say"]:
            is_inside = is_found = True
        elif not line.startswith("|"):
            is_inside = False
        elif is_inside and len(cells) == 2:
            terms.update((term, cells[1].replace("`", "")) for term in re.findall(r"`([^`]+)`", cells[0]))
    if not is_found:
        raise ValueError("the glossary has no table `| retired | say |`")
    return terms


def findings(root: Path, words: Words, paths: Sequence[str] = ()) -> Iterator[Finding]:
    """Every retired word below a root, or below the given files and folders of it, in order of the files."""
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        if paths and not any(name == one or name.startswith(f"{one.rstrip('/')}/") for one in paths):
            continue
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for line, kind, word, say in sorted(set(_in_file(path, name, text, words))):
            if not (line <= len(lines) and ALLOWED in lines[line - 1]):
                yield Finding(name, line, kind, word, say)


def _files(root: Path) -> Iterator[Path]:
    found = [path for folder in CODE for path in (root / folder).rglob("*.py")]
    found += [path for folder in CODE for path in (root / folder).rglob("en.po")]
    found += (root / "registry" / "cli").glob("*.toml")
    found += [*(root / "docs").rglob("*.md"), *(root / name for name in PAGES), root / "openapi" / "openapi.json"]
    for path in sorted(set(found)):
        parts = path.relative_to(root).parts
        if path.is_file() and SKIPPED.isdisjoint(parts) and "/".join(parts) != GLOSSARY:
            yield path


def _in_file(path: Path, name: str, text: str, words: Words) -> Iterator[tuple[int, str, str, str]]:
    if path.suffix == ".py":
        # What plants retired words, and what lists them.
        if name not in ("tools/words.py", "tests/tools/test_words.py"):
            yield from _in_python(text, words)
    elif path.suffix == ".po":
        yield from _in_catalogue(text, words)
    elif path.suffix == ".json":
        yield from _in_openapi(text, words)
    else:
        yield from _in_text(text, 1, "doc", words)


def _in_text(text: str, first: int, kind: str, words: Words) -> Iterator[tuple[int, str, str, str]]:
    for at, word, say in words.in_prose(text):
        yield first + text.count("\n", 0, at), kind, word, say


def _in_python(text: str, words: Words) -> Iterator[tuple[int, str, str, str]]:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            source = ast.get_source_segment(text, node) or ""
            yield from _in_text(source, node.lineno, "docstring", words)
        elif isinstance(node, ast.keyword) and node.arg in ("help", "epilog", "short_help"):
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    for _, word, say in words.in_prose(part.value):
                        yield part.lineno, "help", word, say
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield from _in_text(token.string, token.start[0], "comment", words)


def _in_catalogue(text: str, words: Words) -> Iterator[tuple[int, str, str, str]]:
    is_text = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith('"'):
            is_text = line.startswith("msgstr")
        if is_text:
            for _, word, say in words.in_prose(line):
                yield number, "catalogue", word, say


def _in_openapi(text: str, words: Words) -> Iterator[tuple[int, str, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*"(?:summary|description|title)": (".*"),?$', line)
        for _, word, say in words.in_prose(json.loads(match[1])) if match else ():
            yield number, "openapi", word, say


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Find retired words (docs/glossary.md).")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--kind", action="append", choices=KINDS, help="Only this kind of place; may be given again.")
    parser.add_argument("--summary", action="store_true", help="Count by kind and folder, without the places.")
    parser.add_argument("paths", nargs="*", help="Files or folders, relative to the root.")
    options = parser.parse_args(arguments)
    words = Words(read_glossary((options.root / GLOSSARY).read_text(encoding="utf-8")))
    found = [
        one for one in findings(options.root, words, options.paths) if not options.kind or one.kind in options.kind
    ]
    if options.summary:
        for (kind, folder), count in sorted(Counter((one.kind, _folder(one.path)) for one in found).items()):
            print(f"{kind:10} {folder:36} {count}")
    else:
        for one in found:
            print(f"{one.path}:{one.line}: {one.kind}: {one.word}: say {one.say}")
    print(f"{len(found)} retired words", file=sys.stderr)
    return 1 if found else 0


def _folder(path: str) -> str:
    parts = path.split("/")[:-1]
    return "/".join(parts[:2]) or "."


if __name__ == "__main__":
    sys.exit(main())
