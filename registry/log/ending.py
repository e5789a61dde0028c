"""Two ends of a log: closed for good, or gone on with under another name after a backup was restored."""

from sqlalchemy.orm import Session, sessionmaker

from registry.core import clock, errors
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.log import actions, head_guards, note, queries, signing, tiles


def close(settings: Settings, sessions: sessionmaker[Session]) -> queries.Published:
    """Sign what there is, and let nothing more be appended. Gives the final head. Doing it again changes nothing.

    If we crash between the mark and the signature, the worker signs what is there: the mark is only that nothing
    follows.
    """
    if not settings.signs:
        raise errors.ForkRefused("REGISTRY_SIGNS is off: close the log in the home that signs it")
    signing.sign_committed(settings, sessions)
    with sessions.begin() as session:
        state = actions.lock_log(session)
        if not state.size:
            raise errors.LogClosed("there is no log to close: nothing was published yet")
        state.closed_at = state.closed_at or clock.now()
    signing.sign_committed(settings, sessions)
    with sessions() as session:
        return queries.head(session)


def recover(settings: Settings, sessions: sessionmaker[Session], origin: str | None = None) -> str:
    """Go on under another name because what was signed under the present one is lost. Gives the new name.

    Heads under the old name are never signed again, so no one can be shown two histories of one name. Entries stay, and
    are signed as the beginning of the new log. Raises ForkRefused when there is no need.
    """
    with Keyring(settings.keys).alone(), sessions.begin() as session:
        state = actions.lock_log(session)
        # What was damaged behind the entries must not be signed under the new name either.
        tiles.rebuild(session, state)
        last = head_guards.last_signed(settings.home)
        # A database that was made anew has no name yet; what was signed before had one.
        state.origin = state.origin or (last.origin if last is not None else None)
        if state.origin is None:
            raise errors.ForkRefused("nothing was signed yet: there is nothing to recover from")
        if origin is None and not _is_forked(session, settings):
            raise errors.ForkRefused(
                f"the log {state.origin} follows from what was signed: there is nothing to recover from. If signing is "
                "refused, mend the tiles with `registry log rebuild-tiles`. To give the log another name all the same, say "
                "which with --origin"
            )
        state.origin = _check_origin(origin) if origin is not None else _next_origin(state.origin)
        return state.origin


def _is_forked(session: Session, settings: Settings) -> bool:
    try:
        signing.refuse_fork(session, actions.lock_log(session), settings)
    except errors.ForkRefused:
        return True
    return False


def _next_origin(origin: str) -> str:
    """`host/log`, then `host/log-2`, `host/log-3`."""
    found = queries.TURN.fullmatch(origin)
    return f"{found['name']}-{int(found['turn']) + 1}" if found else f"{origin}-2"


def _check_origin(origin: str) -> str:
    try:
        if len(origin) > 200 or "/" not in origin:
            raise errors.BadProof("it must be like registry.example/log-2")
        return note.checked_name(origin)
    except errors.BadProof as wrong:
        raise errors.ForkRefused(f"--origin: {wrong.text}") from None
