"""What an operator may demand of production: a synchronous standby, and a quorum of witnesses. And how both stand now."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.core.errors import SettingsError
from registry.core.settings import Demand, Edge, Settings
from registry.log import queries
from registry.log.policy import NONE

SYNCHRONOUS, MISSING = "synchronous", "missing"

WRITING = frozenset({Edge.INTAKE, Edge.CONSOLE})
"""What takes in things that must not be lost once they are acknowledged."""


def standby(session: Session) -> str | None:
    """Whether PostgreSQL waits for a standby before it acknowledges: `synchronous`, `none`, or `missing`; None on SQLite.

    `missing`: it waits, and no standby is there, so nothing is acknowledged.
    """
    if session.connection().dialect.name != "postgresql":
        return None
    if not session.scalar(text("SHOW synchronous_standby_names")):
        return NONE
    # Who follows is shown to every role; how it follows to some alone.
    return SYNCHRONOUS if session.scalar(text("SELECT count(*) FROM pg_stat_replication")) else MISSING


def has_quorum(session: Session) -> bool:
    """Whether the log's policy lets no head be shown before witnesses signed it."""
    return queries.policy(session).quorum != NONE


def lacking(settings: Settings, session: Session) -> list[Demand]:
    """Which of the operator's demands are not met now."""
    found = []
    if Demand.STANDBY in settings.demands and standby(session) != SYNCHRONOUS:
        found.append(Demand.STANDBY)
    if Demand.QUORUM in settings.demands and not has_quorum(session):
        found.append(Demand.QUORUM)
    return found


def refuse_lacking(settings: Settings, session: Session) -> str | None:
    """Raise SettingsError where a demand is not met at the start of what acknowledges or signs.

    Gives a warning for the operator where no standby is demanded and none is waited for; None otherwise.
    """
    is_standby_there = standby(session)
    if Demand.STANDBY in settings.demands and is_standby_there in (None, NONE):
        raise SettingsError(
            "REGISTRY_REQUIRES demands a standby, and the database acknowledges without one: set synchronous_standby_names "
            "on the primary (docs/operators/machines.md)"
        )
    if Demand.QUORUM in settings.demands and not has_quorum(session):
        raise SettingsError(
            "REGISTRY_REQUIRES demands a quorum, and the log's policy asks no witness: write REGISTRY_HOME/witness-policy "
            "(docs/operators/log.md), and publish once without the demand"
        )
    if is_standby_there == NONE:
        return (
            "The database waits for no synchronous standby: what was acknowledged can be lost with its machine. "
            "See docs/operators/machines.md; REGISTRY_REQUIRES=standby demands one."
        )
    return None


__all__ = ["MISSING", "SYNCHRONOUS", "WRITING", "has_quorum", "lacking", "refuse_lacking", "standby"]
