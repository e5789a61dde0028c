"""Results of the bench are compared with their like alone: while two days are today, an answer looks at two laws."""

import json
from pathlib import Path

import pytest

from bench import report

ONE_DAY = {"Asia/Shanghai": "2026-11-30T20:10+08:00", "Europe/Rome": "2026-11-30T13:10+01:00"}
TWO_DAYS = {"Asia/Shanghai": "2026-12-01T00:10+08:00", "Europe/Rome": "2026-11-30T17:10+01:00"}


def kept(path: Path, median: float, *hours: dict[str, str]) -> Path:
    path.write_text(json.dumps({"hours": hours, "rows": [{"what": "verify by number", "median": median}]}))
    return path


def test_runs_of_the_same_kind_of_hour_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    former, later = kept(tmp_path / "a.json", 0.04, *[ONE_DAY] * 2), kept(tmp_path / "b.json", 0.06, *[ONE_DAY] * 2)
    report.compare(former, later)
    assert "x 1.50" in capsys.readouterr().out


@pytest.mark.parametrize("hours", [[TWO_DAYS] * 2, [ONE_DAY, TWO_DAYS], []])
def test_runs_whose_days_differ_are_not_compared(tmp_path: Path, hours: list[dict[str, str]]) -> None:
    former, later = kept(tmp_path / "a.json", 0.04, *[ONE_DAY] * 2), kept(tmp_path / "b.json", 0.06, *hours)
    with pytest.raises(SystemExit, match="compared"):
        report.compare(former, later)
