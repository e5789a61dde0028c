"""State machines as data: allowed moves between states, by which role, on which conditions. Pure: it stores nothing.

Cases, hearings, referrals and sanctions state one table each. Every page, endpoint, command and worker moves them by `advance`,
so what stands in no table cannot happen.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from registry.core.errors import IllegalMove

State = TypeVar("State", bound=StrEnum)
By = TypeVar("By", bound=StrEnum)
MoveFacts = TypeVar("MoveFacts")


@dataclass(frozen=True, slots=True)
class Move(Generic[State, By]):
    """One way from a state to another: `guard` is what must hold, `by` who may take it."""

    source: State
    target: State
    guard: StrEnum
    by: frozenset[By]


def move(source: State, target: State, guard: StrEnum, *by: By) -> Move[State, By]:
    """One row of a table of moves."""
    return Move(source, target, guard, frozenset(by))


AnyMove = TypeVar("AnyMove", bound=Move[Any, Any])


class Stateful(Protocol):
    """A row that stands in a state."""

    state: Any


class Moves(Generic[State, By, MoveFacts, AnyMove]):
    """A table of moves; iterating gives them in the order stated.

    `thing` names what is moved, such as "hearing"; it begins the codes of IllegalMove, those of what does not hold with `family`
    where that is another. `guards` give what does not hold as a code, None when all does; `words` are the English of the codes.
    """

    def __init__(
        self,
        thing: str,
        moves: Iterable[AnyMove],
        guards: Mapping[Any, Callable[[MoveFacts], str | None]],
        words: Mapping[str, str],
        *,
        family: str | None = None,
    ) -> None:
        self._thing, self._family = thing, family or thing
        self._moves = tuple(moves)
        self._by_ends: dict[tuple[Any, Any], AnyMove] = {}
        for move in self._moves:
            if self._by_ends.setdefault((move.source, move.target), move) is not move:
                raise ValueError(f"two moves of a {thing} lead from {move.source} to {move.target}")
        self._guards, self._words = guards, words

    def __iter__(self) -> Iterator[AnyMove]:
        return iter(self._moves)

    def codes(self) -> frozenset[str]:
        """Every code of IllegalMove that this table gives."""
        return frozenset({f"{self._thing}.no_such_move", *(f"{self._family}.{lack}" for lack in self._words)})

    def find(self, source: State, target: State, by: By) -> AnyMove | None:
        """The move between two states that `by` may take, None if the table has none."""
        move = self._by_ends.get((source, target))
        return move if move is not None and by in move.by else None

    def lacking(self, guard: StrEnum, facts: MoveFacts) -> str | None:
        """What does not hold, as a code; None when all does."""
        return self._guards[guard](facts)

    def ways(self, source: State, by: Collection[By], facts: MoveFacts) -> dict[State, str | None]:
        """Where any of `by` may go from a state, each with what does not hold yet."""
        return {
            move.target: self.lacking(move.guard, facts)
            for move in self._moves
            if move.source is source and not move.by.isdisjoint(by)
        }

    def require(self, source: State, target: State, by: By) -> AnyMove:
        """As `find`. Raises IllegalMove where the table has no such move."""
        move = self.find(source, target, by)
        if move is None:
            text = f"a {self._thing} that is {source} does not become {target} by the {by}"
            raise IllegalMove(text, f"{self._thing}.no_such_move", source=source, target=target)
        return move

    def refused(self, target: State, lack: str) -> IllegalMove:
        """The error that says what does not hold; `lack` is its code."""
        text = f"this does not become {target.replace('_', ' ')}: {self._words[lack]}"
        return IllegalMove(text, f"{self._family}.{lack}")


def advance(
    moves: Moves[State, By, MoveFacts, AnyMove],
    row: Stateful,
    target: State,
    by: By,
    facts: Callable[[AnyMove], MoveFacts],
) -> AnyMove:
    """Set the state of a locked row along its table; gives the move that was taken.

    `facts` are asked for once the table has the move: what its guard looks at. What follows from a move, its audit line above
    all, is written by the caller in the same transaction. Raises IllegalMove when the table, or what must hold, does not let it.
    """
    move = moves.require(row.state, target, by)
    lack = moves.lacking(move.guard, facts(move))
    if lack is not None:
        raise moves.refused(target, lack)
    row.state = target
    return move
