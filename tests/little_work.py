"""Work that a test waits for and that is none of what it tries.

Secrets that are slow to hash on purpose are hashed as Argon2id still, at its lowest cost. The two halves of a secret key, which
the registry derives each time so that they lie in no memory, are derived once. The function that builds the address of a
route, which Werkzeug compiles for each route of each application, is compiled once.

In force in the tests' own processes and in those that they serve from (tests/loaded.py), so that both derive the same. A test
of the cost itself is marked `real_cost`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from werkzeug.routing import Rule

from registry.accounts import passwords
from registry.complaints.case import complaint_codes
from registry.complaints.intake import rules
from registry.complaints.sealing import envelopes

real_hasher = passwords._hasher
real_derivation = complaint_codes.hash_secret_raw
compile_builder = Rule._compile_builder

LOWEST = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


def _derive(code: bytes, salt: bytes, **facts: Any) -> bytes:
    return real_derivation(code, salt, **(facts | LOWEST))


_hasher = PasswordHasher(**LOWEST)
_halves = lru_cache(maxsize=1_000)(envelopes._halves)


_builders: dict[tuple[Any, ...], Any] = {}


def _compile_builder_once(rule: Rule, append_unknown: bool = True) -> Any:
    key = (rule.rule, rule.host, rule.subdomain, repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = compile_builder(rule, append_unknown)
    return _builders[key]


def ease() -> None:
    """From now on in this process."""
    Rule._compile_builder = _compile_builder_once  # type: ignore[method-assign]
    passwords._hasher = _hasher
    complaint_codes.hash_secret_raw = _derive
    envelopes._halves = _halves


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
