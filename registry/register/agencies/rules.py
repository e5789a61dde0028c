"""Pure decisions about public records: what to log of them, how to call a change, which keys lead to them."""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from registry.core.errors import Fault, InvalidInput
from registry.register.agencies import record
from registry.register.agencies.keys import LICENCE_NUMBER, NAME, identifier_key, number_key, published_name_key
from registry.vocabulary.codes import Problem
from registry.vocabulary.record import TERM_LINES
from registry.vocabulary.register import STATUSES, Answer, HolderKind, LicenceStatus
from registry.vocabulary.supervision import EntryType


class Secret(NamedTuple):
    """A value that only a digest of is logged: digest, salt, and the canonical bytes."""

    digest: str
    salt: bytes
    value: bytes


def salted(value: Any) -> Secret:
    """`sha256:<hex>` over sixteen random bytes and the canonical value: guessing a name does not find its digest."""
    salt, body = secrets.token_bytes(16), record.canonical(value)
    return Secret(f"sha256:{hashlib.sha256(salt + body).hexdigest()}", salt, body)


def _is_protected(agency: record.Agency) -> bool:
    return agency.holder_kind is not HolderKind.LEGAL_PERSON


_OPEN_FIELDS_OF_PROTECTED = frozenset(
    {"agency_id", "country", "role", "holder_kind", "dissolved_on", "source", "retrieved_at", "withheld"}
)
_CLOSED_FIELDS_OF_LICENCE = ("number", *TERM_LINES)


def logged_agency(agency: record.Agency) -> tuple[dict[str, Any], list[Secret]]:
    """What an entry says of an agency itself, and the secrets behind its digests.

    A legal person stands there in full but for an official's free words; of anybody else only reference, country, role,
    kind and a salted digest.
    """
    bare = msgspec.structs.replace(agency, licences=(), agreements=())
    whole: dict[str, Any] = msgspec.to_builtins(bare)
    if not _is_protected(agency):
        hidden = _close_texts(whole.get("clone_warnings", ()), "text")
        return _with_sorted_sets(whole), hidden
    closed = {field: whole.pop(field) for field in set(whole) - _OPEN_FIELDS_OF_PROTECTED}
    return whole, _close(whole, closed)


def logged_licence(agency: record.Agency, licence: record.Licence) -> tuple[dict[str, Any], list[Secret]]:
    """What an entry says of a licence: free-text grounds are a digest for everyone, number and lines too for natural persons."""
    whole: dict[str, Any] = msgspec.to_builtins(licence) | {"agency_id": agency.agency_id}
    hidden = _close_texts(whole.get("status_history", ()), "ground_text")
    hidden += _close_texts(whole.get("conditions", ()), "text")
    closed = {
        field: whole.pop(field) for field in _CLOSED_FIELDS_OF_LICENCE if field in whole and _is_protected(agency)
    }
    hidden += _close(whole, closed)
    return _with_sorted_sets(whole), hidden


def logged_agreement(agreement: record.Agreement) -> tuple[dict[str, Any], list[Secret]]:
    """What a log entry says of an agreement.

    A direct employer may be a natural person: only its country is in clear text.
    """
    whole: dict[str, Any] = msgspec.to_builtins(agreement)
    employer = whole.get("employer")
    hidden = []
    if employer is not None:
        hidden = _close(employer, {field: employer.pop(field) for field in set(employer) - {"country"}})
    return _with_sorted_sets(whole), hidden


_IN_ORDER_OF_TIME = "status_history"


def _with_sorted_sets(whole: dict[str, Any]) -> dict[str, Any]:
    """What has no order of its own is sorted by its canonical bytes, so that one record has one form."""
    for field, value in whole.items():
        if isinstance(value, list | tuple):
            parts = [_with_sorted_sets(part) if isinstance(part, dict) else part for part in value]
            is_set = len(parts) > 1 and field != _IN_ORDER_OF_TIME
            whole[field] = sorted(parts, key=record.canonical) if is_set else parts
    return whole


def _close(whole: dict[str, Any], closed: dict[str, Any]) -> list[Secret]:
    """Put one digest in the place of the closed fields, if there are any."""
    if not closed:
        return []
    secret = salted(closed)
    whole["private"] = secret.digest
    return [secret]


def _close_texts(parts: Iterable[dict[str, Any]], field: str) -> list[Secret]:
    """Put a digest in the place of each free text."""
    hidden = []
    for part in parts:
        if field in part:
            secret = salted(part.pop(field))
            part[f"{field}_digest"] = secret.digest
            hidden.append(secret)
    return hidden


_ENDING = frozenset(
    {
        LicenceStatus.REVOKED,
        LicenceStatus.REVOKED_IMMEDIATE,
        LicenceStatus.BANNED,
        LicenceStatus.RENEWAL_REFUSED,
        LicenceStatus.ANNULLED_ENTITY_DISSOLVED,
    }
)

_NOT_GRANTED = frozenset({LicenceStatus.APPLIED, LicenceStatus.REFUSED})

_INTERRUPTED = _ENDING | {
    LicenceStatus.SUSPENDED,
    LicenceStatus.SURRENDERED,
    LicenceStatus.DELISTED,
    LicenceStatus.EXPIRED,
    LicenceStatus.WINDING_DOWN,
    LicenceStatus.REVOCATION_PENDING_APPEAL,
}


def licence_entry_type(old: record.Licence | None, new: record.Licence, is_correction: bool) -> EntryType:
    """How a change of a licence is called in the log, from its latest stated status before and after."""
    after = _latest(new)
    if old is None:
        # An applicant holds no licence yet: a log that said "issued" would be read as if one were held.
        return EntryType.LICENCE_AMENDED if after in _NOT_GRANTED else EntryType.LICENCE_ISSUED
    if is_correction:
        return EntryType.LICENCE_CORRECTED
    before = _latest(old)
    if before == after:
        return EntryType.LICENCE_AMENDED
    if before in _NOT_GRANTED and after is not None and STATUSES[after].recruit is Answer.YES:
        return EntryType.LICENCE_ISSUED
    if after in _ENDING:
        return EntryType.LICENCE_REVOKED
    named = {
        LicenceStatus.SUSPENDED: EntryType.LICENCE_SUSPENDED,
        LicenceStatus.SURRENDERED: EntryType.LICENCE_SURRENDERED,
        LicenceStatus.DELISTED: EntryType.LICENCE_DELISTED,
    }
    if after in named:
        return named[after]
    if before in _INTERRUPTED and after is not None and STATUSES[after].recruit is Answer.YES:
        return EntryType.LICENCE_REINSTATED
    return EntryType.LICENCE_AMENDED


def _latest(licence: record.Licence) -> LicenceStatus | None:
    return licence.status_history[-1].status if licence.status_history else None


class Key(NamedTuple):
    """One lookup key of a record; `licence` is set for a licence number."""

    kind: str
    value: str
    licence: str | None


def lookup_keys(agency: record.Agency) -> Iterator[Key]:
    """Every key by which a person may look this agency up, former names and numbers included."""
    for name in agency.names:
        yield Key(NAME, published_name_key(name.name), None)
    yield from number_keys(agency)


def number_keys(agency: record.Agency) -> Iterator[Key]:
    """The lookup keys that are numbers."""
    for identifier in agency.identifiers:
        yield Key(identifier.scheme.value, identifier_key(identifier.scheme, identifier.value, agency.country), None)
    for licence in agency.licences:
        if licence.number is not None:
            yield Key(LICENCE_NUMBER, number_key(licence.number), licence.licence_id)


def agreement_entry_type(old: record.Agreement | None, new: record.Agreement, is_correction: bool) -> EntryType:
    if old is None:
        return EntryType.AGREEMENT_REGISTERED
    if is_correction:
        return EntryType.AGREEMENT_CORRECTED
    return EntryType.AGREEMENT_ENDED if new.to != old.to and new.to is not None else EntryType.AGREEMENT_AMENDED


def tidy_line(parameter: str, text: str, max_length: int) -> str:
    """One tidy line of text that may stand in a record. Raises InvalidInput, which names the parameter."""
    tidy = unicodedata.normalize("NFC", " ".join(text.split()))
    if not tidy:
        raise InvalidInput([Fault.of(parameter, Problem.MISSING, "must_say")])
    if len(tidy) > max_length:
        raise InvalidInput([Fault.of(parameter, Problem.TOO_LONG, "too_long", most=max_length)])
    if any(unicodedata.category(character)[0] == "C" for character in tidy):
        raise InvalidInput([Fault.of(parameter, Problem.CONTROL_CHARACTER, "control")])
    return tidy


# Most records of a list have one name, one number and one licence: what an entry of the log says of them are their canonical
# bytes, made once by the encoder in place of plain values that are sorted and encoded. For every other record the two
# functions below give None, and `logged_agency` and `logged_licence` say what is logged; tests hold both to the same bytes.
# Without them publishing takes a fifth more (docs/decisions/0165).
_ACTIVITIES = b'{"activities":['


def agency_bytes(agency: record.Agency) -> msgspec.Raw | None:
    """The canonical bytes of what an entry says of a legal person with at most one fact of each kind."""
    if (
        agency.holder_kind is not HolderKind.LEGAL_PERSON
        or agency.clone_warnings
        or not _is_few(agency.names, agency.identifiers, agency.deposits)
        or not _is_few(agency.intermediaries, agency.channels, agency.sanctions)
    ):
        return None
    if agency.licences or agency.agreements:
        agency = msgspec.structs.replace(agency, licences=(), agreements=())
    return msgspec.Raw(record.canonical(agency))


def licence_bytes(agency: record.Agency, licence: record.Licence) -> msgspec.Raw | None:
    """The canonical bytes of what an entry says of a legal person's licence without free texts."""
    if (
        agency.holder_kind is not HolderKind.LEGAL_PERSON
        or licence.conditions
        or not _is_few(licence.corridors, licence.sectors)
        or any(period.ground_text is not None for period in licence.status_history)
    ):
        return None
    activities = licence.activities
    if activities is not None and len(activities) > 1:
        licence = msgspec.structs.replace(licence, activities=tuple(sorted(activities)))
    body = record.canonical(licence)
    # Of all names of a licence's fields "activities" alone comes before "agency_id"; its words hold no bracket.
    place = body.index(b"]") + 2 if body.startswith(_ACTIVITIES) else 1
    return msgspec.Raw(b'%b"agency_id":"%b",%b' % (body[:place], agency.agency_id.encode(), body[place:]))


def _is_few(*facts: Sequence[Any] | None) -> bool:
    return max([len(one) for one in facts if one], default=0) < 2
