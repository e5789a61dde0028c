"""What a list says of one agency, in the lean form that is staged and compared before a public record is made. Pure."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from registry.vocabulary import register
from registry.vocabulary.codes import Flaw


class Lean(msgspec.Struct, frozen=True, array_like=True):
    """Packed as an array: names of fields would be half of a staged row."""


class StatedName(Lean, frozen=True):
    name: str
    script: register.Script
    kind: register.NameKind


class StatedIdentifier(Lean, frozen=True):
    scheme: register.IdentifierScheme
    value: str
    has_failed_check: bool = False


class StatedChannel(Lean, frozen=True):
    kind: register.ChannelKind
    value: str


class StatedCondition(Lean, frozen=True):
    code: register.ConditionCode
    text: str


class StatedLicence(Lean, frozen=True):
    """None is what the list does not say. Corridors are (origin, destination) pairs."""

    kind: register.LicenceKind
    number: str | None
    valid_from: date | None
    valid_to: date | None
    status: register.LicenceStatus
    status_from: date | None = None
    status_until: date | None = None
    status_ground: str | None = None
    publish_until: date | None = None
    activities: tuple[register.Activity, ...] | None = None
    sectors: tuple[tuple[str, str], ...] | None = None
    corridors: tuple[tuple[str | None, str | None], ...] | None = None
    conditions: tuple[StatedCondition, ...] | None = None
    region: str | None = None


class Statement(Lean, frozen=True):
    """All that a list says of one agency."""

    country: str
    role: register.Role
    holder_kind: register.HolderKind
    names: tuple[StatedName, ...]
    identifiers: tuple[StatedIdentifier, ...] = ()
    place: str | None = None
    dissolved_on: date | None = None
    channels: tuple[StatedChannel, ...] = ()
    licences: tuple[StatedLicence, ...] = ()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Statement)
packed = _encoder.encode
unpacked = _decoder.decode


def digest_of(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def row_key_of(key: str) -> str:
    """The digest of an agency's key on a list.

    It is stored in place of the key, so erasure leaves no number of a person.
    """
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def in_order(licences: Sequence[StatedLicence]) -> tuple[StatedLicence, ...]:
    """Licences in one order, so that a list sorted otherwise is the same list."""
    return tuple(sorted(licences, key=_order))


def _order(licence: StatedLicence) -> tuple[Any, ...]:
    return (
        licence.valid_from or date.min,
        licence.kind,
        licence.number or "",
        licence.valid_to or date.max,
        licence.status,
    )


def merged(statements: Sequence[Statement]) -> tuple[Statement, list[tuple[Flaw, str]]]:
    """Several rows about one agency as one statement, and what was odd about them, as (flaw, field).

    A later legal name that differs is a trade name as far as the list lets us know; where facts of the agency itself
    differ, the first row that states one counts; every licence counts.
    """
    first = statements[0]
    if len(statements) == 1:
        return msgspec.structs.replace(first, licences=in_order(first.licences)) if len(
            first.licences
        ) > 1 else first, []
    flaws: list[tuple[Flaw, str]] = []
    names = list(first.names)
    known = {name.name for name in names}
    for other in statements[1:]:
        for name in other.names:
            if name.name in known:
                continue
            known.add(name.name)
            if name.kind is register.NameKind.LEGAL:
                name = msgspec.structs.replace(name, kind=register.NameKind.TRADE)
                flaws.append((Flaw.MERGED_NAMES, "name"))
            names.append(name)
    licences: dict[tuple[Any, ...], StatedLicence] = {}
    for licence in (licence for statement in statements for licence in statement.licences):
        mark = (licence.kind, licence.number, licence.valid_from)
        if licences.setdefault(mark, licence) != licence:
            flaws.append((Flaw.DOUBLED_LICENCE, "licence"))
            licences[mark] = licence
    is_legal_person = all(statement.holder_kind is register.HolderKind.LEGAL_PERSON for statement in statements)
    whole = Statement(
        country=first.country,
        role=first.role,
        holder_kind=first.holder_kind if is_legal_person else _less_known(statements),
        names=tuple(names),
        identifiers=_joined(statement.identifiers for statement in statements),
        place=next((statement.place for statement in statements if statement.place), None),
        dissolved_on=next((statement.dissolved_on for statement in statements if statement.dissolved_on), None),
        channels=_joined(statement.channels for statement in statements),
        licences=in_order(tuple(licences.values())),
    )
    return whole, flaws


def _less_known(statements: Sequence[Statement]) -> register.HolderKind:
    """Where rows disagree about the holder, the one the law protects most counts."""
    kinds = {statement.holder_kind for statement in statements}
    return register.HolderKind.SOLE_TRADER if register.HolderKind.SOLE_TRADER in kinds else register.HolderKind.UNKNOWN


def _joined(parts: Any) -> Any:
    return tuple(dict.fromkeys(part for some in parts for part in some))
