"""Each line of the table of security requirements names a test that is there, or a reason; its sum is right."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "maintainers" / "security-requirements.md"


def test_each_requirement_names_a_test_that_is_there_or_a_reason() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d[\d.]*) [^|]+ \| (\w+) \|([^|]*)\|([^|]+)\|$", text, re.M)
    assert len(rows) == 78
    lost = [(number, proof) for number, state, _, proof in rows if not _is_there(proof, state)]
    assert lost == []
    assert [number for number, state, how, _ in rows if state != "none" and not how.strip()] == []
    counts = Counter(state for _, state, _, _ in rows)
    assert (
        f"Met {counts['met']}, partly {counts['partly']}, none because the thing is not there {counts['none']}." in text
    )


def _is_there(proof: str, state: str) -> bool:
    named = re.fullmatch(r"`([\w/.]+)`", proof.strip())
    return (ROOT / "tests" / named[1]).is_file() if named else state != "met"
