"""Rows of the paper of targets: what was asked for, what was measured, and in words whether it holds."""

import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

ZONES = ("Asia/Shanghai", "Europe/Rome")
RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One ratio, by rounds. With `is_at_least` it must reach the target, otherwise it must not pass it.

    `rates` is the same ratio by requests a second, shown beside; a row without a target is for information.
    """

    what: str
    ratios: Sequence[float]
    target: float | None
    is_at_least: bool = True
    rates: Sequence[float] = field(default_factory=tuple)
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.ratios)

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.median >= self.target if self.is_at_least else self.median <= self.target

    @property
    def words(self) -> str:
        """The verdict on the row, with how far it is from the line when it misses it."""
        if self.target is None:
            return "for information"
        if self.is_met:
            return "ok"
        off = self.target / self.median if self.is_at_least else self.median / self.target
        return f"missed, by a factor of {off:.2f}"

    @property
    def stated_target(self) -> str:
        if self.target is None:
            return ""
        return f"{'at least' if self.is_at_least else 'at most'} {self.target:g}"


def show(rows: Sequence[Row], title: str) -> None:
    table = Table(title=title, title_justify="left", show_lines=False)
    for heading in ("what", "target", "measured", "rounds", "by rate", "in words"):
        table.add_column(heading, justify="left" if heading in ("what", "in words") else "right")
    for row in rows:
        spread = f"{_figure(min(row.ratios))} to {_figure(max(row.ratios))}"
        by_rate = _figure(statistics.median(row.rates)) if row.rates else ""
        table.add_row(row.what, row.stated_target, _figure(row.median), spread, by_rate, row.words)
    console = Console(width=None if Console().is_terminal else 150)
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"  {row.what}: {row.note}")


def keep(facts: dict[str, Any], rows: Sequence[Row]) -> Path:
    """Write everything measured down; the file is named after the instant and the size."""
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    path = RESULTS / f"{at:%Y%m%dT%H%M%SZ}-{facts['size']}.json"
    summary = [asdict(row) | {"median": row.median, "in_words": row.words, "asked": row.stated_target} for row in rows]
    whole = {"measured_at": f"{at:%Y-%m-%dT%H:%M:%SZ}", **facts, "rows": summary}
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def hours() -> dict[str, str]:
    """Day and hour where licences come from and where they lead: answers look at two laws while the days differ."""
    return {zone: datetime.now(ZoneInfo(zone)).isoformat(timespec="minutes") for zone in ZONES}


def told(hours: Mapping[str, str]) -> str:
    return " and ".join(f"{hour[11:16]} on {hour[:10]} in {zone}" for zone, hour in hours.items())


def compare(former: Path, later: Path) -> None:
    """Print the rows that two kept results share. Exits where the number of days that were today differs in or between them."""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in (former, later)]
    days = [[len({hour[:10] for hour in hours.values()}) for hours in run.get("hours", ())] for run in runs]
    if not all(days):
        sys.exit("a result without its hours, from before they were kept, can be compared with none")
    if len({count for counts in days for count in counts}) > 1:
        sys.exit(
            "these runs cannot be compared: "
            + "; ".join(f"{path.name} ran from {told(run['hours'][0])} to {told(run['hours'][1])}"
                        for path, run in zip((former, later), runs, strict=True))
        )  # fmt: skip
    before, after = ({row["what"]: row["median"] for row in run["rows"]} for run in runs)
    for what in (what for what in after if what in before):
        print(f"{what:60} {_figure(before[what]):>8} {_figure(after[what]):>8}  x {after[what] / before[what]:.2f}")


def _figure(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"
