"""The types of the TypeScript client are those of the description, without null for `unknown` and without officers."""

import re
from pathlib import Path

from tools.typescript_types import TARGET, main

TYPES = TARGET.read_text(encoding="utf-8")


def test_the_types_are_those_of_the_description() -> None:
    assert main(["check"]) == 0


def test_an_agency_is_an_agency_or_null_and_its_names_are_names() -> None:
    verdict = re.search(r"^export interface Verdict \{.*?^\}", TYPES, re.M | re.S)
    assert verdict is not None
    assert "  agency: AgencySummary | null;" in verdict[0]
    summary = re.search(r"^export interface AgencySummary \{.*?^\}", TYPES, re.M | re.S)
    assert summary is not None
    assert "  names: Name[];" in summary[0]
    assert "CaseSummary" not in TYPES
    assert Path(TARGET).stat().st_size < 200_000
