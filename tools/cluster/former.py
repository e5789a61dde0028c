"""The code of the version before this one, out of git: it must go on working once the tables are this version's."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.core.db import revisions

ROOT = Path(__file__).parents[2]


class NoHistory(LookupError):
    """The former code is not here: this is no clone, or a shallow one."""


@dataclass(frozen=True, slots=True)
class Former:
    """A version of the code in a folder of its own. It runs under this version's Python packages."""

    commit: str
    head: str
    """The revision of the tables that it was written for."""
    folder: Path

    @property
    def command(self) -> list[str]:
        """What runs `registry` of that version, from any folder but that of this version's code."""
        return [sys.executable, "-P", "-m", "registry.cli"]

    def knows(self, setting: str) -> bool:
        return any(
            setting in path.read_text(encoding="utf-8") for path in (self.folder / "registry" / "core").glob("*.py")
        )

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """The variables for that version: a setting that it does not know is given with the code that knows it."""
        usable = {name: value for name, value in env.items() if not name.startswith("REGISTRY_") or self.knows(name)}
        return {**usable, "PYTHONPATH": str(self.folder)}

    def run(self, *arguments: str, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """A command of that version, over."""
        return subprocess.run(
            [*self.command, *arguments],
            env=self.environment(env),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )


def former_commit() -> str:
    """The newest release for older tables than these; before there is one, the last commit for older tables.

    Raises NoHistory with what to do.
    """
    for tag in _git("tag", "--list", "v*", "--sort=-version:refname", "--merged").split():
        if _head_at(tag) < revisions.head():
            return _git("rev-parse", f"{tag}^{{commit}}").strip()
    changes = _git("log", "--first-parent", "-m", "--format=%H", "--", "migrations/versions").split()
    for changed in changes:
        before = _git("rev-list", "--parents", "-1", changed).split()[1:2]
        if before and _head_at(before[0]) < revisions.head():
            return before[0]
    raise NoHistory("no former version is in this clone: run `git fetch --unshallow`, or clone it with its history")


def checked_out(folder: Path) -> Former:
    """The former code, written into `folder`. Raises NoHistory."""
    commit = former_commit()
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit, "registry", "migrations", "schemas", "openapi", "pyproject.toml"],
        capture_output=True,
        check=True,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return Former(commit, _head_at(commit), folder)


def _head_at(commit: str) -> str:
    """The newest revision of that version; "" before there was a chain of numbers."""
    steps = [Path(path).name for path in _git("ls-tree", "--name-only", commit, "migrations/versions/").split()]
    return max((step[:4] for step in steps if step[:4].isdigit()), default="")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )
    except FileNotFoundError:
        raise NoHistory("git is not installed here") from None
    if done.returncode:
        raise NoHistory(f"git does not know it: {done.stderr.strip()[:200]}")
    return done.stdout


__all__ = ["Former", "NoHistory", "checked_out", "former_commit"]
