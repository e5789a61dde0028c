"""`registry cases export|file|identity`: what leaves a case for a file or a screen of its own, each time on record.

The reading is committed before anything is written: what was taken is on record, whatever happens to the file.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import click

from registry.cli.case_showing import answer_lines, view_facts
from registry.cli.collisions import Reference
from registry.cli.officer_terminal import OfficerCommand, act_as_officer, by_officer
from registry.complaints.casework import custody
from registry.complaints.casework import queries as case_reading
from registry.complaints.casework.actions import Officer, lock_case
from registry.complaints.casework.custody import Approval
from registry.complaints.casework.queries import named_agency_id
from registry.http.complaint_services import sealer, store
from registry.officer_desk.acting import require_no_interest
from registry.officer_desk.case_acts import case_for
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseRole

_new_file = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("case", type=Reference())
@by_officer
@click.option("--out", required=True, type=_new_file, help="A new file.")
def export(case: str, by: str, out: Path) -> None:
    """Write CASE with all that was written in it to a file that only you can read. It holds what was sealed: guard it."""

    def exported() -> bytes:
        with act_as_officer(by, Resource.ACCOUNT, Act.READ, "case export") as context:
            officer, found = case_for(context.session, context.me, Resource.ACCOUNT, Act.READ, case)
            view = case_reading.case_view(
                context.session, sealer(), officer, found.reference, context.at.date(), act="case.exported"
            )
            return json.dumps(view_facts(view), ensure_ascii=False, indent=1).encode()

    _write(out, exported)


@click.command(name="file")
@click.argument("case", type=Reference())
@click.argument("attachment", type=Reference())
@by_officer
@click.option("--out", required=True, type=_new_file, help="A new file.")
@click.option("--original", is_flag=True, help="The file as it was sent, which only the custodian opens.")
@click.option("--approved-by", default="", help="The second person who agrees to --original.")
@click.option("--reason", default="", help="Why --original is needed.")
def attachment_file(
    case: str,
    attachment: str,
    by: str,
    out: Path,
    original: bool,
    approved_by: str,
    reason: str,
) -> None:
    """Write a file of CASE, without place and device, to a new file that only you can read."""

    def copied() -> bytes:
        resource = Resource.ORIGINAL if original else Resource.ATTACHMENT
        with act_as_officer(by, resource, Act.READ, "case file") as context:
            session, today = context.session, context.at.date()
            if original:
                officer, approval = _custodian(context, case), Approval(approved_by, reason)
                return custody.original(session, sealer(), officer, case, attachment, approval, store(), today)
            officer, _ = case_for(session, context.me, resource, Act.READ, case)
            return case_reading.clean_copy(session, sealer(), officer, case, attachment, store(), today).body

    _write(out, copied)


@click.command()
@click.argument("case", type=Reference())
@by_officer
@click.option("--approved-by", required=True, help="The second person who agrees.")
@click.option("--reason", required=True)
def identity(case: str, by: str, approved_by: str, reason: str) -> None:
    """Who wrote CASE and how to reach them safely: the custodian's, on a second person's approval."""
    with act_as_officer(by, Resource.IDENTITY, Act.READ, "case identity") as context:
        officer, approval = _custodian(context, case), Approval(approved_by, reason)
        found = custody.identity(context.session, sealer(), officer, case, approval, context.at.date())
    lines = [line for answers in found.values() for line in answer_lines(answers)]
    click.echo("\n".join(lines) or "Nothing was said of who wrote it.")


def _custodian(context: OfficerCommand, case: str) -> Officer:
    """The officer as the unit's custodian, who has no part in case work.

    Raises NotFound for another unit's case, Forbidden on a conflict of interest.
    """
    officer = Officer(context.me.officer.reference, CaseRole.TRIAGE, context.me.standing.unit)
    require_no_interest(context.me, named_agency_id(sealer(), lock_case(context.session, officer, case)))
    return officer


def _write(out: Path, read: Callable[[], bytes]) -> None:
    """Make the file, then read, then fill it; none is left behind when nothing may be read."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.BadParameter(f"{out} cannot be made ({error.strerror})", param_hint="--out") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(read())
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    click.echo(f"Written to {out}.")
