"""Rows of the paper of targets: what was asked for, what was measured, and in words whether it holds."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

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


def _figure(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"
