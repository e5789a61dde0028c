"""Reads of collisions, and of the agencies to search next."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from registry.core import clock, errors
from registry.register.agencies import record
from registry.register.agencies.models import Agency, Licence, LicenceStatusPeriod, PublicRecord
from registry.register.authorities.queries import authority_days
from registry.supervision.collisions.models import Collision, CollisionGroup, CollisionState
from registry.vocabulary.register import LicenceStatus


def sought(session: Session, against: Collection[LicenceStatus], after: int, limit: int) -> list[int]:
    """The next agencies by row id that have a licence in one of these statuses today; without any, the next agencies."""
    if not against:
        query = select(PublicRecord.agency_id).where(PublicRecord.agency_id > after)
        return list(session.execute(query.order_by(PublicRecord.agency_id).limit(limit)).scalars())
    period, today = LicenceStatusPeriod, authority_days(session, clock.now()).in_sql(Licence.authority)
    query = (
        select(Licence.agency_id)
        .join(period, period.licence_id == Licence.id)
        .where(
            Licence.agency_id > after,
            period.status.in_(against),
            period.superseded_at.is_(None),
            or_(period.held_to.is_(None), period.held_to >= today),
        )
        .distinct()
    )
    return list(session.execute(query.order_by(Licence.agency_id).limit(limit)).scalars())


def collision_found(session: Session, reference: str) -> Collision | None:
    return session.execute(select(Collision).where(Collision.reference == reference)).scalar_one_or_none()


def collision_named(session: Session, reference: str) -> Collision:
    """The collision with this reference. Raises NotFound."""
    found = collision_found(session, reference)
    if found is None:
        raise errors.NotFound(no_collision(reference))
    return found


def no_collision(reference: str) -> str:
    """The message for a reference without a collision."""
    return f"there is no collision {reference}; `registry collisions` lists them"


def collisions_found(
    session: Session, state: CollisionState | None, *, agency: int | None, after: str | None, limit: int
) -> list[Collision]:
    """Collisions of one state (None: all), gravest first, after the collision `after`; of one agency if it is named."""
    query = select(Collision)
    if state is not None:
        query = query.where(Collision.state == state)
    if agency is not None:
        query = query.where(or_(Collision.first_id == agency, Collision.second_id == agency))
    if after is not None:
        last = collision_named(session, after)
        query = query.where(or_(Collision.rank < last.rank, and_(Collision.rank == last.rank, Collision.id > last.id)))
    return list(session.execute(query.order_by(Collision.rank.desc(), Collision.id).limit(limit)).scalars())


def groups_found(session: Session, limit: int) -> list[tuple[CollisionGroup, str]]:
    """Values that too many agencies share to be compared one by one, largest group first, each with one reference."""
    query = select(CollisionGroup, Agency.reference).join(Agency, Agency.id == CollisionGroup.example_id)
    rows = session.execute(query.order_by(CollisionGroup.size.desc(), CollisionGroup.id).limit(limit)).all()
    return [(group, reference) for group, reference in rows]


def records_of(session: Session, agency_ids: Sequence[int]) -> dict[int, record.Agency]:
    """The public records of some agencies by row id, as they may be shown today."""
    day = clock.day_at(clock.now(), None)
    rows = session.execute(
        select(PublicRecord.agency_id, PublicRecord.body).where(PublicRecord.agency_id.in_(agency_ids))
    )
    return {agency_id: record.withhold(record.read_record(body), day) for agency_id, body in rows}
