"""What verify tells of an agency whatever is asked, written when it is published; and what of it may decide an answer. Pure.

A list of ten thousand questions copies these bytes instead of reading as many records. They are believed only where they
were written by this very code (VERSION) from this very record (its etag); whoever finds others makes them anew from the record.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from registry.register.agencies import record
from registry.register.agencies.shown import agency_summary

VERSION = 1
"""Another one for any change of what is written here, `agency_summary` and the bare record included: tests tell of one that
was forgotten."""


class Told(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`agency` and `licences`, by reference, are JSON as verify writes it. Agencies of one `shape` are alike but for ids,
    names, numbers and `days`, which are those of the bare record in its order; an empty shape is like none."""

    version: int
    etag: str
    shape: bytes
    days: tuple[int, ...]
    agency: bytes
    licences: tuple[tuple[str, bytes], ...]


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_SOME_DAY = _BEGINNING.date()

_written = msgspec.json.Encoder().encode
_packed = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(Told).decode


def told_of(agency: record.Agency, etag: str) -> Told:
    days: list[int] = []
    bare = bared(agency, partial(_taken, days))
    return Told(
        VERSION,
        etag,
        b"" if bare is None else blake2b(_packed(bare), digest_size=16).digest(),
        tuple(days),
        _written(agency_summary(agency)),
        tuple([(licence.licence_id, _written(licence)) for licence in agency.licences]),
    )


def _taken(days: list[int], day: date) -> date:
    days.append(day.toordinal())
    return _SOME_DAY


def packed(told: Told) -> bytes:
    return _packed(told)


def read_told(body: bytes | None, etag: str) -> Told | None:
    """What was written for the record of this etag; None where it was not, or by other code."""
    if body is None:
        return None
    try:
        told = _read(body)
    except msgspec.MsgspecError:
        return None
    return told if told.version == VERSION and told.etag == etag else None


def bared(agency: record.Agency, day: Callable[[date], date]) -> record.Agency | None:
    """The record without what tells its holder from others, its days as `day` gives each in turn.

    None where ids or names may decide: those of agreements, codes in doubt. Licences bear their place for a reference.
    """
    if agency.agreements or any(one.has_failed_check or one.is_under_review for one in agency.identifiers):
        return None

    def stated(one: date | None) -> date | None:
        return None if one is None else day(one)

    return replace(
        agency,
        agency_id="",
        source="",
        retrieved_at=_BEGINNING,
        names=(),
        identifiers=(),
        place=None,
        deposits=(),
        intermediaries=(),
        channels=(),
        sanctions=(),
        licences=tuple(
            [
                replace(
                    licence,
                    licence_id=str(place),
                    number=None,
                    status_place=0,
                    valid_from=stated(licence.valid_from),
                    valid_to=stated(licence.valid_to),
                    status_history=tuple(
                        [
                            replace(
                                period,
                                source="",
                                retrieved_at=_BEGINNING,
                                from_=stated(period.from_),
                                to=stated(period.to),
                                until=stated(period.until),
                            )
                            for period in licence.status_history
                        ]
                    ),
                )
                for place, licence in enumerate(agency.licences)
            ]
        ),
    )
