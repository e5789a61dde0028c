"""Writes the map of registry/ into README.md and the picture of its rooms into docs/architecture.md, from the code.

`python tools/rooms.py` writes both, `--check` says whether they are up to date. A room's line is the first line of its
package's docstring; the rows are those of the contract "Imports point down" in pyproject.toml.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "registry"
BEGIN, END = "<!-- rooms: written by tools/rooms.py -->", "<!-- rooms: end -->"


def rows() -> list[list[str]]:
    """The names at the top of registry/, row by row, each row importing only from those below it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["name"] == "Imports point down")
    return [[name.strip(" ()") for name in layer.split("|")] for layer in layers]


def line(room: Path) -> str:
    """What a room is for: the first line of its docstring, without the full stop."""
    source = room / "__init__.py" if room.is_dir() else room.with_suffix(".py")
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].rstrip(".")


@cache
def arrows() -> frozenset[tuple[str, str]]:
    """Which room imports from which. All of the code is read for it, once."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                first, _, rest = name.partition(".")
                target = rest.partition(".")[0]
                if first == "registry" and target and target != room:
                    found.add((room, target))
    return frozenset(found)


def the_map() -> Iterator[str]:
    """The map of README.md: a line for each name at the top of registry/."""
    yield "```text"
    for row in rows():
        for name in row:
            yield f"registry/{name + ('/' if (PACKAGE / name).is_dir() else '.py'):19}{line(PACKAGE / name)}"
    yield "```"


def the_picture() -> Iterator[str]:
    """The picture of docs/architecture.md: rooms in rows, then what stands in each and what it imports."""
    yield "```mermaid"
    yield "flowchart TB"
    for number, row in enumerate(rows()):
        yield f"  subgraph row{number}[ ]"
        yield "    direction LR"
        yield from (f"    {name}[{name}]" for name in row)
        yield "  end"
    yield from (f"  row{number} --> row{number + 1}" for number in range(len(rows()) - 1))
    yield "```"
    yield ""
    yield "| room | what stands there | imports from |"
    yield "| --- | --- | --- |"
    targets: dict[str, list[str]] = {}
    for room, target in sorted(arrows()):
        targets.setdefault(room, []).append(target)
    for row in rows():
        for name in row:
            place = f"`{name}/`" if (PACKAGE / name).is_dir() else f"`{name}.py`"
            yield f"| {place} | {line(PACKAGE / name)} | {', '.join(targets.get(name, [])) or 'none'} |"
            inside = sorted(
                path.parent for path in (PACKAGE / name).rglob("__init__.py") if path.parent != PACKAGE / name
            )
            yield from (f"| `{folder.relative_to(PACKAGE).as_posix()}/` | {line(folder)} | |" for folder in inside)


PAGES = {"README.md": the_map, "docs/architecture.md": the_picture}


def written(page: str) -> str:
    """The page as it should be: what stands between the two marks is made anew."""
    text = (ROOT / page).read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return "\n".join([head + BEGIN, *PAGES[page](), END]) + tail


def main(arguments: list[str]) -> int:
    stale = [page for page in PAGES if written(page) != (ROOT / page).read_text(encoding="utf-8")]
    if "--check" in arguments:
        for page in stale:
            print(f"{page} does not show the rooms as they are: run python tools/rooms.py")
        return 1 if stale else 0
    for page in stale:
        (ROOT / page).write_text(written(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
