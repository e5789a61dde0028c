"""`registry licences`: acts on licences at a terminal, by two officers, as at the console."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import click

from registry.cli.officer_terminal import (
    DAY,
    OfficerCommand,
    act_as_officer,
    act_at_terminal,
    by_officer,
    if_unchanged,
    perform,
    read_as_officer,
)
from registry.officer_desk.acting import require_no_interest
from registry.officer_desk.licence_acts import LICENCE_ACTS, PROPOSALS
from registry.officer_desk.licensing import Previewed, previewed, proposal_opened, require_act, waiting_for
from registry.officers.rights import Act, Resource
from registry.register.agencies import record
from registry.supervision.licensing import proposals, queries
from registry.supervision.licensing.drafting import Draft, drafted, status_on, today_of
from registry.vocabulary.licensing import LicenceAct, ProposalState
from registry.vocabulary.register import STATUSES, Answer, LicenceStatus

LICENCE = Resource.LICENCE


@click.group(
    epilog="\b\nExamples:\n"
    "  registry licences list --by a.official@authority.example --q 'Invented Star'\n"
    "  registry licences propose suspend 7KQ2ABCD3EFG --ground 'Act 435/2004, section 63' --state to_on=2026-12-24 "
    "--by a.official@authority.example --dry-run\n"
    "  registry licences waiting --by b.official@authority.example\n"
    "  registry licences approve 9MZ4HJKL5NPQ --by b.official@authority.example"
)
def licences() -> None:
    """Acts on an authority's licences: one officer proposes, another approves, and the next answer has it.

    The officers are those of the console, with the same rights (docs/officers/licensing.md). A refusal says why and
    ends with exit code 2; then nothing was written.
    """


@licences.command("list")
@by_officer
@click.option("--q", default="", help="A number, a reference or a name.")
@click.option(
    "--status", type=click.Choice([one.value for one in LicenceStatus]), help="Only those that stand so today."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_licences(by: str, q: str, status: str | None, limit: int) -> None:
    """The authority's licences, the latest registered first: reference, number, status today, holder."""
    with read_as_officer(by, LICENCE) as context:
        today, _ = today_of(context.session, context.official.authority, context.at)
        wanted = queries.Filters(q, LicenceStatus(status) if status else None)
        found = queries.page_of_licences(context.session, context.official.authority, wanted, today, limit=limit)
        for one in found.items:
            if not context.me.has_conflict(one.agency.agency_id):
                click.echo(
                    f"{one.licence.licence_id}  {one.licence.number or '-'}  {one.status or 'not stated'}  "
                    f"{one.agency.agency_id}  {_name(one.agency)}"
                )
        click.echo(f"{found.total} in all." if found.total else "There is none.")


@licences.command()
@by_officer
def waiting(by: str) -> None:
    """What waits for a second person, the oldest first."""
    with read_as_officer(by, LICENCE) as context:
        displayed = waiting_for(context.session, context.me)
        for one, agency in displayed:
            click.echo(
                f"{one.reference}  {one.act} {one.subject} from {one.effective_on}  {_name(agency)}\n"
                f"  proposed {one.proposed_at:%Y-%m-%d %H:%M} UTC by {one.proposed_by}: {one.legal_ground}"
            )
        if not displayed:
            click.echo("Nothing waits.")


@licences.command()
@click.argument("proposal")
@by_officer
def show(proposal: str, by: str) -> None:
    """A PROPOSAL, and what it would change of the record as it stands now."""
    with read_as_officer(by, LICENCE) as context:
        found = proposal_opened(context.session, context.me, proposal)
        click.echo(f"{found.reference}: {found.act} {found.subject}, {found.state}, version {found.version}")
        click.echo(f"  proposed {found.proposed_at:%Y-%m-%d %H:%M} UTC by {found.proposed_by}: {found.legal_ground}")
        if found.reason:
            click.echo(f"  refused: {found.reason}")
        if found.state is ProposalState.OPEN:
            _print_draft(context, proposals.waiting_draft(context.session, found, context.at))


@licences.command(
    epilog="\b\nExamples:\n"
    "  registry licences propose surrender 7KQ2ABCD3EFG --ground 'Letter of 3 November' --by a@authority.example\n"
    "  registry licences propose amend 7KQ2ABCD3EFG --ground 'Act 1' --by a@authority.example "
    '--state \'corridors=[{"origin": "CN", "destination": "CZ"}]\' --state valid_to=null'
)
@click.argument("act", type=click.Choice([act.value for act in LicenceAct]))
@click.argument("about", required=False)
@click.option("--ground", required=True, help="The legal ground; everybody reads it.")
@click.option("--from", "from_", type=DAY, help="The day from which it holds; today unless said.")
@click.option(
    "--state", "states", multiple=True, help="FIELD=VALUE, as the act takes it; JSON for lists, null for nothing."
)
@click.option("--dry-run", is_flag=True, help="Say what it would change and who is told; write nothing.")
@by_officer
def propose(
    act: str, about: str | None, ground: str, from_: datetime | None, states: tuple[str, ...], dry_run: bool, by: str
) -> None:
    """Propose ACT on a licence (ABOUT), or on an agency for agreements and intermediaries. Another officer approves it.

    What gives no right and takes none against the holder's will holds at once: an application, a surrender.
    """
    stated, named = _stated(states), LicenceAct(act)
    if dry_run:
        with read_as_officer(by, LICENCE) as context:
            _print_draft(context, _draft(context, named, about, stated, ground, from_))
        click.echo("Nothing was written.")
        return
    with act_as_officer(by, LICENCE, Act.PROPOSE, f"propose {act}") as context:
        draft = _draft(context, named, about, stated, ground, from_)
        reference = perform(
            context, LICENCE_ACTS, "propose",
            act=named, about=about, stated=stated, legal_ground=ground, effective_on=draft.effective_on,
        )  # fmt: skip
        is_applied = proposal_opened(context.session, context.me, reference).state is ProposalState.APPLIED
        _print_draft(context, draft)
    if is_applied:
        click.echo(f"{reference}: published.")
    else:
        click.echo(f"{reference}: proposed. Another officer approves it with")
        click.echo(f"  registry licences approve {reference} --by OFFICER")


@licences.command()
@click.argument("proposal")
@if_unchanged
@by_officer
def approve(proposal: str, version: int | None, by: str) -> None:
    """Approve another officer's proposal: the next answer has it."""
    act_at_terminal(
        by, PROPOSALS, "approve", proposal, what="approve", version=version,
        say=lambda _, done: f"{done.reference}: {done.act} {done.subject} is published, from {done.effective_on}.",
    )  # fmt: skip


@licences.command()
@click.argument("proposal")
@click.option("--reason", required=True, help="Why; the proposer reads it.")
@if_unchanged
@by_officer
def refuse(proposal: str, reason: str, version: int | None, by: str) -> None:
    """Refuse what another proposed."""
    act_at_terminal(
        by, PROPOSALS, "refuse", proposal, what="refuse", version=version, reason=reason,
        say=lambda _, done: f"{done.reference}: refused. Nothing was published.",
    )  # fmt: skip


@licences.command("take-back")
@click.argument("proposal")
@if_unchanged
@by_officer
def take_back(proposal: str, version: int | None, by: str) -> None:
    """Withdraw your own proposal."""
    act_at_terminal(
        by, PROPOSALS, "take-back", proposal, what="take back", version=version,
        say=lambda _, done: f"{done.reference}: taken back. Nothing was published.",
    )  # fmt: skip


def _draft(
    context: OfficerCommand,
    act: LicenceAct,
    about: str | None,
    stated: Mapping[str, Any],
    ground: str,
    from_: datetime | None,
) -> Draft:
    require_act(context.me, act, Act.PROPOSE)
    today, _ = today_of(context.session, context.official.authority, context.at)
    draft = drafted(
        context.session, context.official, act, about, stated, context.at,
        legal_ground=ground, effective_on=from_.date() if from_ else today,
    )  # fmt: skip
    require_no_interest(context.me, draft.after.agency_id)
    return draft


def _stated(states: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in states:
        field, is_stated, value = one.partition("=")
        if not is_stated or not field or field in found:
            raise click.BadParameter(f"{one}: write FIELD=VALUE, each field once", param_hint="--state")
        found[field] = value
        if value == "null" or value.startswith(("[", "{")):
            try:
                found[field] = json.loads(value)
            except ValueError:
                raise click.BadParameter(f"{field}: this is no JSON", param_hint="--state") from None
    return found


def _print_draft(context: OfficerCommand, draft: Draft) -> None:
    """What an act would change, who is told, and whom an applicant resembles."""
    found = previewed(context.session, draft, lambda text: context.keyring.digest("collisions", text))
    click.echo("\n".join(_lines(found)))


def _lines(found: Previewed) -> list[str]:
    draft = found.draft
    lines = [f"{draft.act} of {_name(draft.after)} ({draft.after.agency_id}) from {draft.effective_on}:"]
    if draft.licence_id is not None:
        before, after = _standing(draft.before, draft), _standing(draft.after, draft)
        lines.append(f"  licence {draft.licence_id}: {before} -> {after}")
    changed = [
        field for field in ("licences", "agreements", "intermediaries", "deposits", "channels", "names")
        if draft.before is None or getattr(draft.before, field) != getattr(draft.after, field)
    ]  # fmt: skip
    lines.append(f"  changes of the record: {', '.join(changed) or 'none'}")
    given = ", ".join(found.addresses) or "BY HAND, no e-mail address is registered"
    lines.append(f"  the agency is told: {given}; everybody else by the next answer, the log and the status list")
    if found.likenesses is not None:
        for one in found.likenesses.found:
            lost = ", lost a licence" if one.has_lost else ""
            lines.append(f"  resembles {one.agency.agency_id} {_name(one.agency)}{lost}: {'; '.join(one.evidence)}")
        if not found.likenesses.is_whole:
            lines.append("  not all agencies were compared: run `registry collisions` first")
    return lines


def _standing(agency: record.Agency | None, draft: Draft) -> str:
    has_it = agency is not None and any(one.licence_id == draft.licence_id for one in agency.licences)
    if agency is None or not has_it or draft.licence_id is None:
        return "not there"
    status = status_on(agency, draft.licence_id, draft.effective_on)
    recruits = Answer.UNKNOWN if status is None else STATUSES[status].recruit
    return f"{status or 'not stated'} (may recruit: {recruits})"


def _name(agency: record.Agency) -> str:
    return agency.names[0].name if agency.names else "a name withheld by law"
