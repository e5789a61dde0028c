"""Bank accounts: kept as a keyed digest and what may be shown, and every saying of an agency's channels for a comparison.

Of an account number nothing else is written anywhere: not in the record, the log, an answer or a line of ours.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registry.core.db.engine import EPOCH
from registry.core.keyring import Keyring
from registry.register.agencies import channel_rules, record
from registry.register.agencies.models import Agency, AgencyProfile, Channel
from registry.vocabulary.register import ChannelKind

ACCOUNTS = "accounts"
"""The purpose under which account numbers are digested (registry.core.keyring)."""


def sealed(
    agencies: Sequence[record.Agency], keyring: Keyring | None
) -> tuple[list[record.Agency], dict[str, list[tuple[str, str]]]]:
    """The agencies with what may be shown of their accounts, and for each (reference) its (shown, digest) pairs.

    ValueError where a whole account number comes without a keyring to digest it, or is none: it must never be published.
    """
    tidy: list[record.Agency] = []
    digests: dict[str, list[tuple[str, str]]] = {}
    for agency in agencies:
        if all(
            one.kind is not ChannelKind.BANK_ACCOUNT or channel_rules.is_masked_account(one.value)
            for one in agency.channels
        ):
            tidy.append(agency)
            continue
        channels = []
        for channel in agency.channels:
            if channel.kind is ChannelKind.BANK_ACCOUNT and not channel_rules.is_masked_account(channel.value):
                account = channel_rules.account_text(channel.value)
                if account is None or keyring is None:
                    raise ValueError("a bank account needs 8 to 34 letters and digits, and a keyring to digest it with")
                channel = msgspec.structs.replace(channel, value=channel_rules.masked_account(account))
                pair = (channel.value, keyring.digest(ACCOUNTS, account))
                digests.setdefault(agency.agency_id, []).append(pair)
            channels.append(channel)
        tidy.append(msgspec.structs.replace(agency, channels=tuple(channels)))
    return tidy, digests


def store_digests(session: Session, agency_id: int, pairs: Iterable[tuple[str, str]]) -> None:
    """Store digests beside the accounts of a newly written agency; of two that look alike each gets its own."""
    for masked, digest in pairs:
        free = (
            select(func.min(Channel.id))
            .where(
                Channel.agency_id == agency_id,
                Channel.kind == ChannelKind.BANK_ACCOUNT,
                Channel.value == masked,
                Channel.superseded_at.is_(None),
                Channel.digest.is_(None),
            )
            .scalar_subquery()
        )
        session.execute(update(Channel).where(Channel.id == free).values(digest=digest))


def carry_digests(session: Session, agency_id: int, at: datetime) -> None:
    """Accounts that are said anew at `at`, with other days, keep the digest of the saying that ended then."""
    accounts = (Channel.agency_id == agency_id, Channel.kind == ChannelKind.BANK_ACCOUNT)
    former = session.execute(
        select(Channel.value, Channel.digest)
        .where(*accounts, Channel.superseded_at == at, Channel.digest.is_not(None))
        .order_by(Channel.id)
    ).all()
    store_digests(session, agency_id, [(value, digest) for value, digest in former if digest])


class History(NamedTuple):
    """Every saying of an agency's channels, by kind and identity, and when the registry first spoke of the agency.

    The identity of a channel is its key, of an account its digest (what is shown of it where it has none).
    """

    known_at: datetime
    sayings: Mapping[tuple[ChannelKind, str], Sequence[channel_rules.ChannelPeriod]]
    digests: Mapping[str, frozenset[str]]
    """For each shown account its digests as they are said now; empty where one was registered by its last four alone."""


def channel_history(session: Session, reference: str) -> History:
    known_at = session.execute(
        select(func.min(AgencyProfile.recorded_at))
        .join(Agency, Agency.id == AgencyProfile.agency_id)
        .where(Agency.reference == reference)
    ).scalar_one()
    rows = session.execute(
        select(Channel)
        .join(Agency, Agency.id == Channel.agency_id)
        .where(Agency.reference == reference)
        .order_by(Channel.recorded_at, Channel.id)
    ).scalars()
    periods: dict[tuple[ChannelKind, str], list[channel_rules.ChannelPeriod]] = {}
    digests: dict[str, frozenset[str]] = {}
    for row in rows:
        is_account = row.kind is ChannelKind.BANK_ACCOUNT
        key = row.digest or row.value if is_account else channel_rules.channel_key(row.kind, row.value)
        periods.setdefault((row.kind, key), []).append(
            channel_rules.ChannelPeriod(row.recorded_at, row.superseded_at, row.held_from, row.held_to)
        )
        if is_account and row.superseded_at is None:
            digests[row.value] = digests.get(row.value, frozenset()) | ({row.digest} if row.digest else set())
    return History(known_at or EPOCH, periods, digests)
