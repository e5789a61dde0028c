"""The usual way: Flask-RESTX, mapped classes with relationships, marshmallow in and out, Flask-Limiter.

It reads the same tables by the same index, judges the licence by term and status alone, and answers with a body of the same
size. It logs nothing and adds no security headers, so what it lacks is in its favour.
"""

import os
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_restx import Api, Resource
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    mapped_column,
    relationship,
    scoped_session,
    selectinload,
)

from registry.core.db.engine import Instant, engine_for, reading_sessions_for


class Base(DeclarativeBase):
    pass


class Recorded:
    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    superseded_at: Mapped[datetime | None] = mapped_column(Instant)
    source: Mapped[str]
    retrieved_at: Mapped[datetime] = mapped_column(Instant)


class Profile(Recorded, Base):
    __tablename__ = "agency_profiles"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    country: Mapped[str]
    role: Mapped[str]
    holder_kind: Mapped[str]
    place: Mapped[str | None]


class Name(Recorded, Base):
    __tablename__ = "agency_names"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    name: Mapped[str]
    script: Mapped[str]
    kind: Mapped[str]
    held_from: Mapped[date | None]
    held_to: Mapped[date | None]


class Identifier(Recorded, Base):
    __tablename__ = "agency_identifiers"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    scheme: Mapped[str]
    value: Mapped[str]


class Agency(Base):
    __tablename__ = "agencies"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str]
    profile: Mapped[Profile] = relationship(
        primaryjoin="and_(Profile.agency_id == Agency.id, Profile.superseded_at.is_(None))", viewonly=True
    )
    names: Mapped[list[Name]] = relationship(
        primaryjoin="and_(Name.agency_id == Agency.id, Name.superseded_at.is_(None))", viewonly=True
    )
    identifiers: Mapped[list[Identifier]] = relationship(
        primaryjoin="and_(Identifier.agency_id == Agency.id, Identifier.superseded_at.is_(None))", viewonly=True
    )


class Term(Recorded, Base):
    __tablename__ = "licence_terms"
    licence_id: Mapped[int] = mapped_column(ForeignKey("licences.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    corridors: Mapped[list[dict[str, str]] | None] = mapped_column(JSON)
    sectors: Mapped[list[dict[str, str]] | None] = mapped_column(JSON)
    activities: Mapped[list[str] | None] = mapped_column(JSON)


class Status(Recorded, Base):
    __tablename__ = "licence_statuses"
    licence_id: Mapped[int] = mapped_column(ForeignKey("licences.id"))
    status: Mapped[str]
    held_from: Mapped[date | None]
    held_to: Mapped[date | None]
    ground: Mapped[str | None]


class Licence(Base):
    __tablename__ = "licences"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    authority: Mapped[str]
    country: Mapped[str]
    kind: Mapped[str]
    number: Mapped[str | None]
    agency: Mapped[Agency] = relationship(viewonly=True)
    term: Mapped[Term] = relationship(
        primaryjoin="and_(Term.licence_id == Licence.id, Term.superseded_at.is_(None))", viewonly=True
    )
    statuses: Mapped[list[Status]] = relationship(
        primaryjoin="and_(Status.licence_id == Licence.id, Status.superseded_at.is_(None))", viewonly=True
    )


class Key(Base):
    __tablename__ = "lookup_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    value: Mapped[str]
    licence: Mapped[str]
    superseded_at: Mapped[int | None]


class Question(Schema):
    licence_number = fields.String(required=True, validate=validate.Length(1, 120))
    origin = fields.String(validate=validate.Length(equal=2))
    destination = fields.String(validate=validate.Length(equal=2))
    on = fields.Date()


class SaidSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    source = fields.String()
    retrieved_at = fields.DateTime()


class NameSchema(SaidSchema):
    name = fields.String()
    script = fields.String()
    kind = fields.String()
    held_from = fields.Date(data_key="from")
    held_to = fields.Date(data_key="to")


class IdentifierSchema(SaidSchema):
    scheme = fields.String()
    value = fields.String()


class AgencySchema(Schema):
    agency_id = fields.String(attribute="reference")
    country = fields.String(attribute="profile.country")
    role = fields.String(attribute="profile.role")
    holder_kind = fields.String(attribute="profile.holder_kind")
    place = fields.String(attribute="profile.place")
    names = fields.List(fields.Nested(NameSchema))
    identifiers = fields.List(fields.Nested(IdentifierSchema))


class StatusSchema(SaidSchema):
    status = fields.String()
    held_from = fields.Date(data_key="from")
    held_to = fields.Date(data_key="to")
    ground = fields.String()


class LicenceSchema(Schema):
    licence_id = fields.String(attribute="reference")
    authority = fields.String()
    country = fields.String()
    kind = fields.String()
    number = fields.String()
    valid_from = fields.Date(attribute="term.valid_from")
    valid_to = fields.Date(attribute="term.valid_to")
    corridors = fields.Raw(attribute="term.corridors")
    sectors = fields.Raw(attribute="term.sectors")
    activities = fields.Raw(attribute="term.activities")
    status_history = fields.List(fields.Nested(StatusSchema), attribute="statuses")


class VerdictSchema(Schema):
    verdict = fields.String()
    on = fields.Date()
    agency = fields.Nested(AgencySchema)
    licence = fields.Nested(LicenceSchema)


ASKED = Question()
ANSWER = VerdictSchema()


def found(session: Session, number: str) -> Licence | None:
    key = session.scalars(
        select(Key).where(Key.kind == "licence_number", Key.value == number, Key.superseded_at.is_(None))
    ).first()
    if key is None:
        return None
    return session.scalars(
        select(Licence)
        .where(Licence.reference == key.licence)
        .options(
            joinedload(Licence.term),
            joinedload(Licence.agency).joinedload(Agency.profile),
            joinedload(Licence.agency).selectinload(Agency.names),
            joinedload(Licence.agency).selectinload(Agency.identifiers),
            selectinload(Licence.statuses),
        )
    ).one()


def verdict_on(licence: Licence, day: date) -> str:
    term = licence.term
    if (term.valid_from and day < term.valid_from) or (term.valid_to and day > term.valid_to):
        return "no"
    existing = [status for status in licence.statuses if not status.held_to or day <= status.held_to]
    return "yes" if existing and all(status.status == "active" for status in existing) else "no"


def create_app() -> Flask:
    app = Flask(__name__)
    api = Api(app, prefix="/api/v1", doc=False)
    sessions = scoped_session(reading_sessions_for(engine_for(os.environ["BENCH_DATABASE_URL"])))
    Limiter(get_remote_address, app=app, default_limits=["1000000 per minute"], headers_enabled=True)

    @api.route("/verify")
    class Verify(Resource):  # type: ignore[misc]
        def get(self) -> Any:
            requested = ASKED.load(request.args)
            licence = found(sessions(), requested["licence_number"])
            if licence is None:
                return {"message": "not found"}, 404
            day = requested.get("on") or datetime.now(UTC).date()
            answer = {"verdict": verdict_on(licence, day), "on": day, "agency": licence.agency, "licence": licence}
            return ANSWER.dump(answer)

    @app.teardown_appcontext
    def end(_error: BaseException | None) -> None:
        sessions.remove()

    @app.after_request
    def conditional(response: Response) -> Response:
        response.add_etag()
        response.make_conditional(request)
        return response

    return app
