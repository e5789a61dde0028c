"""Whose code is derived next: one of a network at a time, those who came least lately first, and only a few that wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from registry.complaints.case.complaint_codes import PLACES, Turns
from registry.core.errors import TooBusy

pytestmark = pytest.mark.timed_waits

PATIENCE = 30.0
FLOOD = "203.0.113.7"


class Visitors:
    """Visitors in threads of their own, who hold their turn until they are told to go."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.served: list[str] = []
        self.refused: list[str] = []
        self._threads: list[Thread] = []
        self._going: dict[str, Event] = {}
        self._begun: dict[str, Event] = {}

    def come(self, name: str, network: str, *, is_solved: bool = False) -> None:
        """Come, and stand in the line or at the turn before the next one comes."""
        self._going[name], self._begun[name] = Event(), Event()
        before = self._here()
        thread = Thread(target=self._visit, args=(name, network, is_solved))
        self._threads.append(thread)
        thread.start()
        # The one who came stands somewhere, or was told to come again, or drove another out.
        with self.turns._changed:
            assert self.turns._changed.wait_for(lambda: self._here() != before or self._begun[name].is_set(), PATIENCE)

    def go(self, name: str) -> None:
        self._going[name].set()

    def await_served(self, name: str) -> None:
        assert self._begun[name].wait(PATIENCE), name
        assert name in self.served

    def leave(self) -> None:
        for going in self._going.values():
            going.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _here(self) -> set[int]:
        """Who stands in the line or at the turn; who goes from the one to the other does not change it."""
        return {one.number for one in (*self.turns._waiting, *self.turns._running)}

    def _visit(self, name: str, network: str, is_solved: bool) -> None:
        try:
            with self.turns.turn(network, is_solved, PATIENCE):
                self.served.append(name)
                self._begun[name].set()
                self._going[name].wait(PATIENCE)
        except TooBusy:
            self.refused.append(name)
            self._begun[name].set()
            with self.turns._changed:
                self.turns._changed.notify_all()


@contextmanager
def visitors(slots: int = 2) -> Iterator[Visitors]:
    them = Visitors(Turns(slots))
    try:
        yield them
    finally:
        them.leave()


def test_of_one_network_one_has_a_turn_at_a_time_and_another_network_the_other_slot() -> None:
    with visitors() as them:
        for name in ("a1", "a2", "a3"):
            them.come(name, FLOOD)
        assert them.served == ["a1"]
        them.come("b", "198.51.100.1")
        them.await_served("b")
        them.go("a1")
        them.await_served("a2")
        assert them.served == ["a1", "b", "a2"]


def test_a_first_visitor_comes_before_a_network_that_had_turns_lately() -> None:
    with visitors(slots=1) as them:
        them.come("a1", FLOOD)
        for name in ("a2", "a3", "a4"):
            them.come(name, FLOOD, is_solved=True)
        them.come("b", "198.51.100.1")
        them.go("a1")
        them.await_served("b")
        assert them.served == ["a1", "b"]


def test_of_equals_who_did_work_comes_first_and_then_who_came_first() -> None:
    with visitors(slots=1) as them:
        them.come("x", "198.51.100.1")
        for name, network, is_solved in (
            ("w1", "198.51.100.2", False),
            ("w2", "198.51.100.3", False),
            ("s", "198.51.100.4", True),
        ):
            them.come(name, network, is_solved=is_solved)
        for before, name in (("x", "s"), ("s", "w1"), ("w1", "w2")):
            them.go(before)
            them.await_served(name)
        assert them.served == ["x", "s", "w1", "w2"]


def test_a_flood_takes_few_places_and_gives_one_to_a_first_visitor() -> None:
    with visitors() as them:
        for number in range(PLACES + 3):
            them.come(f"a{number}", FLOOD)
        assert them.served == ["a0"]
        assert len(them.refused) == 3
        them.come("b", "198.51.100.1")
        them.await_served("b")
    # The last of the flood that waited made room.
    assert sorted(them.refused) == ["a5", "a6", "a7", "a8"]


def test_who_waits_too_long_is_told_to_come_again_and_leaves_the_line() -> None:
    turns = Turns(1)
    with turns.turn(FLOOD, True, PATIENCE):
        with pytest.raises(TooBusy) as refused, turns.turn("198.51.100.1", True, 0.0):
            pass
        assert refused.value.retry_after == 5
    with turns.turn("198.51.100.1", True, 0.0):
        assert len(turns._running) == 1
    assert not turns._waiting
    assert not turns._running


def test_an_error_in_a_turn_frees_it() -> None:
    turns = Turns(1)
    with pytest.raises(RuntimeError), turns.turn(FLOOD, True, 0.0):
        raise RuntimeError
    with turns.turn(FLOOD, True, 0.0):
        pass


def test_the_command_line_is_no_network() -> None:
    turns = Turns(2)
    with turns.turn("", True, 0.0), turns.turn("", True, 0.0):
        assert len(turns._running) == 2
