"""Officers at a terminal: the one who is named, with the rights and interests held in the console, does what a table says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import click
from flask import Flask
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
from registry.http.transaction import Services
from registry.officer_desk.acting import require_right
from registry.officer_desk.acts import OfficerActs
from registry.officer_desk.licensing import official
from registry.officers.accounts import COMMAND_LINE
from registry.officers.models import Officer, OfficerState
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer, authenticated_as
from registry.officers.signing_in import tidy_email
from registry.supervision.licensing.drafting import LicensingOfficial

DAY = click.DateTime(["%Y-%m-%d"])


class OfficerCommand(NamedTuple):
    """One transaction, which the command commits where nothing was refused."""

    session: Session
    me: AuthenticatedOfficer
    official: LicensingOfficial
    keyring: Keyring
    at: datetime


def by_officer(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--by", required=True, help="The officer who does it: e-mail address or id.")(command)


def if_unchanged(command: Callable[..., Any]) -> Callable[..., Any]:
    given = "The version that was read: refuses if it was changed since."
    return click.option("--version", type=int, help=given)(command)


@contextmanager
def read_as_officer(by: str, resource: Resource) -> Iterator[OfficerCommand]:
    """An officer who may read the resource. Nothing is written."""
    with opened() as (settings, sessions, keyring), _serving(settings, sessions), sessions() as session:
        yield _seated(session, keyring, by, resource, Act.READ)


@contextmanager
def act_as_officer(by: str, resource: Resource, act: Act, what: str) -> Iterator[OfficerCommand]:
    """An officer who may do the act, in one transaction.

    That it came from a terminal stands in the audit trail, and what it published is signed once it is committed.
    """
    with opened() as (settings, sessions, keyring):
        with _serving(settings, sessions), sessions.begin() as session:
            context = _seated(session, keyring, by, resource, act)
            yield context
            # Last, for it holds the audit until the transaction ends.
            audit.record(
                session, "desk.at_terminal", context.me.officer.reference,
                on=context.at.date(), actor=COMMAND_LINE, detail=what, unit=context.me.standing.unit,
            )  # fmt: skip
        _sign(settings, sessions)


def act_at_terminal(
    by: str,
    acts: OfficerActs[Any],
    name: str,
    *references: str,
    what: str,
    say: Callable[[OfficerCommand, Any], str],
    version: int | None = None,
    **values: Any,
) -> None:
    """Do an act of a table (registry.officer_desk.acts) as the console and the API do it, commit, and say what became of it.

    `references` name what it is done to, `what` stands in the audit, `say` words what the action gave. Raises as the action,
    NotFound, Forbidden.
    """
    act = acts[name]
    with act_as_officer(by, *acts.right_to(act), what) as context:
        stated = say(context, perform(context, acts, name, *references, version=version, **values))
    click.echo(stated)


def perform(
    context: OfficerCommand,
    acts: OfficerActs[Any],
    name: str,
    *references: str,
    version: int | None = None,
    **values: Any,
) -> Any:
    """Do an act of a table in the transaction of a command. Raises as the action, NotFound, Forbidden."""
    act = acts[name]
    reference = acts.opened(context.session, context.me, act, *references)
    return acts.perform(act, context.session, context.me, reference, version, values)


@contextmanager
def _serving(settings: Settings, sessions: sessionmaker[Session]) -> Iterator[None]:
    """What the tables of acts find in a served process, such as the keyring, for the time of a command."""
    app = Flask("registry")
    app.extensions["registry"] = Services(settings, sessions.kw["bind"], sessions, sessions)
    with app.app_context():
        yield


def _sign(settings: Settings, sessions: sessionmaker[Session]) -> None:
    cli.sign_published(settings, sessions)


def _seated(session: Session, keyring: Keyring, by: str, resource: Resource, act: Act) -> OfficerCommand:
    """The officer with rights checked.

    Raises NotFound for one who does not work here, Forbidden for what the roles do not allow.
    """
    at = now()
    known = or_(Officer.email == tidy_email(by), Officer.reference == (read_reference(by) or ""))
    officer = session.scalars(select(Officer).where(known, Officer.state == OfficerState.ACTIVE)).one_or_none()
    if officer is None:
        raise NotFound(f"no officer who works here is {by}: `registry officers list` shows who does")
    me = authenticated_as(session, officer, None, day_at(at, None))
    require_right(me, resource, act)
    return OfficerCommand(session, me, official(me), keyring, at)
