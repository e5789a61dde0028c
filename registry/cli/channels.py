"""`registry channels`: changes of what an agency registered as its own, by two officers and 72 hours."""

import sys

import click
from sqlalchemy.orm import Session

from registry.cli.officer_terminal import OfficerCommand, act_at_terminal, by_officer, if_unchanged
from registry.cli.sealing_keys import opened
from registry.core.errors import ChannelChangeRefused
from registry.officer_desk.licence_acts import CHANNEL_CHANGES, CHANNELS
from registry.register.agencies import channels as changes
from registry.register.agencies.models import PendingChannelChange
from registry.supervision.licensing import related_acts
from registry.vocabulary.licensing import ChannelChangeState
from registry.vocabulary.register import ChannelKind


@click.group(
    epilog="\b\nExamples:\n  registry channels list\n"
    "  registry channels propose 7KQ2ABCD3EFG phone '+420 601 123 456' --instead-of '+420 601 000 000' "
    "--by a.official@authority.example\n"
    "  registry channels approve 9MZ4HJKL5NPQ --by b.official@authority.example"
)
def channels() -> None:
    """Change what an agency registered as its own: phone, e-mail, website, WeChat id, bank account.

    One officer proposes, another approves, with the rights and interests they have at the console; the agency is told at its
    registered e-mail addresses (by `registry worker`), and after 72 hours the change is published. For 30 days more a check
    answers that it changed recently.
    """


@channels.command(
    epilog="\b\nExamples:\n  registry channels propose 7KQ2ABCD3EFG wechat new_id --instead-of old_id --by a@authority.example\n"
    "  registry channels propose 7KQ2ABCD3EFG email office@agency.example --by a@authority.example   one more\n"
    "  registry channels propose 7KQ2ABCD3EFG bank_account --by a@authority.example < account.txt    the number is never an "
    "argument"
)
@click.argument("agency")
@click.argument("kind", type=click.Choice([kind.value for kind in ChannelKind]))
@click.argument("value", required=False)
@click.option("--instead-of", help="The registered channel that it replaces (of an account the last four characters).")
@by_officer
def propose(agency: str, kind: str, value: str | None, instead_of: str | None, by: str) -> None:
    """Propose that AGENCY (its reference) have the channel VALUE. Another officer has to approve it."""
    channel = ChannelKind(kind)
    if channel is ChannelKind.BANK_ACCOUNT:
        if value is not None:
            raise ChannelChangeRefused(
                "an account number must not stand on the command line, where others and the shell's history see it: "
                "leave it out and type it when asked, or hand it in on standard input"
            )
        value = click.prompt("Account number", hide_input=True) if sys.stdin.isatty() else sys.stdin.read(200)
    if not value or not value.strip():
        raise ChannelChangeRefused(f"say what the new {channel} is: registry channels propose {agency} {channel} VALUE")
    act_at_terminal(
        by, CHANNELS, "propose", what=f"channel {channel}", agency_id=agency, kind=channel, value=value, replaces=instead_of,
        say=lambda _, made: (
            f"{made}: proposed. Another officer approves it with\n  registry channels approve {made} --by OFFICER"
        ),
    )  # fmt: skip


@channels.command(epilog="\b\nExamples:\n  registry channels approve 9MZ4HJKL5NPQ --by b@authority.example")
@click.argument("reference")
@if_unchanged
@by_officer
def approve(reference: str, version: int | None, by: str) -> None:
    """Approve the change REFERENCE, which another proposed: in 72 hours it is published, and until then it can be refused."""
    act_at_terminal(
        by, CHANNEL_CHANGES, "approve", reference, what="channel approve", version=version, say=_approved
    )  # fmt: skip


@channels.command(epilog="\b\nExamples:\n  registry channels refuse 9MZ4HJKL5NPQ --by b@authority.example")
@click.argument("reference")
@if_unchanged
@by_officer
def refuse(reference: str, version: int | None, by: str) -> None:
    """Refuse the change REFERENCE, also after it was approved, as long as it has not taken effect."""
    act_at_terminal(
        by, CHANNEL_CHANGES, "refuse", reference, what="channel refuse", version=version,
        say=lambda _, change: f"{change.reference}: refused. Nothing was published.",
    )  # fmt: skip


@channels.command("list", epilog="\b\nExamples:\n  registry channels list\n  registry channels list --all")
@click.option("--all", "is_all", is_flag=True, help="Also those that were decided, applied or became stale.")
def list_changes(is_all: bool) -> None:
    """List changes of channels that wait at any authority, who proposed and approved them, and who is not told yet.

    For the operator of the machine, to see which mails did not go out. Officers read those of their own authority in
    the console.
    """
    with opened() as (_, sessions, _keyring), sessions() as session:
        found = changes.channel_changes(session, is_open=not is_all)
        for change, agency in found:
            click.echo("\n".join(_lines(session, change, agency)))
        if not found:
            click.echo("Nothing waits.")


def _approved(context: OfficerCommand, change: PendingChannelChange) -> str:
    is_notified = bool(changes.notification_addresses(context.session, change))
    return (
        f"{change.reference}: approved, takes effect {change.takes_effect_at:%Y-%m-%d %H:%M} UTC.\n"
        f"{'The worker tells the agency by e-mail.' if is_notified else _by_hand(change)}"
    )


def _lines(session: Session, change: PendingChannelChange, agency: str) -> list[str]:
    what = f"{change.old_value} -> {change.value}" if change.old_value is not None else f"one more: {change.value}"
    lines = [
        f"{change.reference}  {agency}  {change.kind}  {what}",
        f"  proposed {change.proposed_at:%Y-%m-%d %H:%M} UTC by {change.proposed_by}, "
        f"version {related_acts.change_version(change)}",
    ]
    if change.decided_at is not None:
        word = "refused" if change.state is ChannelChangeState.REFUSED else "approved"
        lines.append(f"  {word} {change.decided_at:%Y-%m-%d %H:%M} UTC by {change.decided_by}")
    if change.state is ChannelChangeState.APPROVED:
        lines.append(f"  takes effect {change.takes_effect_at:%Y-%m-%d %H:%M} UTC")
        if change.told_at is not None:
            lines.append(f"  the agency was told {change.told_at:%Y-%m-%d %H:%M} UTC")
        elif changes.notification_addresses(session, change):
            lines.append("  NOT TOLD YET: the worker sends a mail; see its log if this stays")
        else:
            lines.append(f"  {_by_hand(change)}")
    elif change.state in (ChannelChangeState.APPLIED, ChannelChangeState.STALE):
        lines.append(f"  {change.state}")
    return lines


def _by_hand(change: PendingChannelChange) -> str:
    if change.old_value is None:
        return "TELL BY HAND: the agency has registered no e-mail address; tell it by a way that is known already"
    return f"TELL BY HAND: no e-mail address is registered; tell the old {change.kind}, {change.old_value}"
