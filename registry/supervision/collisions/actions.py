"""Looking for agencies that resemble each other, step by step, and deciding what was found.

An applicant is compared before being recorded: near names, and details shared with agencies.

Each step is one transaction and says in its own rows how far it came, so a search that was killed goes on where it was.
Candidates come from indexes alone: digests of what is shared, and the index of names. So a search over a million agencies
costs some lookups for each agency that is looked at, and no comparison of all with all.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from registry.core import clock, ids
from registry.core.db import engine, locking
from registry.core.errors import Fault, InvalidInput
from registry.log.models import Entry, LogState
from registry.register.agencies import clone_warnings, record, storage
from registry.register.agencies import models as agencies
from registry.register.authorities.queries import snapshot_at
from registry.register.names import scoring, spelling
from registry.register.names.models import IndexedName
from registry.register.names.queries import search
from registry.supervision.collisions import models, rules
from registry.supervision.collisions.queries import no_collision, records_of, sought
from registry.verification.verdicts.imitation_rules import is_licensed
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import ChannelKind, LicenceStatus

Digest = Callable[[str], str]
"""A keyed digest in hex (registry.core.keyring): what stands in a dump of the database tells no telephone number."""

ENTRIES = 2000
AGENCIES = 50
MAX_PAIRS = 25
"""Agencies that may share one thing and still be compared one by one; more of them are told as a group."""


class Step(NamedTuple):
    """How far a search came: `done` of `total`, and whether that was the end."""

    done: int
    total: int
    is_last: bool


def renew_keys(session: Session, digest: Digest) -> Step:
    """Bring the keys of some more agencies up to date: those that the next entries of the log are about."""
    state = _state(session, digest)
    total = session.execute(select(LogState.size)).scalar_one()
    upto = min(state.read_to + ENTRIES, total)
    changed = session.execute(
        select(Entry.agency_id)
        .where(Entry.index >= state.read_to, Entry.index < upto, Entry.agency_id.is_not(None))
        .distinct()
    ).scalars()
    _write_keys(session, sorted(agency_id for agency_id in changed if agency_id is not None), digest)
    state.read_to = upto
    return Step(upto, total, upto >= total)


def begin_search(session: Session, against: Collection[LicenceStatus], digest: Digest) -> None:
    """Begin a search, or go on with one that was stopped, if it was for the same statuses. None of them is all agencies."""
    state = _state(session, digest)
    wanted = " ".join(sorted(against))
    if state.is_finished or state.against != wanted:
        state.against, state.last_agency_id, state.is_finished = wanted, 0, False


def search_on(session: Session, digest: Digest) -> Step:
    """Continue a search with some more agencies, and record whom they resemble."""
    state = _state(session, digest)
    against = [LicenceStatus(word) for word in state.against.split()]
    some = sought(session, against, state.last_agency_id, AGENCIES)
    for agency_id in some:
        find_collisions(session, agency_id, digest)
    if some:
        state.last_agency_id = some[-1]
    state.is_finished = len(some) < AGENCIES
    return Step(len(some), AGENCIES, state.is_finished)


def find_collisions(session: Session, agency_id: int, digest: Digest) -> None:
    """Record the agencies that one agency resembles."""
    found: dict[int, set[rules.Sign]] = defaultdict(set)
    for other, sign in _sharing(session, agency_id):
        found[other].add(sign)
    for other in _of_near_name(session, agency_id, digest):
        found[other].add(rules.Sign.NEAR_NAME)
    records = records_of(session, [agency_id, *found])
    mine = records.get(agency_id)
    if mine is None:
        return
    for other, signs in found.items():
        theirs = records.get(other)
        if theirs is None:
            continue
        if rules.rose_after(mine, theirs):
            signs.add(rules.Sign.REGISTERED_AFTER)
        _save_pair(session, min(agency_id, other), max(agency_id, other), signs)


def confirm(
    session: Session, reference: str, by: str, text: str, *, source: str, true_entry: str | None = None
) -> record.Agency:
    """Confirm a collision: a clone warning with `text` is published on the true entry, which is given back.

    Without `true_entry` it is the one of the two that holds a licence in force. Raises NotFound, InvalidInput.
    """
    collision = _undecided(session, reference)
    both = records_of(session, [collision.first_id, collision.second_id])
    agency = true_entry_of(session, list(both.values()), true_entry)
    clone_warnings.warn_of_clone(session, agency.agency_id, text, source)
    _decide(collision, models.CollisionState.CONFIRMED, by, text)
    return agency


def dismiss(session: Session, reference: str, by: str, text: str) -> models.Collision:
    """Dismiss a collision. It comes up again only with a sign that it did not have."""
    collision = _undecided(session, reference)
    _decide(collision, models.CollisionState.DISMISSED, by, text)
    return collision


def _undecided(session: Session, reference: str) -> models.Collision:
    collision = locking.lock(
        session, models.Collision, models.Collision.reference == reference, missing=no_collision(reference)
    )
    if collision.state is not models.CollisionState.OPEN:
        detail = f"is {collision.state} already, by {collision.decided_by} on {collision.decided_at:%Y-%m-%d}"
        raise InvalidInput([Fault("collision", Problem.CONTRADICTORY, detail)])
    return collision


def _decide(collision: models.Collision, state: models.CollisionState, by: str, text: str) -> None:
    for parameter, words, limit in (("by", by, 200), ("text", text, 1000)):
        if not words.strip() or len(words) > limit or "\0" in words:
            raise InvalidInput([Fault(parameter, Problem.INVALID_VALUE, f"must say something, in {limit} characters")])
    collision.state, collision.decided_by, collision.decided_at, collision.decision = state, by, clock.now(), text


def true_entry_of(session: Session, both: Sequence[record.Agency], chosen: str | None) -> record.Agency:
    """The one of two that was chosen, or the only one with a licence in force. Raises InvalidInput."""
    if chosen is not None:
        for agency in both:
            if agency.agency_id == chosen:
                return agency
        raise InvalidInput([Fault("true", Problem.INVALID_VALUE, "is neither of the two agencies of this collision")])
    snapshot, at = snapshot_at(session), clock.now()
    licensed = [agency for agency in both if is_licensed(agency, snapshot, at)]
    if len(licensed) != 1:
        count = "both hold" if licensed else "neither holds"
        either = " or ".join(agency.agency_id for agency in both)
        detail = f"{count} a licence in force: say which entry is the true one, {either}"
        raise InvalidInput([Fault("true", Problem.MISSING, detail)])
    return licensed[0]


def _state(session: Session, digest: Digest) -> models.CollisionSearch:
    """The one row, locked; made at the first use. Keys made with another secret are thrown away."""
    check = short_digest(digest("check"))
    state = session.execute(select(models.CollisionSearch).with_for_update()).scalar_one_or_none()
    if state is None:
        state = models.CollisionSearch(id=1, key_check=check, read_to=0, against="", last_agency_id=0, is_finished=True)
        session.add(state)
        session.flush()
    if state.key_check != check:
        session.execute(delete(models.CollisionKey))
        state.key_check, state.read_to = check, 0
    return state


def short_digest(hexadecimal: str) -> int:
    """The first 63 bits: two different values fall together once in thousands of millions of agencies."""
    return int(hexadecimal[:16], 16) >> 1


def _write_keys(session: Session, agency_ids: Sequence[int], digest: Digest) -> None:
    for start in range(0, len(agency_ids), 500):
        some = agency_ids[start : start + 500]
        session.execute(delete(models.CollisionKey).where(models.CollisionKey.agency_id.in_(some)))
        rows = {
            (agency_id, sign.value, short_digest(digest(f"{sign}:{form}")))
            for agency_id, sign, form in _forms(session, some)
        }
        engine.bulk_insert(session, models.CollisionKey, ("agency_id", "sign", "digest"), sorted(rows))


def _forms(session: Session, agency_ids: Sequence[int]) -> Iterable[tuple[int, rules.Sign, str]]:
    """The values of some agencies that others may share, each in its comparable form."""
    country_of: dict[int, str] = {}
    for agency_id, agency in storage.published_records(session, agency_ids).items():
        country_of[agency_id] = agency.country
        form = rules.comparable(rules.Sign.ADDRESS, agency.place, agency.country) if agency.place else None
        if form is not None:
            yield agency_id, rules.Sign.ADDRESS, form
        for one in agency.identifiers:
            yield agency_id, rules.Sign.IDENTIFIER, rules.identifier_value(one.scheme, one.value, agency.country)
    channel = agencies.Channel
    # Of an account all but the end is hidden; its keyed digest is the same for the same account, and for no other.
    compared = case((channel.kind == ChannelKind.BANK_ACCOUNT, channel.digest), else_=channel.value)
    for agency_id, kind, value in session.execute(
        select(channel.agency_id, channel.kind, compared).where(
            channel.agency_id.in_(agency_ids), channel.superseded_at.is_(None)
        )
    ):
        if kind is ChannelKind.BANK_ACCOUNT:
            form = value
        else:
            form = rules.comparable(rules.SIGN_OF[kind], value or "", country_of.get(agency_id, ""))
        if form is not None:
            yield agency_id, rules.SIGN_OF[kind], form


def _sharing(session: Session, agency_id: int) -> Iterable[tuple[int, rules.Sign]]:
    """The agencies that share something with one, and what. What too many share becomes a group."""
    key = models.CollisionKey
    own = session.execute(select(key.sign, key.digest).where(key.agency_id == agency_id)).all()
    for sign, digest in own:
        alike = (key.digest == digest, key.sign == sign)
        others = session.execute(
            select(key.agency_id).where(*alike, key.agency_id != agency_id).limit(MAX_PAIRS + 1)
        ).scalars()
        found = list(others)
        if len(found) > MAX_PAIRS:
            size = session.execute(select(func.count()).select_from(key).where(*alike)).scalar_one()
            _save_group(session, sign, digest, size, agency_id)
            continue
        yield from ((other, sign) for other in found)


def _of_near_name(session: Session, agency_id: int, digest: Digest) -> set[int]:
    names = session.execute(
        select(IndexedName.name)
        .where(IndexedName.agency_id == agency_id)
        .order_by(IndexedName.place)
        .limit(rules.MAX_NAMES)
    ).scalars()
    found: set[int] = set()
    for name in list(names):
        hits = search(session, name, MAX_PAIRS + 2, floor=scoring.NEAR)
        others = {hit.agency_id for hit in hits} - {agency_id}
        if len(others) > MAX_PAIRS:
            number = short_digest(digest(f"{rules.Sign.NEAR_NAME}:{spelling.normalised(name)}"))
            _save_group(session, rules.Sign.NEAR_NAME, number, len(others) + 1, agency_id)
        else:
            found |= others
    return found


def _save_pair(session: Session, first: int, second: int, signs: set[rules.Sign]) -> None:
    """Store a pair; a known pair gains what is new, and is reopened if it was dismissed without that."""
    known = session.execute(
        select(models.Collision).where(models.Collision.first_id == first, models.Collision.second_id == second)
    ).scalar_one_or_none()
    if known is None:
        session.add(
            models.Collision(
                reference=ids.new_reference(),
                first_id=first,
                second_id=second,
                signs=[sign.value for sign in rules.Sign if sign in signs],
                rank=rules.rank(signs),
                state=models.CollisionState.OPEN,
                found_at=clock.now(),
            )
        )
        session.flush()
        return
    before = {rules.Sign(word) for word in known.signs}
    if signs <= before:
        return
    together = before | signs
    known.signs, known.rank = [sign.value for sign in rules.Sign if sign in together], rules.rank(together)
    if known.state is models.CollisionState.DISMISSED:
        known.state, known.found_at = models.CollisionState.OPEN, clock.now()


def _save_group(session: Session, sign: rules.Sign, digest: int, size: int, agency_id: int) -> None:
    known = session.execute(
        select(models.CollisionGroup).where(models.CollisionGroup.sign == sign, models.CollisionGroup.digest == digest)
    ).scalar_one_or_none()
    if known is not None:
        known.size = size
        return
    values = (sign.value, digest, size, agency_id, engine.microseconds(clock.now()))
    engine.bulk_insert(session, models.CollisionGroup, ("sign", "digest", "size", "example_id", "found_at"), [values])


MAX_SHOWN = 10
MAX_STEPS = 5
"""Steps by which the keys are brought up to date first; a registry that was just filled needs `registry collisions` once."""


class Likeness(NamedTuple):
    """An agency that the applicant resembles: the signs, what is found of each, and whether it lost a licence."""

    agency: record.Agency
    signs: list[rules.Sign]
    findings: list[rules.Finding]
    rank: int
    has_lost: bool


class Compared(NamedTuple):
    """`is_whole` is False where some agencies' addresses and numbers were not compared yet."""

    found: list[Likeness]
    is_whole: bool


def compared(session: Session, applicant: record.Agency, own_id: int | None, digest: Digest) -> Compared:
    """Agencies that an applicant (its row id if it has one) resembles: those that lost a licence first, then by rank."""
    step = renew_keys(session, digest)
    for _ in range(MAX_STEPS):
        if step.is_last:
            break
        step = renew_keys(session, digest)
    signs: dict[int, set[rules.Sign]] = defaultdict(set)
    for sign, form, _ in rules.shared_values(applicant):
        for other in _who_has(session, sign, short_digest(digest(f"{sign}:{form}"))):
            signs[other].add(sign)
    for name in applicant.names[: rules.MAX_NAMES]:
        for hit in search(session, name.name, MAX_PAIRS, floor=scoring.NEAR):
            signs[hit.agency_id].add(rules.Sign.NEAR_NAME)
    if own_id is not None:
        signs.pop(own_id, None)
    records = records_of(session, list(signs))
    found = []
    for other, agency in records.items():
        if rules.rose_after(applicant, agency):
            signs[other].add(rules.Sign.REGISTERED_AFTER)
        ordered = [sign for sign in rules.Sign if sign in signs[other]]
        shared = rules.findings(applicant, agency, ordered)
        found.append(Likeness(agency, ordered, shared, rules.rank(ordered), rules.lost_on(agency) is not None))
    found.sort(key=lambda one: (not one.has_lost, -one.rank, one.agency.agency_id))
    return Compared(found[:MAX_SHOWN], step.is_last)


def _who_has(session: Session, sign: rules.Sign, digest: int) -> list[int]:
    """The agencies that share one value; a value that too many share, an office house or a platform, tells nothing."""
    query = select(models.CollisionKey.agency_id).where(
        models.CollisionKey.sign == sign, models.CollisionKey.digest == digest
    )
    others = list(session.execute(query.distinct().limit(MAX_PAIRS + 1)).scalars())
    return [] if len(others) > MAX_PAIRS else others
