"""Complaint codes: 22 digits that alone open a mailbox, and what is derived from them.

A code is never stored, logged or put in a URL.

20 random digits (66 bits) and two check digits (ISO 7064, MOD 97-10), shown in groups of four; or the same digits as six
Chinese words with a check of their own (code_words.py). From the 22 digits

    root = Argon2id(digits, salt of this registry, 64 MiB, 2 passes)   slow on purpose: at most two at once on a machine
    tag  = HMAC-SHA-256(secret of this registry, root)                 finds the box; says nothing without that secret
    seed = HKDF-SHA-256(root)                                          the X25519 secret of the mailbox

An unknown, expired, purged or withdrawn code takes the same path as a good one: one derivation, one query, one answer.
"""

import hashlib
import hmac
import os
import secrets
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_97_10

from registry.complaints.case import code_words
from registry.complaints.case.models import Case
from registry.complaints.sealing.envelopes import X25519_BYTES, expand, public_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.core.errors import MistypedReceipt, TooBusy, UnknownReceipt
from registry.core.files import try_lock
from registry.core.keyring import Keyring
from registry.vocabulary.cases import CaseState, MailboxState
from registry.vocabulary.register import Language

MAX_NAMES = 10_000


class RecentCounts:
    """Counts that fade: one time in `fades_in` seconds. None grows beyond `limit`; of too many names the oldest goes."""

    def __init__(self, fades_in: float, limit: int, max_names: int = MAX_NAMES) -> None:
        self._fades_in = fades_in
        self._limit = limit
        self._max_names = max_names
        self._key = secrets.token_bytes(32)
        self._counts: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, name: str, instant: float) -> float:
        """Count one time more. Gives the count before it. `instant` is in seconds of whichever clock."""
        key = self._digest(name)
        with self._lock:
            before = self._faded(key, instant)
            self._counts[key] = (min(before + 1, self._limit), instant)
            self._counts.move_to_end(key)
            if len(self._counts) > self._max_names:
                self._counts.popitem(last=False)
        return before

    def of(self, name: str, instant: float) -> float:
        with self._lock:
            return self._faded(self._digest(name), instant)

    def _faded(self, key: bytes, instant: float) -> float:
        count, since = self._counts.get(key, (0.0, instant))
        return max(0.0, count - max(0.0, instant - since) / self._fades_in)

    def _digest(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode("utf-8", "replace"), key=self._key, digest_size=16).digest()


PLACES = 6
"""Requests that wait or derive at a time. A process answers with eight threads (REGISTRY_THREADS)."""
FADES_IN = 15.0
"""Seconds in which one derivation of a network is forgotten."""
MAX_RECENT = 64
RETRY_AFTER = 5

Rank = tuple[int, bool, int]


@dataclass(eq=False, slots=True)
class _Waiter:
    network: str
    is_solved: bool
    number: int
    is_dropped: bool = False


class Turns:
    """Whose complaint code is derived next in this process: a network that floods keeps no one else waiting.

    `slots` derive at a time, of one network one. Next is whose network came least lately; of equals who did work comes before
    who waited, then who came first. Only a few wait, so that threads are left for all other requests: where the places are taken,
    the one that would come last is told to come again.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._changed = threading.Condition()
        self._numbers = count()
        self._waiting: list[_Waiter] = []
        self._running: list[_Waiter] = []
        self._recent = RecentCounts(FADES_IN, MAX_RECENT)

    @contextmanager
    def turn(self, network: str, is_solved: bool, patience: float) -> Iterator[None]:
        """Wait for a turn, and hold it for as long as the block runs. Raises TooBusy.

        `network` is the visitor's, in passing; empty for the command line, of which any number may run.
        """
        waiter = _Waiter(network, is_solved, next(self._numbers))
        with self._changed:
            self._take_place(waiter)
            try:
                self._await(waiter, time.monotonic() + patience)
            finally:
                self._waiting.remove(waiter)
                self._changed.notify_all()
            self._running.append(waiter)
            self._recent.add(network, time.monotonic())
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(waiter)
                self._changed.notify_all()

    def _take_place(self, waiter: _Waiter) -> None:
        self._waiting.append(waiter)
        staying = self._staying()
        if len(staying) + len(self._running) > PLACES:
            max(staying, key=self._rank).is_dropped = True
            self._changed.notify_all()

    def _await(self, waiter: _Waiter, until: float) -> None:
        while not self._is_next(waiter):
            left = until - time.monotonic()
            if waiter.is_dropped or left <= 0:
                raise TooBusy("many numbers are being opened at once: try again in a moment", RETRY_AFTER)
            self._changed.wait(left)

    def _staying(self) -> list[_Waiter]:
        """Those that wait and were not told to come again: their threads may not have gone yet."""
        return [one for one in self._waiting if not one.is_dropped]

    def _is_next(self, waiter: _Waiter) -> bool:
        if waiter.is_dropped or len(self._running) >= self._slots:
            return False
        busy = {one.network for one in self._running} - {""}
        able = [one for one in self._staying() if one.network not in busy]
        return min(able, key=self._rank, default=None) is waiter

    def _rank(self, waiter: _Waiter) -> Rank:
        """The lower, the sooner. A network counts with what it had lately, and with what it has here."""
        here = sum(one.network == waiter.network for one in (*self._staying(), *self._running))
        return int(self._recent.of(waiter.network, time.monotonic())) + here, not waiter.is_solved, waiter.number


RANDOM_DIGITS, DIGITS, GROUP = 20, 22, 4
CONFIRMED_BY = 6
"""Digits at the end that are typed back to confirm a complaint code."""

SLOTS = 2
NETWORK_LOCKS = 64
"""Locks that all networks share: two that have the same one wait for each other."""
PATIENCE = 5.0
"""Seconds that a caller waits for one of the slots."""
PAUSE = 0.05

_turns = Turns(SLOTS)

_OPENS = frozenset({MailboxState.UNCONFIRMED, MailboxState.OPEN})


@dataclass(frozen=True, slots=True)
class Root:
    """What is derived from a code: `tag` finds its box, `seed` is its mailbox's secret, `public` the key to seal to.

    `former_seed` is the secret of a mailbox from before there were X-Wing keys.
    """

    tag: str
    seed: bytes = field(repr=False)
    former_seed: bytes = field(default=b"", repr=False)

    def seed_of(self, box: EncryptedContainer) -> bytes:
        """The secret of the key that a box has now."""
        return self.former_seed if len(box.public_key) == X25519_BYTES else self.seed

    @property
    def public(self) -> bytes:
        return public_of(self.seed)


def new_code() -> str:
    """A new complaint code of 22 digits: 20 at random and two check digits."""
    body = f"{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}"
    return body + str(mod_97_10.calc_check_digits(body))


def grouped(code: str) -> str:
    """A complaint code in groups of four digits, as people read and copy it."""
    return " ".join(code[start : start + GROUP] for start in range(0, DIGITS, GROUP))


def last_six(code: str) -> str:
    return code[-CONFIRMED_BY:]


def words_of(code: str, language: Language) -> list[str]:
    """A complaint code as six words, in the characters of a page's language (code_words.py)."""
    return code_words.words_of(code[:RANDOM_DIGITS], language)


def is_typed_back(code: str, typed: str) -> bool:
    """Whether what was typed is the end of a complaint code: its last six digits or its last two words, or all of it."""
    typed = typed[:200]
    digits = read_digits(typed)
    if digits:
        return digits in (last_six(code), code)
    words, whole = code_words.read_words(typed), code_words.read_words(" ".join(words_of(code, Language.ZH_HANS)))
    return words is not None and whole is not None and words in (whole[-code_words.CONFIRMED_BY :], whole)


def read_digits(text: str) -> str | None:
    """The digits of a typed text, in any script and width, without separators; None if it has other characters."""
    stored = []
    for character in unicodedata.normalize("NFKC", text):
        # Spaces, dashes, and the invisible marks that copying from a chat brings along.
        if unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf", "Pd") or character in ".,·":
            continue
        value = unicodedata.decimal(character, None)
        if value is None:
            return None
        stored.append(str(value))
    return "".join(stored)


def read_code(text: str) -> str | None:
    """The complaint code that was typed; None when the text cannot be one."""
    # No code is longer than this; normalising megabytes would be wasted work.
    if len(text) > 200:
        return None
    digits = read_digits(text)
    if digits is None and (words := code_words.read_words(text)) and (body := code_words.digits_of(words)):
        return body + str(mod_97_10.calc_check_digits(body))
    return digits if digits and len(digits) == DIGITS and mod_97_10.is_valid(digits) else None


def require_code(text: str) -> str:
    """The complaint code that was typed, as `read_code`. Raises MistypedReceipt, before anything is derived or read."""
    code = read_code(text)
    if code is None:
        raise MistypedReceipt("the digits of the number do not fit together: check the number")
    return code


def derive(keyring: Keyring, code: str, network: str = "", *, is_solved: bool = True) -> Root:
    """The root of a complaint code, in a tenth of a second or more. Not within a transaction. Raises TooBusy.

    At most two at once over all processes of one home: each takes 64 MiB and a core. Of one `network` (clients.network_of)
    one is derived at a time; who was admitted by work (`is_solved`) goes first.
    """
    salt, lookup = keyring.secret("receipt-salt"), keyring.secret("receipt-lookup")
    until = time.monotonic() + PATIENCE
    slots = [f"deriving-{number}" for number in range(SLOTS)]
    with (
        _turns.turn(network, is_solved, PATIENCE),
        _lock_one_of(keyring, _lock_names_of(keyring, network), until),
        _lock_one_of(keyring, slots, until),
    ):
        root = hash_secret_raw(
            code.encode(), salt, time_cost=2, memory_cost=64 * 1024, parallelism=1, hash_len=32, type=Type.ID
        )
    tag = hmac.new(lookup, root, hashlib.sha256).hexdigest()
    return Root(tag, expand(root, b"registry mailbox v2"), expand(root, b"registry mailbox v1"))


def box_of(session: Session, root: Root, today: date) -> EncryptedContainer:
    """The box that a complaint code opens, by one query. Raises UnknownReceipt, whatever the reason."""
    row = session.execute(
        select(EncryptedContainer, Case)
        .join(Case, Case.id == EncryptedContainer.case_id)
        .where(EncryptedContainer.tag == root.tag)
    ).first()
    if row is None or not _is_open(row.EncryptedContainer, row.Case, today):
        raise UnknownReceipt("there is nothing under this number, or no longer")
    box: EncryptedContainer = row.EncryptedContainer
    return box


def _is_open(box: EncryptedContainer, case: Case, today: date) -> bool:
    is_over = case.purge_on is not None and case.purge_on <= today and not case.has_legal_hold
    return box.state in _OPENS and case.state is not CaseState.PURGED and case.purged_on is None and not is_over


def _lock_names_of(keyring: Keyring, network: str) -> list[str]:
    """The lock of a network. Networks share a few, so that none stands in a folder; the command line (empty) needs none."""
    return [f"deriving-network-{int(keyring.digest('deriving', network), 16) % NETWORK_LOCKS}"] if network else []


@contextmanager
def _lock_one_of(keyring: Keyring, names: Sequence[str], until: float) -> Iterator[None]:
    """Hold one of these locks of the home, if any are named. A process that is killed frees its lock by dying."""
    if not names:
        yield
        return
    while True:
        for name in names:
            lock = os.open(keyring.lock_file(name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if try_lock(lock):
                    yield
                    return
            finally:
                os.close(lock)
        if time.monotonic() >= until:
            raise TooBusy("many numbers are being opened at once: try again in a moment", RETRY_AFTER)
        time.sleep(PAUSE)
