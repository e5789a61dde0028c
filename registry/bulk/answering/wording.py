"""What is stated of an item and its answer: what a list's signature covers."""

from datetime import datetime
from typing import Any

from registry.bulk.answering.answering import Given
from registry.bulk.manifest import corridor_said, refusal_said, statement, verdict_said


def said_of(one: Given, at: datetime) -> dict[str, Any]:
    """What a statement says of an item."""
    asked = {**one.item.extra, **(one.item.asked or {})}
    if one.answered is not None:
        return verdict_said(asked, one.answered.verdict, at)
    return refusal_said(one.item.faults, asked) if one.whole is None else corridor_said(asked, one.whole, at)


def statement_of(one: Given, number: int, at: datetime) -> bytes:
    return statement(number, one.item.key, one.item.line, said_of(one, at))
