"""Checks codes on paper: whether they are ours, and say what the log says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from registry.core.keyring import KeyState, Use
from registry.log import models, queries, tree
from registry.proofs.credentials import rules, signing
from registry.proofs.credentials.queries import logged
from registry.vocabulary.codes import ProofFlaw

DAY = 86_400


@dataclass(frozen=True, slots=True)
class PaperContent:
    """What a genuine code says. A page shows this, and never what the paper says. `expires_at` is its first instant over."""

    licence_id: str
    number: str | None
    name: str | None
    kind: str
    country: str
    corridors: tuple[str, ...] | None
    issued_at: int
    expires_at: int | None
    valid_from: int | None
    index: int


def read_paper_code(session: Session, text: str) -> signing.Checked:
    """Whether the code is one of ours and says what the entry says that it names. `text`: all of it, or from behind its `#`.

    Of a compromised key only what stands in the log up to its last good index is believed.
    """
    try:
        signed = signing.read_paper(text)
        key = signing.believed_key(session, signed, Use.CREDENTIAL)
        entry = _entry_stated(session, signed.claims)
        _refuse_difference(session, signed.claims, entry)
    except signing.Flawed as error:
        return signing.refused(error.flaw)
    if key.state is KeyState.RETIRED and entry.index > key.index:
        return signing.refused(ProofFlaw.KEY_RETIRED)
    is_proven = key.last_good_index is not None and entry.index <= key.last_good_index
    return signing.judged(key, signed.claims, is_proven=is_proven)


def paper_content(claims: Mapping[int, Any]) -> PaperContent:
    """The claims of a code that was found genuine."""
    corridors = claims.get(rules.CORRIDORS)
    return PaperContent(
        claims[rules.SUB],
        claims.get(rules.NUMBER),
        claims.get(rules.NAME),
        claims[rules.KIND],
        claims[rules.COUNTRY],
        None if corridors is None else tuple(corridors),
        claims[rules.IAT],
        claims.get(rules.EXP),
        claims.get(rules.NBF),
        claims[rules.INDEX],
    )


def _entry_stated(session: Session, claims: Mapping[int, Any]) -> rules.Logged:
    """The entry that the code stands on. Raises Flawed."""
    match claims:
        case {
            rules.ISS: str(),
            rules.SUB: str(licence_id),
            rules.IAT: int(),
            rules.PAPER_VERSION: rules.VERSION,
            rules.INDEX: int(index),
            rules.LEAF: bytes(leaf_start),
        } if 0 <= index < 2**62:
            pass
        case _:
            raise signing.Flawed(ProofFlaw.MALFORMED)
    entry = session.get(models.Entry, index)
    is_its = entry is not None and entry.key == f"licence/{licence_id}"
    if entry is None or not is_its or tree.leaf_hash(entry.leaf)[: rules.LEAF_BYTES] != leaf_start:
        raise signing.Flawed(ProofFlaw.NOT_IN_LOG)
    return logged(entry)


def _refuse_difference(session: Session, claims: Mapping[int, Any], entry: rules.Logged) -> None:
    """Raise Flawed unless the code says what the log says: a stolen key signs anything."""
    known = _entries_of(session, entry.record["agency_id"])
    statement = rules.paper_claims(claims[rules.ISS], entry, known[-1], time_zone=None, issued=entry.at)
    dates = (rules.EXP, rules.NBF)
    loose = {*dates, rules.IAT, rules.NAME}
    if {k: v for k, v in claims.items() if k not in loose} != {k: v for k, v in statement.items() if k not in loose}:
        raise signing.Flawed(ProofFlaw.DIFFERS_FROM_LOG)
    # Days begin where the authority sits, wherever the registry thought that was.
    for label in dates:
        stated, logged_day = claims.get(label), statement.get(label)
        if (stated is None) is not (logged_day is None):
            raise signing.Flawed(ProofFlaw.DIFFERS_FROM_LOG)
        if logged_day is not None and not (isinstance(stated, int) and abs(stated - logged_day) <= DAY):
            raise signing.Flawed(ProofFlaw.DIFFERS_FROM_LOG)
    if claims.get(rules.NAME) not in [rules.legal_name(one.record) for one in known]:
        raise signing.Flawed(ProofFlaw.DIFFERS_FROM_LOG)
    if claims[rules.IAT] < int(entry.at.timestamp()):
        raise signing.Flawed(ProofFlaw.DIFFERS_FROM_LOG)


def _entries_of(session: Session, agency_id: str) -> list[rules.Logged]:
    """Every entry of an agency, for a code may have been printed before it was renamed."""
    return [logged(entry) for entry in queries.entries_of(session, f"agency/{agency_id}")]
