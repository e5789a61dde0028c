"""The engine of every state machine: what stands in no table cannot happen, and nothing changes where something is lacking."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pytest

from registry.complaints.case import states
from registry.complaints.parties.hearings import rules as hearings
from registry.complaints.parties.referrals import rules as referrals
from registry.core.errors import IllegalMove
from registry.core.moves import Move, Moves, advance
from registry.supervision.sanctions import rules as sanctions


class Light(StrEnum):
    RED = "red"
    GREEN_SOON = "green_soon"
    GREEN = "green"


class By(StrEnum):
    CLOCK = "clock"
    GUARD = "guard"


class Rule(StrEnum):
    ALWAYS = "always"
    CLEAR = "clear"


TABLE: Moves[Light, By, bool, Move[Light, By]] = Moves(
    "light",
    (
        Move(Light.RED, Light.GREEN_SOON, Rule.CLEAR, frozenset({By.CLOCK, By.GUARD})),
        Move(Light.GREEN_SOON, Light.GREEN, Rule.ALWAYS, frozenset({By.CLOCK})),
        Move(Light.GREEN, Light.RED, Rule.ALWAYS, frozenset({By.GUARD})),
    ),
    {Rule.ALWAYS: lambda _: None, Rule.CLEAR: lambda is_clear: None if is_clear else "not_clear"},
    {"not_clear": "somebody crosses"},
)


@dataclass
class Row:
    state: Light


def test_a_move_changes_the_state_and_is_given_back() -> None:
    row = Row(Light.RED)
    move = advance(TABLE, row, Light.GREEN_SOON, By.GUARD, lambda _: True)
    assert (row.state, move.source, move.target) == (Light.GREEN_SOON, Light.RED, Light.GREEN_SOON)


@pytest.mark.parametrize(("target", "by"), [(Light.GREEN, By.CLOCK), (Light.RED, By.GUARD), (Light.GREEN, By.GUARD)])
def test_what_the_table_lacks_is_refused_before_anything_is_asked(target: Light, by: By) -> None:
    row = Row(Light.RED)

    def ask(_: object) -> bool:
        raise AssertionError

    with pytest.raises(IllegalMove) as refused:
        advance(TABLE, row, target, by, ask)
    assert refused.value.lack == "light.no_such_move"
    assert refused.value.facts == {"source": Light.RED, "target": target}
    assert refused.value.text == f"a light that is red does not become {target} by the {by}"
    assert row.state is Light.RED


def test_what_does_not_hold_is_named_and_nothing_changes() -> None:
    row = Row(Light.RED)
    with pytest.raises(IllegalMove) as refused:
        advance(TABLE, row, Light.GREEN_SOON, By.CLOCK, lambda _: False)
    assert (refused.value.lack, refused.value.facts) == ("light.not_clear", {})
    assert refused.value.text == "this does not become green soon: somebody crosses"
    assert row.state is Light.RED


def test_ways_give_each_target_once_with_what_is_lacking() -> None:
    assert TABLE.ways(Light.RED, [By.CLOCK, By.GUARD], False) == {Light.GREEN_SOON: "not_clear"}
    assert TABLE.ways(Light.GREEN_SOON, [By.GUARD], True) == {}
    assert TABLE.find(Light.GREEN, Light.RED, By.CLOCK) is None
    assert TABLE.codes() == {"light.no_such_move", "light.not_clear"}


def test_two_moves_with_the_same_ends_are_no_table() -> None:
    move = Move(Light.RED, Light.GREEN, Rule.ALWAYS, frozenset({By.CLOCK}))
    with pytest.raises(ValueError, match="red to green"):
        Moves("light", [move, replace(move)], {}, {})


@pytest.mark.parametrize(
    ("table", "guards"),
    [
        (states.MOVES, states.Guard),
        (hearings.MOVES, hearings.Guard),
        (referrals.MOVES, referrals.Guard),
        (sanctions.MOVES, sanctions.Guard),
    ],
    ids=["case", "hearing", "referral", "sanction"],
)
def test_every_guard_of_a_table_is_stated_and_used(table: Moves[Any, Any, Any, Any], guards: type[StrEnum]) -> None:
    assert {move.guard for move in table} == set(guards)
    assert set(table._guards) == set(guards)
