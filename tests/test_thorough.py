"""Each test is in `make test` or in `make test-thorough`, and CI runs both."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SAMPLE = [
    "tests/docs/test_first_change.py",
    "tests/fuzzing/test_readers.py",
    "tests/http/test_replica.py",
    "tests/log/test_tree.py",
    "tests/tools/test_cluster.py",
    "tests/vocabulary/test_register.py",
]
"""Files of which one test, some, all or none are long walks."""


def command_of(target: str) -> str:
    """What `make` would run for a target, with its variables filled in."""
    made = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return next(line for line in made.stdout.splitlines() if "-m pytest" in line)


def test_make_test_and_make_test_thorough_differ_by_the_marker_alone() -> None:
    usual, walks = command_of("test"), command_of("test-thorough")
    assert usual.count("-m 'not thorough'") == 1
    assert usual.replace("-m 'not thorough'", "-m thorough") == walks


def test_ci_runs_the_long_walks_after_the_others_at_every_commit() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    nightly, usual = re.split(r"^else$", script.split("= nightly ]; then", 1)[1], maxsplit=1, flags=re.MULTILINE)
    targets = re.findall(r"^    make (\S+)", usual, re.MULTILINE)
    assert targets[:2] == ["test", "test-thorough"]
    assert "make test-all" in nightly


def test_no_module_beside_the_tests_marks_long_walks() -> None:
    """A run of the long walks alone loads the files that name the marker: it must stand where the test does."""
    paths = [path for path in (ROOT / "tests").rglob("*.py") if not path.name.startswith("test_")]
    marking = [path.name for path in paths if "mark.thorough" in path.read_text(encoding="utf-8")]
    assert marking == ["thorough.py"]


@pytest.mark.slow
@pytest.mark.thorough
def test_each_test_is_in_one_of_the_two_runs_and_in_no_more() -> None:
    usual, walks, all_of_them = (collected(chosen) for chosen in ("not thorough", "thorough", ""))
    assert usual
    assert walks
    assert not usual & walks
    assert usual | walks == all_of_them


def collected(chosen: str) -> set[str]:
    """The tests of the sample that `-m` chooses."""
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-m", chosen, *SAMPLE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]
    return {line for line in found.stdout.splitlines() if "::" in line}
