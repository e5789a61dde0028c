"""The list of agencies, one agency, its history and its licences."""

from datetime import date, datetime
from typing import Any

import msgspec

from registry.api.cursors import cursor_of, place_of, refuse
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.core.ids import read_reference
from registry.http.answer_shapes import hit_payload, licence_with
from registry.http.request_reader import FieldChoice
from registry.http.responses import Answer, cache_seconds, encode_answer
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import public_reading, verdicts
from registry.register.agencies import queries, record
from registry.register.agencies.listing import Filters, Hit, Place, page_of_agencies
from registry.register.authorities.queries import authority_days
from registry.register.authorities.sources import SourceSnapshot
from registry.supervision.entries.queries import reply_to
from registry.verification.verdicts.licence_rules import standing_on
from registry.verification.verdicts.queries import public_record
from registry.vocabulary.record import AgencySummary, Match
from schemas import agencies
from schemas.entries import RepliesSchema

ns = Namespace("agencies", path="/")

NEWEST = 2**62
"""An index beyond every entry."""


@ns.route("/agencies")
class Agencies(Resource):
    @request_schema(agencies.AgenciesQuerySchema())
    @response_schema(agencies.AgenciesSchema(), "listAgencies")
    def get(
        self,
        limit: int = agencies.DEFAULT_PAGE_SIZE,
        cursor: str | None = None,
        chosen: str | None = None,
        **filters: Any,
    ) -> Answer:
        """List and search agencies.

        With `q` the best matches come first, each with its score and what matched; otherwise in the order of registration.
        """
        at = now()
        choice = None if chosen is None else FieldChoice(chosen, agencies.AgencyHitSchema())
        after = None if cursor is None else _place(filters, cursor)
        session = public_reading()
        page = page_of_agencies(session, Filters(**filters), authority_days(session, at), limit=limit, after=after)
        next_cursor = None if page.next_place is None else cursor_of(filters, list(page.next_place))
        items = [listed(hit) for hit in page.items]
        if choice is not None:
            items = [msgspec.Raw(choice.of(encode_answer(one))) for one in items]
        value = {"items": items, "next_cursor": next_cursor, "total": page.total}
        return Answer(value, cache_seconds(at, verdicts().current_snapshot().time_zones()))


@ns.route("/agencies/<agency_id>")
class OneAgency(Resource):
    @request_schema()
    @response_schema(agencies.AgencySchema(), "getAgency", (404,))
    def get(self, agency_id: str) -> Answer:
        """Read the public record of an agency."""
        at = now()
        agency, _ = known_agency(agency_id, at)
        return Answer(record.whole_agency(agency), cache_seconds(at, ()))


@ns.route("/agencies/<agency_id>/history")
class AgencyHistory(Resource):
    @request_schema(agencies.PageSchema())
    @response_schema(agencies.HistorySchema(), "getAgencyHistory", (404,))
    def get(self, agency_id: str, limit: int = agencies.DEFAULT_PAGE_SIZE, cursor: str | None = None) -> Answer:
        """Read what the registry said of an agency over time, newest first.

        Corrections add and never overwrite. What the law no longer lets us show is withheld here as well.
        """
        at, session, reference = now(), public_reading(), reference_of(agency_id)
        row = queries.agency_row(session, reference)
        if row is None:
            raise _unknown_agency()
        after = NEWEST if cursor is None else _index(reference, cursor)
        found = queries.history(session, row.id, day_at(at, None), after=after, limit=limit + 1)
        next_cursor = cursor_of(reference, [found[limit - 1].index]) if len(found) > limit else None
        value = {"items": found[:limit], "next_cursor": next_cursor, "total": queries.history_length(session, row.id)}
        return Answer(value, cache_seconds(at, ()))


@ns.route("/agencies/<agency_id>/replies")
class AgencyReplies(Resource):
    @request_schema()
    @response_schema(RepliesSchema(), "getAgencyReplies", (404,))
    def get(self, agency_id: str) -> Answer:
        """Read what an agency says to a sanction or warning on its entry.

        These are its own words, which its authority let be shown. They are in no log, and may be taken down.
        """
        at = now()
        agency, _ = known_agency(agency_id, at)
        reply = reply_to(public_reading(), agency, day_at(at, None))
        items = [] if reply is None else [{"text": reply.text, "shown_on": reply.shown_on}]
        return Answer({"items": items}, cache_seconds(at, ()))


@ns.route("/agencies/<agency_id>/licences")
class AgencyLicences(Resource):
    @request_schema(agencies.DaySchema())
    @response_schema(agencies.LicencesSchema(), "getAgencyLicences", (404,))
    def get(self, agency_id: str, on: date | None = None) -> Answer:
        """Read an agency's licences with the status of each on a day."""
        at = now()
        agency, ground = known_agency(agency_id, at)
        items = [licence_on(licence, agency, ground, on, at) for licence in agency.licences]
        return Answer({"items": items}, cache_seconds(at, (ground.time_zone(one.authority) for one in agency.licences)))


@ns.route("/licences/<licence_id>")
class OneLicence(Resource):
    @request_schema(agencies.DaySchema())
    @response_schema(agencies.LicenceAnswerSchema(), "getLicence", (404,))
    def get(self, licence_id: str, on: date | None = None) -> Answer:
        """Read a licence with its status on a day."""
        at = now()
        reference = reference_of(licence_id)
        reader = verdicts()
        found = reader.lookup.by_licence(reference)
        if not found.records:
            raise NotFound("there is no licence of this reference")
        agency = public_record(found.records[0], at)
        snapshot = reader.coverage_at(found.snapshot_version).snapshot
        licence = next(one for one in agency.licences if one.licence_id == reference)
        keep = cache_seconds(at, (snapshot.time_zone(licence.authority),))
        return Answer(licence_on(licence, agency, snapshot, on, at), keep)


def known_agency(text: str, at: datetime) -> tuple[record.Agency, SourceSnapshot]:
    """The record of an agency as it may be shown, and the ground. Raises NotFound."""
    reader = verdicts()
    found = reader.lookup.by_agency(reference_of(text))
    if not found.records:
        raise _unknown_agency()
    return public_record(found.records[0], at), reader.coverage_at(found.snapshot_version).snapshot


def licence_on(
    licence: record.Licence, agency: record.Agency, snapshot: SourceSnapshot, on: date | None, at: datetime
) -> msgspec.Raw:
    """A licence with its holder and its status on a day, today where the authority sits if none is named."""
    day = on or day_at(at, snapshot.time_zone(licence.authority))
    status = standing_on(licence, agency, day).status
    return licence_with(licence, agency_id=agency.agency_id, on=day, status=status)


def listed(hit: Hit) -> AgencySummary | msgspec.Raw:
    match = hit.match
    if match is None:
        return record.agency_summary(hit.agency)
    return hit_payload(hit.agency, match.score, Match(match.by, match.value, match.kind, match.how))


def reference_of(text: str) -> str:
    reference = read_reference(text)
    if reference is None:
        raise NotFound("this is no reference of the registry: its check character does not fit, so one is mistyped")
    return reference


def _unknown_agency() -> NotFound:
    return NotFound("there is no agency of this reference")


def _place(filters: dict[str, Any], cursor: str) -> Place:
    match place_of(filters, cursor):
        case [int(rank), int(agency_id)]:
            return Place(rank, agency_id)
        case _:
            refuse()


def _index(reference: str, cursor: str) -> int:
    match place_of(reference, cursor):
        case [int(index)]:
            return index
        case _:
            refuse()
