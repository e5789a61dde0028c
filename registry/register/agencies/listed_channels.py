"""Changes of channels that a list brings: proposed by the list, and let take effect by an official as any other.

What becomes of a proposed change is in registry.register.agencies.channels.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.db.reading import is_among
from registry.core.ids import new_reference
from registry.register.agencies.channel_rules import channel_key
from registry.register.agencies.channels import OPEN
from registry.register.agencies.models import PendingChannelChange
from registry.vocabulary.licensing import ChannelChangeState
from registry.vocabulary.register import ChannelKind


class ListedChannel(NamedTuple):
    """A channel that a list prints in place of (or beside) registered ones of its kind."""

    kind: ChannelKind
    value: str
    old_value: str | None


def propose_from_list(
    session: Session,
    source: str,
    retrieved_at: datetime,
    existing: Mapping[int, Sequence[ListedChannel]],
    stated: Mapping[int, frozenset[tuple[ChannelKind, str]]],
) -> int:
    """What a list says of channels that is not published yet: the list is the first person, an official is the second.

    `stated` is all that it prints of each agency (row id): an open proposal of the list that it prints no more is stale.
    A value that was refused is not proposed again. Gives how many are new.
    """
    known: dict[int, list[PendingChannelChange]] = {}
    ids = list(stated)
    for start in range(0, len(ids), 500):
        changes = session.execute(
            select(PendingChannelChange).where(
                is_among(session, PendingChannelChange.agency_id, ids[start : start + 500])
            )
        ).scalars()
        for change in changes:
            known.setdefault(change.agency_id, []).append(change)
            if (
                change.state in OPEN
                and change.source == source
                and (change.kind, change.value) not in stated[change.agency_id]
            ):
                change.state = ChannelChangeState.STALE
    count = 0
    at = now()
    for agency_id, channels in existing.items():
        settled = {
            (one.kind, channel_key(one.kind, one.value))
            for one in known.get(agency_id, ())
            if one.state in OPEN or (one.state is ChannelChangeState.REFUSED and one.source == source)
        }
        for channel in channels:
            mark = (channel.kind, channel_key(channel.kind, channel.value))
            if mark in settled:
                continue
            settled.add(mark)
            count += 1
            session.add(
                PendingChannelChange(
                    reference=new_reference(),
                    agency_id=agency_id,
                    kind=channel.kind,
                    old_value=channel.old_value,
                    value=channel.value,
                    source=source,
                    retrieved_at=retrieved_at,
                    state=ChannelChangeState.PROPOSED,
                    proposed_by=f"the list {source}",
                    proposed_at=at,
                )
            )
    session.flush()
    return count
