"""An officer's licensing desk at a terminal: who he says he is, with the rights and interests that he has at the console."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from registry import cli
from registry.audit import actions as audit
from registry.cli.sealing_keys import opened
from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.core.ids import read_reference
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officer_desk.acting import require_right
from registry.officer_desk.acts import OfficerActs
from registry.officer_desk.licensing import official
from registry.officers.accounts import COMMAND_LINE
from registry.officers.models import Officer, OfficerState
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present, present_as
from registry.officers.signing_in import tidy_email
from registry.supervision.licensing.drafting import Official

DAY = click.DateTime(["%Y-%m-%d"])


class AtDesk(NamedTuple):
    """One transaction, which the command commits where nothing was refused."""

    session: Session
    me: Present
    official: Official
    keyring: Keyring
    at: datetime


def by_officer(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--by", required=True, help="The officer who does it: his e-mail address or his id.")(command)


def if_unchanged(command: Callable[..., Any]) -> Callable[..., Any]:
    told = "The version that was read: refuses if it was changed since."
    return click.option("--version", type=int, help=told)(command)


@contextmanager
def reading_desk(by: str, resource: Resource) -> Iterator[AtDesk]:
    """What he may read. Nothing is written."""
    with opened() as (_, sessions, keyring), sessions() as session:
        yield _seated(session, keyring, by, resource, Act.READ)


@contextmanager
def acting_desk(by: str, resource: Resource, act: Act, what: str) -> Iterator[AtDesk]:
    """What he may do. That it came from a terminal stands in the audit, and what it published is signed once it is committed."""
    with opened() as (settings, sessions, keyring):
        with sessions.begin() as session:
            desk = _seated(session, keyring, by, resource, act)
            yield desk
            # Last, for it holds the audit until the transaction ends.
            audit.record(
                session, "desk.at_terminal", desk.me.officer.reference,
                on=desk.at.date(), actor=COMMAND_LINE, detail=what, unit=desk.me.standing.unit,
            )  # fmt: skip
        _sign(settings, sessions)


def act_at_terminal(
    by: str,
    acts: OfficerActs[Any],
    name: str,
    *references: str,
    what: str,
    say: Callable[[AtDesk, Any], str],
    version: int | None = None,
    **values: Any,
) -> None:
    """Do an act of a table (registry.officer_desk.acts) as the console and the API do it, commit, and say what became of it.

    `references` name what it is done to, `what` stands in the audit, `say` words what the action gave. Raises as the action,
    NotFound, Forbidden.
    """
    act = acts[name]
    with acting_desk(by, acts.resource, act.right, what) as desk:
        reference = acts.opened(desk.session, desk.me, act, *references)
        said = say(desk, acts.perform(act, desk.session, desk.me, reference, version, values))
    click.echo(said)


def _sign(settings: Settings, sessions: sessionmaker[Session]) -> None:
    cli.sign_published(settings, sessions)


def _seated(session: Session, keyring: Keyring, by: str, resource: Resource, act: Act) -> AtDesk:
    """Raises NotFound for who does not work here, Forbidden for what his roles do not allow."""
    at = now()
    known = or_(Officer.email == tidy_email(by), Officer.reference == (read_reference(by) or ""))
    officer = session.scalars(select(Officer).where(known, Officer.state == OfficerState.ACTIVE)).one_or_none()
    if officer is None:
        raise NotFound(f"no officer who works here is {by}: `registry officers list` shows who does")
    me = present_as(session, officer, None, day_at(at, None))
    require_right(me, resource, act)
    return AtDesk(session, me, official(me), keyring, at)
