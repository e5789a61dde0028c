"""What the registry stands on: coverage, authorities, regimes, sectors, help lines."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from flask import request
from sqlalchemy import select

from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.http.question_parser import known_instant
from registry.http.responses import Answer, cache_seconds, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import public_reading, verdicts
from registry.i18n import languages, names, wording
from registry.log.models import LogState
from registry.register.authorities.queries import snapshot_at
from registry.register.authorities.sources import AuthorityFacts, SourceFacts, SourceSnapshot
from registry.register.help_lines import HelpLine, help_lines_in, lines_of, public_number
from registry.register.law.law_view import country_payload, law_payload
from registry.register.law.overlays.queries import overlay_payload, published_overlays
from registry.vocabulary.register import CORRIDOR_SECTORS, EU_STATES, NACE_REVISIONS, SENDING_COUNTRIES, Language
from schemas import directory
from schemas.law import RegimesQuerySchema, RegimesSchema
from schemas.parameters import sector_label

_SOURCE = directory.CoverageItemSchema.of(SourceFacts, computed=["name", "kinds", "stale_at", "is_stale"])
_AUTHORITY = directory.AuthoritySchema.of(AuthorityFacts, computed=["name"])

ns = Namespace("directory", path="/")


@ns.route("/coverage")
class Coverage(Resource):
    @request_schema(directory.CoverageQuerySchema())
    @response_schema(directory.CoverageSchema(), "getCoverage")
    def get(self, country: str | None = None, known_at: datetime | None = None) -> Answer:
        """Read which lists the registry holds, how complete and how fresh.

        Outside of full and fresh lists "not found" means `unknown`, never `no`.
        """
        at = now()
        language = requested_language(request.environ)
        as_of = at if known_at is None else known_instant(known_at, at)
        snapshot = verdicts().current_snapshot() if known_at is None else snapshot_at(public_reading(), as_of)
        sources = [source for source in snapshot.sources.values() if country in (None, source.country)]
        corridor = sorted(SENDING_COUNTRIES) + sorted(EU_STATES)
        value = {
            "items": [source_payload(source, snapshot, as_of, language) for source in sources],
            "not_covered": [
                place
                for place in (corridor if country is None else [country])
                if not any(is_relied_on(source, as_of) for source in sources if source.country == place)
            ],
        }
        return Answer(value, cache_seconds(at, (), (source.stale_at() for source in sources)), language=language)


@ns.route("/authorities")
class Authorities(Resource):
    @request_schema(directory.CountryQuerySchema())
    @response_schema(directory.AuthoritiesSchema(), "listAuthorities")
    def get(self, country: str | None = None) -> Answer:
        """List the authorities that the registry knows."""
        language = requested_language(request.environ)
        snapshot = verdicts().current_snapshot()
        items = [
            _AUTHORITY.write(facts, name=names.authority_name(language, facts.reference, snapshot))
            for facts in snapshot.authorities.values()
            if country in (None, facts.country)
        ]
        return Answer({"items": items}, language=language)


@ns.route("/regimes")
class Regimes(Resource):
    @request_schema(RegimesQuerySchema())
    @response_schema(RegimesSchema(), "listRegimes")
    def get(self, country: str | None = None, activity: str | None = None, on: date | None = None) -> Answer:
        """List the law that the registry holds: what each country asks for an activity, its limits, routes and fees.

        Each row has its article, source, day and mark, and says what it may do to an answer. What is not listed is unknown.
        """
        at = now()
        law = verdicts().current_law()
        rows = law_payload(law, day_at(at, None), country=country, activity=activity, on=on)
        countries = [country_payload(one) for one in law.countries.values() if country in (None, one.country)]
        value = {"countries": countries}
        value |= {_LAW_NAMES.get(table, table): payload for table, payload in rows.items() if table != "help_line"}
        value["overlays"] = [overlay_payload(row) for row in published_overlays(public_reading())]
        return Answer(value, cache_seconds(at, ()))


_LAW_NAMES = {
    "regime": "items", "limit": "limits", "permit_route": "permit_routes", "fee": "fees", "right": "rights",
    "authority": "authorities", "official_list": "official_lists", "penalty": "penalties",
}  # fmt: skip


@ns.route("/sectors")
class Sectors(Resource):
    @request_schema()
    @response_schema(directory.SectorsSchema(), "listSectors")
    def get(self) -> Answer:
        """List the classes of work in which workers of these corridors are most at risk."""
        language = requested_language(request.environ)
        revision = NACE_REVISIONS[0]
        items = [
            {
                "code": code,
                "nace_revision": revision,
                "name": languages.text(language, f"sector.{code}"),
                "label": sector_label(code, revision),
            }
            for code in CORRIDOR_SECTORS
        ]
        return Answer({"items": items}, language=language)


@ns.route("/help-lines")
class HelpLines(Resource):
    @request_schema(directory.CountryQuerySchema())
    @response_schema(directory.HelpLinesSchema(), "listHelpLines")
    def get(self, country: str | None = None) -> Answer:
        """List who helps, by country, and who runs each line.

        With `country`: whom somebody who is there can call. A number stands here once the registry has called it, or where a
        public body published it; a demonstration shows all. `is_number_checked` says which were called.
        """
        language = requested_language(request.environ)
        is_demo = bool(public_reading().execute(select(LogState.is_demo)).scalar_one())
        every = help_lines_in(verdicts().current_law())
        lines = every if country is None else lines_of(country, every, language)
        return Answer({"items": list(lines_payload(lines, is_demo, language))}, language=language)


def source_payload(
    source: SourceFacts, snapshot: SourceSnapshot, as_of: datetime, language: Language
) -> dict[str, Any]:
    return _SOURCE.write(
        source,
        name=names.authority_name(language, source.authority, snapshot),
        kinds=sorted(source.kinds),
        stale_at=None if source.retrieved_at is None else source.stale_at(),
        is_stale=is_stale(source, as_of),
    )


def is_stale(source: SourceFacts, as_of: datetime) -> bool:
    stale_at = source.stale_at()
    return stale_at is not None and as_of >= stale_at


def is_relied_on(source: SourceFacts, as_of: datetime) -> bool:
    """Whether somebody's absence from the list may mean anything."""
    return source.is_full and source.retrieved_at is not None and not is_stale(source, as_of)


def lines_payload(lines: Iterable[HelpLine], is_demo: bool, language: Language) -> Iterator[dict[str, Any]]:
    for line in lines:
        number = public_number(line, is_demo=is_demo)
        yield msgspec.to_builtins(line) | {
            "number": number,
            # What may not be called here is not to be called from abroad either.
            "number_abroad": line.number_abroad if is_demo or line.is_given else None,
            "whatsapp": line.whatsapp if is_demo or line.is_given else None,
            "kind_text": None if line.kind is None else wording.word(language, "line_kind", line.kind),
            "is_number_checked": line.checked_on is not None or line.is_emergency,
            "run_by_text": wording.word(language, "run_by", line.run_by),
        }
