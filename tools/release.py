"""Makes the tag of a release, once everything says the same version: `python -m tools.release [check]`, or `make release`.

With `check` it only says what is missing. Exit code 1 where something is.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def versions(root: Path) -> dict[str, str]:
    """The version that each file states, by the file's name."""

    def project(name: str) -> str:
        return str(tomllib.loads((root / name).read_text("utf-8"))["project"]["version"])

    chart = yaml.safe_load((root / "deploy/helm/registry/Chart.yaml").read_text("utf-8"))
    return {
        "pyproject.toml": project("pyproject.toml"),
        "client/pyproject.toml": project("client/pyproject.toml"),
        "client/typescript/package.json": json.loads((root / "client/typescript/package.json").read_text("utf-8"))[
            "version"
        ],
        "publiccode.yml": _public_code(root)["softwareVersion"],
        "deploy/helm/registry/Chart.yaml, appVersion": chart["appVersion"],
    }


def _public_code(root: Path) -> dict[str, str]:
    return dict(yaml.safe_load((root / "publiccode.yml").read_text("utf-8")))


def newest_part(root: Path) -> tuple[str, str]:
    """Heading and text of the topmost part of the changelog."""
    text = (root / "CHANGELOG.md").read_text("utf-8")
    first, *rest = HEADING.finditer(text)
    return first[1], text[first.end() : rest[0].start() if rest else len(text)].strip()


def problems(root: Path) -> Iterator[str]:
    """What keeps this commit from being a release, each with what to do."""
    stated = versions(root)
    version = stated["pyproject.toml"]
    yield from (
        f"{place} says {one}, and pyproject.toml {version}: write the same version"
        for place, one in stated.items()
        if one != version
    )
    heading, text = newest_part(root)
    wanted = f"{version} - {_public_code(root)['releaseDate']}"
    if heading != wanted:
        yield (
            f"the topmost heading of CHANGELOG.md is {heading!r}: it must be {wanted!r}, with the day that is `releaseDate` in "
            "publiccode.yml"
        )
    if not text:
        yield "the topmost part of CHANGELOG.md is empty: say what the release brings"
    if _git(root, "status", "--porcelain"):
        yield "not everything is committed: a tag names a commit"
    if _git(root, "tag", "--list", f"v{version}"):
        yield f"the tag v{version} is there already: a version is released once"


def make_tag(root: Path) -> str:
    """Tag the commit, signed where git is set to sign; gives the tag's name."""
    name = f"v{versions(root)['pyproject.toml']}"
    _git(
        root,
        "tag",
        "--annotate",
        name,
        "--cleanup=verbatim",
        "--message",
        f"Release {name}\n\n{newest_part(root)[1]}\n",
    )
    return name


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def main(arguments: list[str]) -> int:
    found = list(problems(ROOT))
    for one in found:
        print(one, file=sys.stderr)
    if found:
        return 1
    if arguments == ["check"]:
        print("This commit may be released.")
        return 0
    print(f"Tagged {make_tag(ROOT)}. Now `make packages`, and publish what it wrote (docs/maintainers/releasing.md).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
