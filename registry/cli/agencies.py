"""`registry channels` and `registry collisions`: what agencies registered as their own, and agencies of near names or facts."""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, TaskID
from sqlalchemy.orm import Session, sessionmaker

from registry.cli.opening import open_registry
from registry.core.clock import instant_text, now
from registry.core.ids import read_reference
from registry.register.agencies import channel_changes, models, record, storage
from registry.register.authorities.queries import AuthorityDays, authority_days
from registry.supervision.collisions.actions import Step, begin_search, find_collisions, renew_keys, search_on
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.collisions.queries import collisions_found, groups_found, records_of
from registry.supervision.collisions.rules import LOST, Sign, evidence, findings, statuses_now
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.supervision import ChannelChangeState


@click.group()
def channels() -> None:
    """List changes of what agencies registered as their own: phone, e-mail, website, WeChat id, bank account.

    Officers propose, approve and refuse them in the console. The agency is told at its registered e-mail addresses (by
    `registry worker`), and 72 hours after the approval the change is published. For 30 days more a check answers that it
    changed recently.
    """


@channels.command("list")
@click.option("--all", "is_all", is_flag=True, help="Also those that were decided, applied or became stale.")
def list_changes(is_all: bool) -> None:
    """List changes of channels that wait at any authority, who proposed and approved them, and who is not told yet.

    For the operator of the machine, to see which mails did not go out. Officers read those of their own authority in
    the console.
    """
    with open_registry() as (_, sessions, _keyring), sessions() as session:
        found = channel_changes.channel_changes(session, is_open=not is_all)
        for change, agency in found:
            click.echo("\n".join(_lines(session, change, agency)))
        if not found:
            click.echo("Nothing waits.")


def _lines(session: Session, change: models.PendingChannelChange, agency: str) -> list[str]:
    what = f"{change.old_value} -> {change.value}" if change.old_value is not None else f"one more: {change.value}"
    lines = [
        f"{change.reference}  {agency}  {change.kind}  {what}",
        f"  proposed {change.proposed_at:%Y-%m-%d %H:%M} UTC by {change.proposed_by}",
    ]
    if change.decided_at is not None:
        word = "refused" if change.state is ChannelChangeState.REFUSED else "approved"
        lines.append(f"  {word} {change.decided_at:%Y-%m-%d %H:%M} UTC by {change.decided_by}")
    if change.state is ChannelChangeState.APPROVED:
        lines.append(f"  takes effect {change.takes_effect_at:%Y-%m-%d %H:%M} UTC")
        if change.told_at is not None:
            lines.append(f"  the agency was told {change.told_at:%Y-%m-%d %H:%M} UTC")
        elif channel_changes.registered_addresses(session, change.agency_id):
            lines.append("  NOT TOLD YET: the worker sends a mail; see its log if this stays")
        else:
            lines.append(f"  {_by_hand(change)}")
    elif change.state in (ChannelChangeState.APPLIED, ChannelChangeState.STALE):
        lines.append(f"  {change.state}")
    return lines


def _by_hand(change: models.PendingChannelChange) -> str:
    if change.old_value is None:
        return "TELL BY HAND: the agency has registered no e-mail address; tell it by a way that is known already"
    return f"TELL BY HAND: no e-mail address is registered; tell the old {change.kind}, {change.old_value}"


GROUPS_SHOWN = 20


class _Statuses(click.ParamType[frozenset[LicenceStatus]]):
    """Statuses with commas between them, or `any`."""

    name = "statuses"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        if value == "any":
            return frozenset()
        try:
            return frozenset(LicenceStatus(word.strip()) for word in value.split(","))
        except ValueError as error:
            self.fail(f"{error}; give some of {', '.join(LicenceStatus)}, or any", param, ctx)


class Reference(click.ParamType[str]):
    """A reference of the registry, dashes and letter case as they come."""

    name = "reference"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = read_reference(str(value))
        if found is None:
            self.fail(f"{value} is no reference: its check character does not fit, so one is mistyped", param, ctx)
        return found


@click.command()
@click.option("--agency", type=Reference(), help="Look at this agency alone.")
@click.option(
    "--against",
    type=_Statuses(),
    default=",".join(sorted(LOST)),
    show_default=True,
    help="Whose likes are looked for: agencies with a licence in one of these statuses; `any` is every agency.",
)
@click.option(
    "--state", type=click.Choice([*(state.value for state in CollisionState), "all"]), default="open", show_default=True
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Pairs on a page.")
@click.option("--after", type=Reference(), help="Go on behind this collision, the last of the page before.")
@click.option("--search/--no-search", "is_searching", default=True, help="Search first, or only list what is known.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def collisions(
    agency: str | None,
    against: frozenset[LicenceStatus],
    state: str,
    limit: int,
    after: str | None,
    is_searching: bool,
    as_json: bool,
) -> None:
    """Find and list agencies of near names, or that share an address, telephone, website, account or number.

    The gravest come first, with the evidence for each: above all pairs of which one has lost its licence.
    """
    with open_registry() as (_, sessions, keyring):
        with sessions() as session:
            row_id = storage.row_ids(session, [agency])[agency] if agency is not None else None
        if is_searching:
            _search(sessions, against, row_id, partial(keyring.digest, "collisions"))
        with sessions() as session:
            wanted = None if state == "all" else CollisionState(state)
            found = collisions_found(session, wanted, agency=row_id, after=after, limit=limit + 1)
            records = records_of(session, sorted({end for one in found for end in (one.first_id, one.second_id)}))
            groups = groups_found(session, GROUPS_SHOWN) if row_id is None and after is None else []
            days = authority_days(session, now())
            view = [_pair_json(one, records, days) for one in found[:limit]]
    following = found[limit - 1].reference if len(found) > limit else None
    tell = _print_json if as_json else _print
    shared = [{"sign": one.sign.value, "agencies": one.size, "example": reference} for one, reference in groups]
    tell(view, shared, following)


def _search(
    sessions: sessionmaker[Session], against: frozenset[LicenceStatus], row_id: int | None, digest: Callable[[str], str]
) -> None:
    with Progress(console=Console(stderr=True)) as progress:
        _each(sessions, progress, progress.add_task("what agencies hold"), lambda session: renew_keys(session, digest))
        if row_id is not None:
            with sessions.begin() as session:
                find_collisions(session, row_id, digest)
            return
        with sessions.begin() as session:
            begin_search(session, against, digest)
        task = progress.add_task("agencies looked at", total=None)
        done = 0
        step = Step(0, 0, False)
        while not step.is_last:
            with sessions.begin() as session:
                step = search_on(session, digest)
            done += step.done
            progress.update(task, completed=done)
        progress.update(task, total=done)


def _each(sessions: sessionmaker[Session], progress: Progress, task: TaskID, take: Callable[[Session], Step]) -> None:
    step = Step(0, 0, False)
    while not step.is_last:
        with sessions.begin() as session:
            step = take(session)
        progress.update(task, completed=step.done, total=step.total)


def _pair_json(one: Collision, records: dict[int, record.Agency], days: AuthorityDays) -> dict[str, Any]:
    first, second = records[one.first_id], records[one.second_id]
    signs = [Sign(word) for word in one.signs]
    return {
        "collision": one.reference,
        "rank": one.rank,
        "state": one.state.value,
        "found_at": instant_text(one.found_at),
        "agencies": [_agency_json(first, days), _agency_json(second, days)],
        "signs": one.signs,
        "evidence": evidence(findings(first, second, signs)),
        "decided_by": one.decided_by,
        "decided_at": instant_text(one.decided_at) if one.decided_at else None,
        "decision": one.decision,
    }


def _agency_json(agency: record.Agency, days: AuthorityDays) -> dict[str, Any]:
    return {
        "agency_id": agency.agency_id,
        "name": agency.names[0].name if agency.names else None,
        "country": agency.country,
        "place": agency.place,
        "statuses": statuses_now(agency, days.of),
    }


def _print_json(pairs: list[dict[str, Any]], groups: list[dict[str, Any]], following: str | None) -> None:
    json.dump({"items": pairs, "groups": groups, "next": following}, sys.stdout, ensure_ascii=False, indent=1)
    click.echo()


def _print(pairs: list[dict[str, Any]], groups: list[dict[str, Any]], following: str | None) -> None:
    for one in pairs:
        click.echo(f"{one['collision']}  rank {one['rank']}  {one['state']}")
        for agency in one["agencies"]:
            where = ", ".join(part for part in (agency["country"], agency["place"]) if part)
            statuses = ", ".join(agency["statuses"]) or "no status"
            click.echo(f"  {agency['agency_id']}  {agency['name'] or 'name withheld'} ({where}): {statuses}")
        for line in one["evidence"]:
            click.echo(f"    {line}")
        if one["decided_by"]:
            click.echo(f"    {one['state']} by {one['decided_by']}, {one['decided_at']}: {one['decision']}")
    for group in groups:
        sign = group["sign"].replace("_", " ")
        click.echo(f"{group['agencies']} agencies share one {sign}, for example {group['example']}: too many to pair")
    if not pairs and not groups:
        click.echo("No collisions.")
    if following is not None:
        click.echo(f"More: registry collisions --no-search --after {following}")
