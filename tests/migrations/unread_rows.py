"""Rows of cases, boxes and messages as the steps about unread messages find them."""

from datetime import date
from typing import Any


def case_row(number: int, state: str = "investigating", **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"CASE{number:08}",
        "state": state,
        "indicators": [],
        "filed_on": date(2026, 11, 2),
        "reasons": [],
        "has_legal_hold": False,
        "version": 1,
    } | more


def box_row(number: int) -> dict[str, Any]:
    """The mailbox of the case of the same number."""
    return {
        "id": number,
        "reference": f"BOXX{number:08}",
        "case_id": number,
        "role": "worker",
        "tag": f"tag {number}",
        "public_key": b"key",
        "state": "open",
        "made_on": date(2026, 11, 2),
        "answers_allowed": False,
    }


def message_row(number: int, *, box: int, author: str = "complainant", read_on: date | None = None) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"MESS{number:08}",
        "box_id": box,
        "author": author,
        "written_on": date(2026, 11, 3),
        "place": number,
        "sealed": "sealed",
        "read_on": read_on,
    }
