"""What an entry of the log says, taken from a record's canonical bytes where nothing in it is closed or needs sorting. Pure.

Most records of a list have one name, one number and one licence: their bytes are made once by the encoder, in place of
plain values that are sorted and encoded. For every other record the functions give None, and `rules.logged_agency` and
`rules.logged_licence` say what is logged; tests hold both to the same bytes. Without this, publishing takes a fifth more
(docs/decisions/0165).
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from registry.register.agencies import record
from registry.vocabulary.register import HolderKind

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
