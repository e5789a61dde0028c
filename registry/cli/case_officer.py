"""An officer's desk: who works on a case at a terminal, in which role and unit, within one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

import click
from sqlalchemy.orm import Session

from registry.cli.sealing_keys import opened
from registry.complaints.case import units
from registry.complaints.casework.actions import Officer
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
from registry.vocabulary.cases import CaseRole


class OfficerContext(NamedTuple):
    """Where an officer works: within one transaction, which the command commits."""

    session: Session
    sealer: Sealer
    officer: Officer


def as_officer(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options by which an officer is named: unit, name and role."""
    roles = click.Choice([role.value for role in CaseRole if role not in (CaseRole.COMPLAINANT, CaseRole.REGISTRY)])
    for option in (
        click.option(
            "--as", "role", type=roles, default=CaseRole.TRIAGE.value, show_default=True, help="In which role."
        ),
        click.option("--by", "name", required=True, help="Who does it; stands in the audit."),
        click.option("--unit", required=True, help="The officer's unit."),
    ):
        command = option(command)
    return command


@contextmanager
def officer_context(unit: str, name: str, role: str) -> Iterator[OfficerContext]:
    if not name.strip() or len(name) > 200:
        raise click.BadParameter("must be a name, in 200 characters", param_hint="--by")
    with opened() as (_, sessions, keyring), sessions.begin() as session:
        units.unit_named(session, unit)
        yield OfficerContext(session, Sealer(keyring), Officer(name.strip(), CaseRole(role), unit))


def today() -> date:
    return day_at(now(), None)
