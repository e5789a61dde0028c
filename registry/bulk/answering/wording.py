"""What is stated of an item and its answer: what a list's signature covers."""

from datetime import datetime
from typing import Any

from registry.bulk.answering.batches import AnsweredItem
from registry.bulk.manifest import corridor_statement, refusal_statement, statement, verdict_statement


def item_statement(one: AnsweredItem, at: datetime) -> dict[str, Any]:
    """What a statement says of an item."""
    parameters = {**one.item.extra, **(one.item.asked or {})}
    if one.answered is not None:
        # It is told of the only agency that the key leads to.
        prerendered = one.answered.prerendered
        return verdict_statement(
            parameters, one.answered.verdict, at, prerendered.digest if prerendered is not None else None
        )
    return (
        refusal_statement(one.item.faults, parameters)
        if one.whole is None
        else corridor_statement(parameters, one.whole, at)
    )


def statement_of(one: AnsweredItem, number: int, at: datetime) -> bytes:
    return statement(number, one.item.key, one.item.line, item_statement(one, at))
