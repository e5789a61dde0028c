"""Limits of time that PostgreSQL itself holds a connection to."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. `statement` is 0 for no limit: imports, workers and migrations take what they need.

    `lock` is how long a statement waits for another transaction, `idle` how long a transaction may do nothing, `connect` how
    long a server may take to say hello.
    """

    statement: float = 0.0
    lock: float = 0.0
    idle: float = 300.0
    connect: float = 10.0

    AT_POOLER: ClassVar[str] = "-c timezone=UTC"
    """What a pooler takes at the beginning of a connection, for it keeps track of it."""

    def options(self) -> str:
        """As PostgreSQL's `options` parameter has them."""
        return " ".join([self.AT_POOLER, *(f"-c {name}={value}" for name, value in self._stated())])

    def statement_of_transaction(self) -> str:
        """A statement that holds the present transaction to them."""
        stated = [f"set_config('{name}', '{value}', true)" for name, value in self._stated()]
        return f"SELECT {', '.join(stated) or '1'}"

    def _stated(self) -> list[tuple[str, int]]:
        stated = {
            "statement_timeout": round(self.statement * 1000),
            "lock_timeout": round(self.lock * 1000),
            "idle_in_transaction_session_timeout": round(self.idle * 1000),
        }
        return [(name, value) for name, value in stated.items() if value]
