"""Limits of time that PostgreSQL itself holds a connection to."""

from dataclasses import dataclass


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

    def options(self) -> str:
        """As PostgreSQL's `options` parameter has them."""
        stated = {
            "timezone": "UTC",
            "statement_timeout": round(self.statement * 1000),
            "lock_timeout": round(self.lock * 1000),
            "idle_in_transaction_session_timeout": round(self.idle * 1000),
        }
        return " ".join(f"-c {name}={value}" for name, value in stated.items() if value)
