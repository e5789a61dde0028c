"""The public record as bytes, in short, and what may still be shown of it on a day (shapes: registry.vocabulary.record).

Rendering is RFC 8785 (canonical JSON): sorted keys, no spaces, no floats, no nulls, NFC text.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec

from registry.vocabulary.record import (
    Agency,
    AgencyShown,
    AgencySummary,
    Agreement,
    Channel,
    Condition,
    Corridor,
    Deposit,
    Employer,
    Identifier,
    Intermediary,
    Licence,
    Name,
    Sanction,
    Sector,
    Sourced,
    StatusPeriod,
    Warning_,
)

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


def agency_summary(agency: Agency) -> AgencySummary:
    """What every answer says of an agency: its record with nothing of its licences."""
    return msgspec.convert(agency, AgencySummary, from_attributes=True)


def whole_agency(agency: Agency) -> AgencyShown:
    """The whole public record. Lists that the record leaves out when empty are written out."""
    return msgspec.convert(agency, AgencyShown, from_attributes=True)


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
        source=period.source, retrieved_at=period.retrieved_at, from_=period.from_, to=period.to, withheld=WITHHELD
    )


def _public_sanction(sanction: Sanction, day: date) -> Sanction:
    if sanction.publish_until is None or day <= sanction.publish_until:
        return sanction
    return Sanction(
        source=sanction.source, retrieved_at=sanction.retrieved_at, sanction_id=sanction.sanction_id, withheld=WITHHELD
    )


def closed_before(history: Iterable[StatusPeriod], begins: date) -> tuple[StatusPeriod, ...]:
    """A status history that ends before `begins`; a period that would have no day left is dropped."""
    stored = []
    for period in history:
        if period.to is not None and period.to < begins:
            stored.append(period)
        elif period.from_ is None or period.from_ < begins:
            stored.append(msgspec.structs.replace(period, to=begins - timedelta(days=1)))
    return tuple(stored)


def holds_on(part: Warning_ | Agreement, day: date) -> bool:
    return (part.from_ is None or part.from_ <= day) and (part.to is None or day <= part.to)


def first_withholding(record: Agency) -> date | None:
    """The first day on which something in the record's bytes must not be shown any more; None when there is none."""
    ends = [period.publish_until for licence in record.licences for period in licence.status_history]
    ends += [sanction.publish_until for sanction in record.sanctions]
    # `publish_until` is the last day shown; an end already past keeps the earliest date, so readers always look again.
    return min((end for end in ends if end is not None), default=None)


__all__ = (
    "WITHHELD", "Agency", "Agreement", "Channel", "Condition", "Corridor", "Deposit", "Employer", "Identifier",
    "Intermediary", "Licence", "Name", "Sanction", "Sector", "Sourced", "StatusPeriod", "Warning_", "agency_summary",
    "canonical", "closed_before", "first_withholding", "holds_on", "read_record", "whole_agency", "withhold",
)  # fmt: skip
