"""What nonsense costs before it is refused: processor seconds of reading a body of twenty megabytes, whatever its shape."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Flask

from bench.report import Row
from registry.bulk.reading import columns_in, memory_file
from registry.bulk.rules import VERIFICATION
from registry.core.errors import InvalidInput, UnreadableList
from registry.http.request_reader import load_item, load_list
from schemas.bulk import ItemSchema, ListOptionsSchema

SIZE = 20_000_000
CPU_TARGET = 1.0
"""Seconds of processor time for a body of that size."""
ITEM = ItemSchema()


def measure(rounds: int) -> tuple[list[Row], dict[str, Any]]:
    """A row for each shape."""
    wide = {f"k{number}": 1 for number in range(SIZE // 14)}
    shapes: dict[str, Callable[[], None]] = {
        "unknown names in one item": _body({"items": [wide]}),
        "unknown names beside the items": _body(wide),
        "unknown names within a field": _body({"items": [{"name": wide}]}),
        "columns of a CSV file": _file(",".join(wide)),
    }
    took = {shape: [_seconds(read) for _ in range(rounds)] for shape, read in shapes.items()}
    rows = [Row(f"20 MB of {shape}, CPU s", seconds, CPU_TARGET, is_at_least=False) for shape, seconds in took.items()]
    return rows, {"hostile": took}


def _body(body: Any) -> Callable[[], None]:
    sent, app, options = json.dumps(body).encode(), Flask(__name__), ListOptionsSchema()

    def read() -> None:
        with app.test_request_context("/", method="POST", data=sent, content_type="application/json"):
            for item in load_list(options, 2 * SIZE).items:
                load_item(ITEM, item)

    return read


def _file(text: str) -> Callable[[], None]:
    sent = text.encode()

    def read() -> None:
        with memory_file(sent) as path:
            columns_in(path, VERIFICATION)

    return read


def _seconds(read: Callable[[], None]) -> float:
    began = time.process_time()
    with suppress(InvalidInput, UnreadableList):
        read()
    return time.process_time() - began
