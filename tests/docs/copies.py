"""A copy of the repository in which a recipe of docs/maintainers is followed."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("registry", "schemas", "migrations", "openapi", "client", "tests", "tools", "docs")


class Copy:
    """A copy of the repository; `touched` are the files that the recipe changed or added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.touched: set[str] = set()
        for name in COPIED:
            # With what Python compiled before: the copies have the same times.
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules"))
        for name in ("pyproject.toml", "README.md", "CHANGELOG.md"):
            shutil.copy2(ROOT / name, folder / name)

    def insert(self, path: str, before: str, line: str) -> None:
        """Put a line before the only place that begins so."""
        text = self.read(path)
        assert text.count(before) == 1, path
        self.write(path, text.replace(before, line + before))

    def append(self, path: str, text: str) -> None:
        self.write(path, self.read(path) + text)

    def read(self, path: str) -> str:
        return (self.folder / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text, encoding="utf-8")
        self.touched.add(path)

    def run(self, *command: str, writes: str | None = None) -> None:
        """Run a Python module there; `writes` is the file that it writes anew."""
        ran = subprocess.run(
            [sys.executable, "-m", *command], cwd=self.folder, capture_output=True, text=True, timeout=1200, check=False
        )
        assert ran.returncode == 0, f"{' '.join(command)}:\n{ran.stdout[-6000:]}\n{ran.stderr[-3000:]}"
        if writes is not None:
            self.touched.add(writes)

    def test(self, *tests: str, named: str = "") -> None:
        """Run tests there, on SQLite; with `named` those alone whose names match this expression of pytest's `-k`."""
        chosen = f"not postgresql and ({named})" if named else "not postgresql"
        self.run("pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *tests)
