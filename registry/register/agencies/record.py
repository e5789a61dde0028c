"""The public record: what the registry tells everybody about one agency.

The same shapes are rendered to bytes when something is published, read back for a verdict, and cut into log entries.
Rendering is RFC 8785 (canonical JSON): sorted keys, no spaces, no floats, no nulls, NFC text. A field that is absent
was not stated; an empty list was stated to be empty. Nothing that depends on today's date stands in a record.
"""

from datetime import date, datetime
from typing import Any

import msgspec

from registry.vocabulary.register import (
    Activity,
    ChannelKind,
    ConditionCode,
    HolderKind,
    IdentifierScheme,
    LicenceKind,
    LicenceStatus,
    NameKind,
    Role,
    SanctionEnd,
    SanctionKind,
    Script,
)


class Part(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False, rename={"from_": "from"}):
    """A piece of a record. Days are `YYYY-MM-DD`, the last one inclusive; instants end in Z.

    No part can contain itself, so the cyclic garbage collector need not visit the thousands that a bulk job reads.
    """


class Sourced(Part, frozen=True):
    """A fact with the list it was read from and when it was first read so."""

    source: str
    retrieved_at: datetime


class Name(Sourced, frozen=True):
    name: str
    script: Script
    kind: NameKind
    from_: date | None = None
    to: date | None = None


class Identifier(Sourced, frozen=True):
    scheme: IdentifierScheme
    value: str
    from_: date | None = None
    to: date | None = None
    has_failed_check: bool = False
    is_under_review: bool = False


class Corridor(Part, frozen=True):
    """Origin and destination, ISO 3166-1 alpha-2; an absent one means any."""

    origin: str | None = None
    destination: str | None = None


class Sector(Part, frozen=True):
    """A NACE code with its revision, for codes change meaning between revisions."""

    code: str
    nace_revision: str


class Condition(Part, frozen=True):
    code: ConditionCode
    sectors: tuple[Sector, ...] = ()
    destinations: tuple[str, ...] = ()
    text: str | None = None


class StatusPeriod(Sourced, frozen=True):
    """A status the authority stated.

    A bad one whose publicity has ended by law keeps its days and says `withheld` instead.
    """

    status: LicenceStatus | None = None
    from_: date | None = None
    to: date | None = None
    ground: str | None = None
    ground_text: str | None = None
    publish_until: date | None = None
    until: date | None = None
    is_stayed: bool = False
    withheld: str | None = None


class Licence(Sourced, frozen=True):
    """One permission. `status_place` is its place in the status lists, reserved from the first entry on."""

    licence_id: str
    authority: str
    country: str
    kind: LicenceKind
    status_place: int
    number: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    corridors: tuple[Corridor, ...] | None = None
    sectors: tuple[Sector, ...] | None = None
    activities: tuple[Activity, ...] | None = None
    conditions: tuple[Condition, ...] | None = None
    status_history: tuple[StatusPeriod, ...] = ()


class Employer(Part, frozen=True):
    name: str
    country: str
    identifier: str | None = None


class Agreement(Sourced, frozen=True):
    agreement_id: str
    sending: str
    authority: str
    origin: str
    destination: str
    receiving: str | None = None
    employer: Employer | None = None
    number: str | None = None
    sectors: tuple[Sector, ...] | None = None
    from_: date | None = None
    to: date | None = None


class Deposit(Sourced, frozen=True):
    """Money kept for workers' claims; `amount` is decimal text in `currency`."""

    form: str
    amount: str
    currency: str
    held_by: str | None = None
    from_: date | None = None
    to: date | None = None


class Intermediary(Sourced, frozen=True):
    name: str
    number: str | None = None
    place: str | None = None
    from_: date | None = None
    to: date | None = None


class Channel(Sourced, frozen=True):
    kind: ChannelKind
    value: str
    from_: date | None = None
    to: date | None = None


class Sanction(Sourced, frozen=True):
    sanction_id: str
    kind: SanctionKind | None = None
    legal_ground: str | None = None
    published_on: date | None = None
    from_: date | None = None
    to: date | None = None
    licence_id: str | None = None
    is_stayed_by_appeal: bool = False
    appeal_deadline: date | None = None
    publish_until: date | None = None
    ended_as: SanctionEnd | None = None
    withheld: str | None = None


class Warning_(Sourced, frozen=True):  # noqa: N801 - `Warning` is a builtin
    text: str
    from_: date | None = None
    to: date | None = None


class Agency(Sourced, frozen=True):
    """The whole public record of one agency."""

    agency_id: str
    country: str
    role: Role
    holder_kind: HolderKind
    names: tuple[Name, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    place: str | None = None
    dissolved_on: date | None = None
    is_correction_requested: bool = False
    clone_warnings: tuple[Warning_, ...] = ()
    licences: tuple[Licence, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    deposits: tuple[Deposit, ...] = ()
    intermediaries: tuple[Intermediary, ...] = ()
    channels: tuple[Channel, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    withheld: str | None = None


WITHHELD = "withheld_by_law"

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Agency)


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a record or a plain JSON value without floats.

    The C encoder agrees with RFC 8785 wherever keys are ASCII, numbers are integers below 2^53 and text holds no
    control characters, which records guarantee; a property test holds it to the rfc8785 package.
    """
    return _encoder.encode(value)


def read_record(body: bytes) -> Agency:
    return _decoder.decode(body)


def withhold(record: Agency, day: date) -> Agency:
    """The record as it may be shown on `day`: bad statuses and sanctions whose publicity has ended are withheld."""
    licences = tuple(
        msgspec.structs.replace(
            licence, status_history=tuple(_public_status(period, day) for period in licence.status_history)
        )
        for licence in record.licences
    )
    sanctions = tuple(_public_sanction(sanction, day) for sanction in record.sanctions)
    return msgspec.structs.replace(record, licences=licences, sanctions=sanctions)


def _public_status(period: StatusPeriod, day: date) -> StatusPeriod:
    if period.publish_until is None or day <= period.publish_until:
        return period
    return StatusPeriod(
        source=period.source,
        retrieved_at=period.retrieved_at,
        from_=period.from_,
        to=period.to,
        withheld=WITHHELD,
    )


def _public_sanction(sanction: Sanction, day: date) -> Sanction:
    if sanction.publish_until is None or day <= sanction.publish_until:
        return sanction
    return Sanction(
        source=sanction.source,
        retrieved_at=sanction.retrieved_at,
        sanction_id=sanction.sanction_id,
        withheld=WITHHELD,
    )


def holds_on(part: Warning_ | Agreement, day: date) -> bool:
    return (part.from_ is None or part.from_ <= day) and (part.to is None or day <= part.to)


def first_withholding(record: Agency) -> date | None:
    """The first day on which something in the record's bytes must not be shown any more; None when there is none."""
    ends = [period.publish_until for licence in record.licences for period in licence.status_history]
    ends += [sanction.publish_until for sanction in record.sanctions]
    # `publish_until` is the last day shown; an end already past keeps the earliest date, so readers always look again.
    return min((end for end in ends if end is not None), default=None)
