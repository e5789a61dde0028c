"""Datasette: the row that holds the stored record, as its JSON."""

import os
from typing import Any

from datasette.app import Datasette  # type: ignore[import-untyped]


def create_app() -> Any:
    path = os.environ["BENCH_DATABASE_URL"].removeprefix("sqlite:///")
    return Datasette([path], settings={"num_sql_threads": 1}).app()
