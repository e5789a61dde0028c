"""Signing heads of the log: only what is committed, and never anything that does not follow from what was signed before.

What was signed last is copied beside the database (registry.log.head_guards) before the signature stands anywhere
else. A database that was restored from a backup is then behind its copies, and signing on would show two histories: it is
refused. If we crash after a copy was written, the same head is signed again, for the entries below it are committed.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.engine import microseconds, reading_session
from registry.core.errors import BadProof, ForkRefused
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.log import actions, clock_check, head_guards, keys, note, tiles, tree
from registry.log.models import Checkpoint, LogState
from registry.log.queries import (
    LoggedKey,
    consistency,
    logged_keys,
    newest_checkpoint,
    policy,
    policy_lines,
    raw_public,
)
from registry.log.witnesses.client import Seen, guard_in, require_guard

SIGN_AGAIN = timedelta(hours=24)
"""A head is signed, and cosigned, anew after this time although nothing was appended: so that its age can be judged."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A head that was signed just now; `is_shown` is false while witnesses are waited for."""

    origin: str
    size: int
    root: bytes
    note: str
    is_shown: bool


def sign_committed(settings: Settings, sessions: sessionmaker[Session]) -> Signed | None:
    """Sign the log as it stands committed. None when that is signed already, or nothing was appended.

    A policy that its operator changed is appended first, though nothing was published.

    Called after the commit by whatever publishes, and by the worker again and again, which also makes up for a crash. Makes
    the keys at the first time. Raises ForkRefused, KeyTrouble, ClockWrong, or BadProof for a policy that cannot be read.
    """
    if not settings.signs or not _is_due(sessions, settings):
        return None
    keyring = Keyring(settings.keys)
    with keyring.alone():
        # Asked before the lock, so that no one waits for one that is away.
        with reading_session(sessions) as session:
            guarded = _guards_say(session, settings)
        with sessions.begin() as session:
            signing_input = _signing_input(session, settings, guarded)
            keys.require_signing_key(keyring, signing_input.logged)
            _refuse_other_home(signing_input, settings.home)
            if signing_input.state.closed_at is not None or not _append_keys_and_policy(
                session, keyring, settings, signing_input
            ):
                return _sign(session, keyring, settings, signing_input)
        # Keys or policy came in: a transaction of their own, for only what is committed is signed.
        with sessions.begin() as session:
            return _sign(session, keyring, settings, _signing_input(session, settings, guarded))


class _Guarded(NamedTuple):
    """The copy that all homes share; None where there is no such guard.

    `seen` is also None where the witness was not asked, because the database has no head that it cosigned.
    """

    remembered: head_guards.Remembered | None = None
    seen: Seen | None = None

    def knows_of(self, newest: Checkpoint) -> bool:
        """Whether one vouches for a head: it was signed last, or what was signed later has to follow from it."""
        bucket, witness = self.remembered, self.seen
        return (bucket is not None and _knows_of(bucket.head, newest)) or (
            witness is not None and witness.vouches_for(newest.origin, newest.size)
        )

    def proves_newest(self, newest: Checkpoint) -> bool:
        """Whether one says that exactly this head was signed last."""
        bucket, witness = self.remembered, self.seen
        return (bucket is not None and bucket.head == _head_of(newest)) or (
            witness is not None and witness.vouches_for(newest.origin, newest.size) and witness.is_newest()
        )


class _SigningInput(NamedTuple):
    """What is signed, read once under the lock: the state, what the log says of keys, its tiles, and the head before."""

    state: LogState
    logged: dict[str, LoggedKey]
    read: tree.ReadTile
    newest: Checkpoint | None
    guarded: _Guarded = _Guarded()


def require_guard_answers(sessions: sessionmaker[Session], settings: Settings) -> None:
    """Ask the guard though nothing is to be signed, so that its loss is known before. Nothing to ask where there is none.

    Raises FilesUnavailable or GuardAway where it does not answer, GuardUnfit where it cannot guard, ForkRefused if unreadable.
    """
    guard = head_guards.guard_of(settings)
    if guard is not None:
        with reading_session(sessions) as session:
            state = session.execute(select(LogState)).scalar_one()
            origin = state.origin or origin_of(settings, is_demo=state.is_demo)
        guard.require_fit()
        guard.read(origin)


def _guards_say(session: Session, settings: Settings) -> _Guarded:
    """What bucket and witness say was signed last."""
    state = session.execute(select(LogState)).scalar_one()
    newest = newest_checkpoint(session, state.origin)
    bucket, witness = head_guards.guard_of(settings), guard_in(policy(session), settings.guard_witness)
    remembered = seen = None
    if bucket is not None:
        remembered = bucket.read(state.origin or origin_of(settings, is_demo=state.is_demo))
    if witness is not None and newest is not None and witness.has_cosigned(newest.note):
        seen = witness.ask(_head_of(newest), newest.note)
    return _Guarded(remembered, seen)


def _signing_input(session: Session, settings: Settings, guarded: _Guarded) -> _SigningInput:
    """The log, locked, with all entries in the tree, and following from what was signed. ForkRefused otherwise."""
    state = actions.lock_log(session)
    tiles.catch_up(session, state)
    state.origin = state.origin or origin_of(settings, is_demo=state.is_demo)
    if guarded.remembered is not None and guarded.remembered.origin != state.origin:
        raise ForkRefused(f"the log was given the name {state.origin} at this moment: it is signed at the next attempt")
    signing_input = _SigningInput(
        state, logged_keys(session), tiles.reader(session), newest_checkpoint(session, state.origin), guarded
    )
    _refuse_fork(signing_input, settings.home)
    return signing_input


def _append_keys_and_policy(
    session: Session, keyring: Keyring, settings: Settings, signing_input: _SigningInput
) -> bool:
    """Append what the log does not say yet of keys and policy. Gives whether it was anything."""
    origin, logged = signing_input.state.origin, signing_input.logged
    assert origin is not None
    has_keys = False
    if not keys.are_settled(keyring, logged):
        keys.make_keys(session, keyring, settings.public_url, settings.operator)
        has_keys = keys.sync_keys(session, keyring)
        logged = logged_keys(session)
    has_policy = keys.sync_policy(
        session, origin, settings.public_url, keys.witness_lines(session, settings.home), logged
    )
    return has_keys or has_policy


def origin_of(settings: Settings, *, is_demo: bool) -> str:
    """The name a log of this registry gets at its first head, and keeps."""
    return f"{settings.public_host}/{'demo-log' if is_demo else 'log'}"


def refuse_fork(session: Session, state: LogState, settings: Settings) -> None:
    """Raise ForkRefused unless the log begins with all that was signed before: by the copies and by our own table."""
    guarded = _guards_say(session, settings) if state.origin is not None else _Guarded()
    _refuse_fork(
        _SigningInput(state, {}, tiles.reader(session), newest_checkpoint(session, state.origin), guarded),
        settings.home,
    )


def _refuse_fork(signing_input: _SigningInput, home: Path) -> None:
    state, newest, read = signing_input.state, signing_input.newest, signing_input.read
    ours = _head_of(newest) if newest is not None else None
    remembered, seen = signing_input.guarded
    if seen is not None and seen.origin == state.origin and seen.size > state.hashed:
        raise _lost(seen.origin, seen.size, state.hashed)
    for head in {head_guards.last_signed(home), ours, remembered.head if remembered is not None else None}:
        if head is None or head.origin != state.origin:
            continue
        if head.size > state.hashed:
            raise _lost(head.origin, head.size, state.hashed)
        if not _leads_to(read, head):
            raise _other_entries(head)


def _refuse_other_home(signing_input: _SigningInput, home: Path) -> None:
    """Raise ForkRefused where this home does not know of the newest head: the home that signed it may have signed a later one.

    What the bucket or the witness of the guard knows this home knows.
    """
    own, newest = head_guards.last_signed(home), signing_input.newest
    if newest is not None and not _knows_of(own, newest) and not signing_input.guarded.knows_of(newest):
        raise _signed_elsewhere(own, newest, home)


def _signed_elsewhere(own: note.Checkpoint | None, newest: Checkpoint, home: Path) -> ForkRefused:
    memory = f"remembers {own.size} entries" if own and own.origin == newest.origin else "remembers none of it"
    return ForkRefused(
        f"a head of {newest.size} entries is signed for {newest.origin}, and this home ({home}) {memory}: another home signs "
        "this log, or the database or this folder is a copy. Let that home sign, with REGISTRY_SIGNS=off here. If it is gone "
        "for good and signed nothing later, run `registry log adopt` here"
    )


def _other_entries(head: note.Checkpoint) -> ForkRefused:
    return ForkRefused(
        f"the first {head.size} entries of {head.origin} are not those that were signed: put the right database "
        "back, or go on under another name with `registry log recover`. If `registry log verify` finds fault with "
        "tiles and frontier alone, `registry log rebuild-tiles` mends them"
    )


def _lost(origin: str, signed: int, size: int) -> ForkRefused:
    return ForkRefused(
        f"a head of {signed} entries was signed for {origin}, and the database has {size}: it was "
        "restored from a backup. Put a newer copy back, or go on under another name with `registry log recover`"
    )


def _knows_of(own: note.Checkpoint | None, newest: Checkpoint) -> bool:
    return own is not None and own.origin == newest.origin and own.size >= newest.size


def knows_the_log(session: Session, settings: Settings) -> bool:
    """Whether the database surely holds all that this home signed; False where only signing, which hashes, can tell.

    What a guard proves to be the newest head this home remembers from then on. Raises ForkRefused where the database does not
    hold it, or where another home signed a later head.
    """
    state = session.execute(select(LogState)).scalar_one()
    newest, own = newest_checkpoint(session, state.origin), head_guards.last_signed(settings.home)
    if own is not None and own.origin == state.origin:
        if own.size > state.size:
            raise _lost(own.origin, own.size, state.size)
        is_newest = newest is not None and (own.size, own.root) == (newest.size, newest.root)
        if not is_newest and own.size <= state.hashed and not _leads_to(tiles.reader(session), own):
            raise _other_entries(own)
    if newest is not None and not _knows_of(own, newest):
        guarded = _guards_say(session, settings)
        if not guarded.knows_of(newest):
            raise _signed_elsewhere(own, newest, settings.home)
        if not guarded.proves_newest(newest):
            # Whether the database has all that the guard knows of is found when it is signed.
            return False
        own = _head_of(newest)
        head_guards.remember_signed(settings.home, own)
    return own is None or own.origin != state.origin or own.size <= state.hashed


def follow(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Remember here what the home that signs has signed, so that this one can take over when that one ends.

    Only for as long as another worker holds the lease: it has found that the database is no older copy. Raises ForkRefused
    when what this home knows of does not lead to the newest head.
    """
    with reading_session(sessions) as session:
        _follow(session, settings.home)


def adopt(settings: Settings, sessions: sessionmaker[Session]) -> tuple[note.Checkpoint | None, note.Checkpoint]:
    """Let this home sign after the newest head of the database. Gives what it knew of before, and that head.

    Raises ForkRefused where the database has fewer entries than this home signed, or others.
    """
    with Keyring(settings.keys).alone(), sessions.begin() as session:
        refuse_fork(session, actions.lock_log(session), settings)
        before = head_guards.last_signed(settings.home)
        head = _follow(session, settings.home)
    if head is None:
        raise ForkRefused("nothing was signed yet: the first home to sign needs no adopting")
    return before, head


def _follow(session: Session, home: Path) -> note.Checkpoint | None:
    state = session.execute(select(LogState)).scalar_one()
    newest, own = newest_checkpoint(session, state.origin), head_guards.last_signed(home)
    if newest is None:
        return None
    head = _head_of(newest)
    if own is not None and own.origin == head.origin:
        if own.size >= head.size:
            return own
        if not _leads_to(tiles.reader(session), own):
            raise ForkRefused(
                f"the first {own.size} entries of {own.origin} are not those that this home knows were signed: it neither "
                "follows nor signs"
            )
    head_guards.remember_signed(home, head)
    return head


def _leads_to(read: tree.ReadTile, head: note.Checkpoint) -> bool:
    try:
        return tree.root_at(read, head.size) == head.root
    except BadProof:
        # A tile is missing or cut short.
        return False


def rebuild_tiles(settings: Settings, sessions: sessionmaker[Session]) -> int:
    """Make all tiles anew from the entries, and hold them to what was signed. Gives how many entries they cover.

    Raises ForkRefused, and changes nothing, when the entries themselves are not those that were signed.
    """
    with Keyring(settings.keys).alone(), sessions.begin() as session:
        state = actions.lock_log(session)
        tiles.rebuild(session, state)
        refuse_fork(session, state, settings)
        return state.hashed


def _is_due(sessions: sessionmaker[Session], settings: Settings) -> bool:
    with reading_session(sessions) as session:
        # Looking must make no writer wait.
        clock_check.require_right_clock(session)
        state = session.execute(select(LogState)).scalar_one()
        newest = newest_checkpoint(session, state.origin)
        if not state.size or newest is None or newest.size < state.size:
            return bool(state.size)
        return state.closed_at is None and (_is_old(newest) or _is_policy_changed(session, settings))


def _is_policy_changed(session: Session, settings: Settings) -> bool:
    """Whether the operator has changed what is asked of witnesses. A home that signed nothing has no say in it."""
    if not head_guards.last_signed_file(settings.home).exists():
        return False
    logged_lines, wanted = policy_lines(session), keys.witness_lines(session, settings.home)
    # The lines of logs bear an address, and a command may be run under another one than the server.
    return [line for line in logged_lines if not line.startswith("log ")] != [
        line for line in wanted if not line.startswith("log ")
    ]


def _is_old(checkpoint: Checkpoint) -> bool:
    return now() - checkpoint.signed_at >= SIGN_AGAIN


def _sign(session: Session, keyring: Keyring, settings: Settings, signing_input: _SigningInput) -> Signed | None:
    """Sign what is committed: the caller's transaction has appended nothing, and its lock keeps others from it."""
    state, newest = signing_input.state, signing_input.newest
    assert state.origin is not None
    if newest is not None and newest.size == state.hashed and not _is_old(newest):
        return None
    witness = require_guard(policy(session), settings.guard_witness)
    signers = keys.signers_of(signing_input.logged, keyring)
    head = note.Checkpoint(state.origin, state.hashed, tree.root_of(tree.split(state.frontier or b"")))
    if not _leads_to(signing_input.read, head):
        raise ForkRefused(
            f"the frontier kept for {head.size} entries of {head.origin} does not lead where their tiles do: "
            "`registry log verify` says what is damaged, `registry log rebuild-tiles` makes it anew"
        )
    at = now()
    text = note.signed(
        head.text(),
        [(note.VerifierKey(head.origin, note.ED25519, raw_public(one.key.public)), one.sign) for one in signers],
    ) + keys.ml_dsa_lines(signing_input.logged, keyring, head, microseconds(at) // 1_000_000)
    guard, guarded = head_guards.guard_of(settings), signing_input.guarded
    if guard is not None and guarded.remembered is not None:
        guard.advance(guarded.remembered, head)
    if witness is not None:
        old = guarded.seen.size if guarded.seen is not None else newest.size if newest is not None else 0
        text += witness.cosign(head, text, old, lambda size: consistency(session, size, head.size))
    head_guards.remember_signed(settings.home, head)
    requirements = policy(session)
    is_published = requirements.is_met(set(requirements.cosigned(note.read_note(text))))
    if newest is not None and newest.size == head.size:
        # Signed anew for its age. It is shown with the witnesses it has until they have signed anew too.
        names = {head.origin, *([witness.witness.key.name] if witness is not None else [])}
        others = [line for line in newest.note.partition("\n\n")[2].splitlines(True) if not names & {*line.split()}]
        newest.note, newest.signed_at = text + "".join(others), at
        is_published = newest.is_witnessed
    else:
        session.add(
            Checkpoint(
                origin=head.origin, size=head.size, root=head.root, note=text, signed_at=at, is_witnessed=is_published
            )
        )
    return Signed(head.origin, head.size, head.root, text, is_published)


def _head_of(stored: Checkpoint) -> note.Checkpoint:
    return note.Checkpoint(stored.origin, stored.size, stored.root)
