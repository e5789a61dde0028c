"""Verify by number at an hour when China has tomorrow already, against one when all countries have the same day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import time_machine

from bench import databases, lookups
from bench.in_process import cost, environ_of, unheard
from bench.report import Row
from registry.app import create_app
from registry.core.settings import Edge, Settings
from registry.http.transaction import services

ONE_DAY, TWO_DAYS = timedelta(hours=12, minutes=10), timedelta(hours=16, minutes=10)
"""The time of day in UTC: between the two a day begins in China."""

COUNT = 3_000
"""Questions of one round, after as many that only warm."""


def measure(size: int, rounds: int, folder: Path) -> tuple[list[Row], dict[str, Any]]:
    """The row, and the seconds of processor time of each round. In process: a clock moved for a server costs more than a day."""
    url = f"sqlite:///{databases.sqlite_database(size)}"
    settings = Settings(home=folder / "any-hour", database_url=url, edges=frozenset({Edge.API}), rate=1_000_000_000)
    app = create_app(settings)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    took: dict[str, list[float]] = {"one day": [], "two days": []}
    try:
        for turn in range(rounds):
            environs = [environ_of(path) for path in lookups.verify_paths(size, Random(turn), COUNT)]
            hours = [("one day", ONE_DAY), ("two days", TWO_DAYS)]
            for name, hour in hours if turn % 2 == 0 else reversed(hours):
                with time_machine.travel(midnight + hour), unheard():
                    cost(app, environs)
                    took[name].append(cost(app, environs))
    finally:
        services(app).engine.dispose()
    ratios = [two / one for one, two in zip(took["one day"], took["two days"], strict=True)]
    row = Row("verify while two days are today, against one, cost", ratios, 1.05, is_at_least=False)
    return [row], {"any_hour": took}
