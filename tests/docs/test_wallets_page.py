"""The tables of docs/operators/wallets.md that say where each MUST of HAIP 1.0 is met: each row names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_must_of_haip_names_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "operators" / "wallets.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| [3-8](\.\d)* \|", line)]
    assert len(rows) > 40
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^def (test_\w+)\(", written, re.MULTILINE))
    for section, must, _, tests in rows:
        named = re.findall(r"`(test_\w+)`", tests)
        if named:
            assert set(named) <= there, (section, must)
        else:
            assert "rows below" in tests or "test_presentations.py" in tests, (section, must)
