"""Items of a list are read as each is by itself, whatever was read before it."""

from itertools import permutations
from typing import Any

import pytest

from registry.bulk.answering.batches import Item, Keys, Sent, questions_in
from registry.core.clock import now
from registry.register.authorities.sources import SourceSnapshot

AT = now()
NUMBER = {"licence_number": "VYMYSL/1", "origin": "CN", "destination": "CZ"}
ODD: list[Any] = [
    NUMBER,
    NUMBER | {"licence_number": "VYMYSL/2"},
    NUMBER | {"licence_number": "  vymysl  /  3 "},
    NUMBER | {"licence_number": "---"},
    NUMBER | {"licence_number": 7},
    NUMBER | {"licence_number": "x" * 121},
    NUMBER | {"licence_number": "a\x00b"},
    NUMBER | {"key": "1"},
    NUMBER | {"key": " 1 "},
    NUMBER | {"key": 1},
    NUMBER | {"key": None},
    NUMBER | {"key": "k" * 300},
    NUMBER | {"destination": "cz"},
    NUMBER | {"destination": "XX"},
    NUMBER | {"destination": ["CZ"]},
    NUMBER | {"destination": {"CZ": 1}},
    NUMBER | {"destination": 1},
    NUMBER | {"destination": True},
    NUMBER | {"unknown": "CZ"},
    NUMBER | {"claimed_name": "Somebody"},
    NUMBER | {"claimed_name": "Somebody else"},
    NUMBER | {"vat": "IT00000099994"},
    NUMBER | {"nace_revision": "2"},
    NUMBER | {"sector": "14.10"},
    NUMBER | {"on": "2026-01-05"},
    NUMBER | {"on": "2026-13-05"},
    NUMBER | {"authority": "nobody-here"},
    {"destination": "CZ"},
    {"uscc": "91350100M000100Y43"},
    {"uscc": "91350100M000100Y44"},
    {"uscc": "short"},
    {"vat": "IT00000099994"},
    {"vat": "IT00000099995"},
    {"registration_number": "1", "country": "CZ"},
    {"registration_number": "1"},
    {"name": "Agenzia"},
    {"name": "\u2014"},
    "no object",
    None,
    {},
]


def read(*fields: Any) -> list[Item]:
    return list(questions_in([Sent(one) for one in fields], AT, SourceSnapshot(), Keys()))


def named(one: Any, key: str) -> Any:
    return one | {"key": key} if isinstance(one, dict) and "key" not in one else one


@pytest.mark.parametrize("first", [NUMBER, ODD[12], ODD[29], ODD[33]], ids=["number", "lower", "uscc", "country"])
def test_an_item_is_read_as_if_it_were_the_only_one(first: Any) -> None:
    for is_named in (False, True):
        items = [named(one, str(place)) if is_named else one for place, one in enumerate([first, *ODD, *ODD])]
        # Of one key that stands twice the second is refused, and is no matter of this.
        items = [one for place, one in enumerate(items) if "key" not in (one or ()) or one not in items[:place]]
        for item, fields in zip(read(*items), items, strict=True):
            (alone,) = read(fields)
            if not any(fault.code == "doubled_key" for fault in item.faults):
                assert item == alone, fields


def test_the_order_of_fields_and_a_key_that_stands_twice_are_no_matter_of_what_was_read_before() -> None:
    orders = [dict(order) for order in permutations((NUMBER | {"key": "a"}).items())]
    first, *others = read(*orders)
    assert not first.faults
    assert {fault.code for one in others for fault in one.faults} == {"doubled_key"}
    assert {one.question for one in read(*[{**order, "key": str(n)} for n, order in enumerate(orders)])} == {
        first.question
    }
