"""Secrets that are slow to hash on purpose are hashed as Argon2id still, at its lowest cost.

In force in the tests' own processes and in those that they serve from (tests/loaded.py), so that both derive the same. A test
of the cost itself is marked `real_cost`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from argon2 import PasswordHasher

from registry.accounts import passwords
from registry.complaints.case import complaint_codes
from registry.complaints.intake import rules

real_hasher = passwords._hasher
real_derivation = complaint_codes.hash_secret_raw

LOWEST = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


def _derive(code: bytes, salt: bytes, **facts: Any) -> bytes:
    return real_derivation(code, salt, **(facts | LOWEST))


_hasher = PasswordHasher(**LOWEST)


def ease() -> None:
    """From now on in this process."""
    passwords._hasher = _hasher
    complaint_codes.hash_secret_raw = _derive


def shorten_admission() -> None:
    """A visitor without scripts waits two seconds, and one with them does next to no work, from now on in this process."""
    rules.WAIT = 2
    rules.TRIES = 4


@contextmanager
def real_cost() -> Iterator[None]:
    """What production pays, until the block ends."""
    passwords._hasher = real_hasher
    complaint_codes.hash_secret_raw = real_derivation
    passwords._nobodys.cache_clear()
    try:
        yield
    finally:
        passwords._nobodys.cache_clear()
        ease()
