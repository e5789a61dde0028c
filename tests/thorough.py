"""What `make test` tries in one way and `make test-thorough` in all others: one language, one width or one kill of many."""

from typing import Any

import pytest

POSTGRESQL_IS_THOROUGH = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)]
)
"""For a test that kills processes for seconds: on SQLite in `make test`, on PostgreSQL in `make test-thorough`."""


def thorough(*values: Any) -> list[Any]:
    """Parameters of a test that `make test` leaves to `make test-thorough`; each tuple is the parameters of one test."""
    return [
        pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.thorough) for value in values
    ]
