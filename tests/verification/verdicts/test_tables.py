"""The tables of the field, printed: what each kind permits, and what each status answers. `pytest -s` shows them.

The committed text is what the owner of the rules reads and confirms; a changed word in a table changes it here first.
"""

import sys
from pathlib import Path

from registry.vocabulary.register import KINDS, RECRUITING, STATUSES, Activity, LicenceKind, LicenceStatus

GOLDEN = Path(__file__).with_name("tables.txt")


def kind_table() -> list[str]:
    lines = [_row("kind", [activity.value for activity in Activity], "recruits", "territory")]
    for kind in LicenceKind:
        rule = KINDS[kind]
        cells = ["yes" if activity in rule.permits else "-" for activity in Activity]
        recruits = "yes" if rule.permits & RECRUITING else "never"
        lines.append(_row(kind.value, cells, recruits, rule.territory.value))
    return lines


def status_table() -> list[str]:
    lines = [f"{'status':<32}{'may recruit now':<18}existing placements"]
    for status in LicenceStatus:
        rule = STATUSES[status]
        lines.append(f"{status.value:<32}{rule.recruit.value:<18}{rule.continue_placements.value}")
    return lines


def _row(kind: str, cells: list[str], recruits: str, territory: str) -> str:
    return f"{kind:<44}" + "".join(f"{cell:<24}" for cell in cells) + f"{recruits:<10}{territory}"


def test_the_tables_are_the_ones_that_were_confirmed():
    text = "\n".join([*kind_table(), "", *status_table(), ""])
    sys.stdout.write("\n" + text)
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_every_kind_and_every_status_has_its_row():
    assert set(KINDS) == set(LicenceKind)
    assert set(STATUSES) == set(LicenceStatus)
