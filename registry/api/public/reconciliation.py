"""Name matching for analysts in the shape that OpenRefine and its kin speak: the Reconciliation Service API of the W3C's group,
version 0.2 (docs/users/reconciliation.md). Reads alone, over the same search as the list of agencies.

A candidate is a `match`, which such programs take over unseen, by whole numbers alone: anyone can borrow a name.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NoReturn

import marshmallow
import msgspec
from flask import Blueprint, Response, request

from registry.core.clock import day_at, now
from registry.core.errors import Fault, InvalidInput, UnsupportedMediaType
from registry.core.ids import read_reference
from registry.http.request_reader import printable, read_object, refuse_encoded
from registry.http.responses import cache_seconds, encode, respond_with
from registry.http.transaction import public_reading, services
from registry.register.agencies import record
from registry.register.agencies.keys import LICENCE_NUMBER, NAME
from registry.register.agencies.listing import Filters, Hit, page_of_agencies
from registry.register.agencies.queries import public_record
from registry.register.authorities.queries import AuthorityDays, authority_days
from registry.register.names.scoring import NEAR
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import IdentifierScheme, NameKind, Role
from schemas.fields import COUNTRIES, line

PATH = "/api/v1/reconcile"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

MAX_QUERIES, MAX_CANDIDATES, MAX_IDS = 10, 25, 50
MAX_NUMBERS = 5
"""Of one query: each is looked for by itself."""
MAX_BYTES = 64 * 1024
MAX_IN_ADDRESS = 8000
MAX_TEXT = 400

TYPES = {
    "agency": "Recruitment agency",
    Role.SENDING.value: "Agency that sends workers",
    Role.RECEIVING.value: "Agency that receives workers",
}
NUMBERS = {
    LICENCE_NUMBER: "Licence number",
    IdentifierScheme.USCC.value: "Unified social credit code (China)",
    IdentifierScheme.VAT.value: "EU VAT number",
    IdentifierScheme.LEI.value: "Legal entity identifier",
    IdentifierScheme.EUID.value: "European unique identifier",
    IdentifierScheme.REGISTRATION_NUMBER.value: "Number in a trade register",
}
COUNTRY = "country"
PROPERTIES = {
    COUNTRY: "Country, ISO 3166-1 alpha-2",
    **NUMBERS,
    "name": "Names",
    "role": "Role",
    "authority": "Authorities",
}
"""What `extend` tells of an agency. No status of a licence is among them: alone it answers no question about a job."""


class Property(msgspec.Struct, forbid_unknown_fields=True):
    """A value of the caller's that an agency should have."""

    pid: str
    v: Any


class Query(msgspec.Struct, forbid_unknown_fields=True):
    """One row of the caller's: a name, numbers, or both."""

    query: str = ""
    type: str | list[str] | None = None
    limit: int = 5
    properties: list[Property] = []
    type_strict: Literal["any", "should", "all"] | None = None


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """A property that an agency's row is extended by."""

    id: str
    settings: dict[str, Any] = {}


class Extension(msgspec.Struct, forbid_unknown_fields=True):
    """Which properties of which agencies are asked for."""

    ids: list[str]
    properties: list[Wanted]


pages = Blueprint("reconciliation", __name__)


@pages.get(PATH)
def show_service() -> Response:
    """The manifest of the service, or the answers to the `queries` that stand in the address."""
    if "queries" in request.args:
        if len(request.args["queries"]) > MAX_IN_ADDRESS:
            _refuse(
                "queries", f"may have {MAX_IN_ADDRESS} characters in an address: send them by POST", Problem.TOO_LONG
            )
        return _answer(_candidates_of(request.args["queries"]))
    if "query" in request.args:
        _refuse("query", "is the form of version 0.1: send `queries`, an object of queries by their keys")
    return _answer(_manifest(services().settings.public_url))


@pages.post(PATH)
def ask_service() -> Response:
    """The answers to `queries`, or what `extend` asks for, either of them as a field of a form."""
    refuse_encoded()
    if request.mimetype != FORM:
        raise UnsupportedMediaType(f"the body must be a form with `queries` or `extend`, and Content-Type say {FORM}")
    request.max_content_length = request.max_form_memory_size = MAX_BYTES
    if "queries" in request.form:
        return _answer(_candidates_of(request.form["queries"]))
    if "extend" in request.form:
        return _answer(_extended(request.form["extend"]))
    _refuse("queries", "is missing: send `queries`, or `extend`, as a field of the form", Problem.MISSING)


@pages.get(f"{PATH}/suggest/<kind>")
def suggest(kind: str) -> Response:
    """What begins with `prefix`, or is like it: entities (agencies), properties or types."""
    prefix = _text("prefix", request.args.get("prefix", ""))
    if kind == "entity":
        # One page of suggestions is all there is.
        is_more = request.args.get("cursor", "0") not in ("", "0")
        hits = [] if is_more or not prefix else _search(Filters(q=prefix), authority_days(public_reading(), now()))
        found = [
            {"id": hit.agency.agency_id, "name": name_of(hit.agency), "description": _describe(hit)} for hit in hits
        ]
        return _answer({"result": found[:MAX_QUERIES]})
    named = {"property": PROPERTIES, "type": TYPES}.get(kind)
    if named is None:
        _refuse("kind", "must be entity, property or type")
    begun = prefix.lower()
    fitting = _named(id_ for id_ in named if begun in id_ or begun in named[id_].lower())
    return _answer({"result": list(fitting)})


@pages.get(f"{PATH}/properties")
def propose_properties() -> Response:
    """What a row can be extended by, whatever its type."""
    type_ = request.args.get("type", "agency")
    if type_ not in TYPES:
        _refuse("type", f"is not known here; known are {', '.join(TYPES)}")
    return _answer({"type": type_, "properties": list(_named(PROPERTIES))})


def _named(ids: Any) -> Iterator[dict[str, str]]:
    for id_ in ids:
        yield {"id": id_, "name": PROPERTIES.get(id_) or TYPES[id_]}


def _answer(value: Any) -> Response:
    return respond_with(encode(value), JSON, cache_seconds(now(), ()), request.environ)


def _manifest(url: str) -> dict[str, Any]:
    return {
        "versions": ["0.2"],
        "name": "Registry of recruitment intermediaries",
        "identifierSpace": f"{url}/api/v1/agencies/",
        "schemaSpace": f"{url}{PATH}/properties",
        "documentation": f"{url}/developers/users/reconciliation.html",
        "defaultTypes": list(_named(TYPES)),
        "view": {"url": f"{url}/en/agencies/{{{{id}}}}"},
        "suggest": {
            kind: {"service_url": url, "service_path": f"{PATH}/suggest/{kind}"}
            for kind in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {"service_url": url, "service_path": f"{PATH}/properties"},
            "property_settings": [],
        },
        "batchSize": MAX_QUERIES,
    }


def _candidates_of(text: str) -> dict[str, Any]:
    queries = _read("queries", text, dict[str, Query])
    if not 0 < len(queries) <= MAX_QUERIES:
        _refuse("queries", f"must hold 1 to {MAX_QUERIES} queries; this holds {len(queries)}", Problem.TOO_MANY)
    days = authority_days(public_reading(), now())
    return {key: {"result": candidates(query, f"queries.{printable(key)}", days)} for key, query in queries.items()}


def candidates(query: Query, place: str, days: AuthorityDays) -> list[dict[str, Any]]:
    """The agencies that a row may mean, the best first. `place` says in faults which row it is.

    One is a match where every number that is given leads to it and to no other, and a name that is given, too, is near its own.
    """
    if not 1 <= query.limit <= MAX_CANDIDATES:
        _refuse(f"{place}.limit", f"must be 1 to {MAX_CANDIDATES}")
    name = _text(f"{place}.query", query.query)
    given = [(one.pid, value) for one in query.properties for value in _values(one, place)]
    filters: dict[str, Any] = {"country": _country(given, place), "role": _role(query, place)}
    numbers = [(pid, value) for pid, value in given if pid != COUNTRY]
    if len(numbers) > MAX_NUMBERS:
        _refuse(f"{place}.properties", f"must hold at most {MAX_NUMBERS} numbers", Problem.TOO_MANY)
    if not name and not numbers:
        _refuse(f"{place}.query", "is empty: give a name, or a number as a property", Problem.MISSING)
    named = {hit.agency.agency_id: hit for hit in _search(Filters(q=name, **filters), days)} if name else {}
    by_number = [
        {hit.agency.agency_id: hit for hit in _numbered(pid, value, filters, days)} for pid, value in numbers
    ] or [{one: hit for one, hit in named.items() if hit.match and hit.match.by != NAME}]
    holders = {one: hit for some in by_number for one, hit in some.items()}
    is_sure = len(holders) == 1 and all(by_number)
    found: list[dict[str, Any]] = []
    for one, hit in (named | holders).items():
        match = named[one].match if one in named else None
        likeness = 0.0 if match is None else match.score
        found.append(
            {
                "id": one,
                "name": name_of(hit.agency),
                "description": _describe(named.get(one, hit)),
                "type": list(_named(["agency", hit.agency.role.value])),
                "score": 100.0 if one in holders else likeness,
                "match": is_sure and one in holders and (not name or likeness >= NEAR),
                "features": [{"id": "name", "value": likeness}, {"id": "number", "value": one in holders}],
            }
        )
    return sorted(found, key=lambda one: (-one["score"], one["id"]))[: query.limit]


def _search(filters: Filters, days: AuthorityDays) -> list[Hit]:
    return page_of_agencies(public_reading(), filters, days, limit=MAX_CANDIDATES).items


def _numbered(pid: str, value: str, filters: dict[str, Any], days: AuthorityDays) -> list[Hit]:
    if pid != LICENCE_NUMBER:
        return _search(Filters(scheme=IdentifierScheme(pid), value=value, **filters), days)
    # Whole numbers come before any name.
    return [hit for hit in _search(Filters(q=value, **filters), days) if hit.match and hit.match.by == LICENCE_NUMBER]


def _values(given: Property, place: str) -> Iterator[str]:
    """The values of a property as texts; those that are empty, as cells of a table are, are left out."""
    here = f"{place}.properties.{printable(given.pid)}"
    if given.pid not in (COUNTRY, *NUMBERS):
        _refuse(here, f"is not known here; known are {', '.join((COUNTRY, *NUMBERS))}", Problem.UNKNOWN_FIELD)
    for value in given.v if isinstance(given.v, list) else [given.v]:
        if isinstance(value, dict):
            value = value.get("id")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            _refuse(here, "must be a text or number, or a list of them")
        if text := _text(here, str(value)):
            yield text


def _country(given: list[tuple[str, str]], place: str) -> str | None:
    countries = {value.upper() for pid, value in given if pid == COUNTRY}
    if len(countries) > 1 or countries - COUNTRIES:
        _refuse(f"{place}.properties.{COUNTRY}", "must be one country, by its two letters, like CZ")
    return countries.pop() if countries else None


def _role(query: Query, place: str) -> Role | None:
    types = {query.type} if isinstance(query.type, str) else set(query.type or ())
    if types - TYPES.keys():
        _refuse(f"{place}.type", f"is not known here; known are {', '.join(TYPES)}")
    return Role(types.pop()) if len(types) == 1 and "agency" not in types else None


def name_of(agency: record.Agency) -> str:
    """The agency's legal name, or whichever it has; its reference where none is public."""
    names = sorted(agency.names, key=lambda one: (one.to is not None, one.kind is not NameKind.LEGAL))
    return names[0].name if names else agency.agency_id


def _describe(hit: Hit) -> str:
    """Where an agency sits, which end of the corridor it serves, and by what it was found."""
    what = f"{hit.agency.country}, {hit.agency.role.value}"
    if hit.match is None:
        return what
    by = f"{hit.match.kind.value} name" if hit.match.kind else hit.match.by.replace("_", " ")
    return f"{what}; found by its {by} {hit.match.value}"


_TOLD: dict[str, Callable[[record.Agency], list[str | None]]] = {
    COUNTRY: lambda agency: [agency.country],
    "name": lambda agency: [one.name for one in agency.names],
    "role": lambda agency: [agency.role.value],
    "authority": lambda agency: [one.authority for one in agency.licences],
    LICENCE_NUMBER: lambda agency: [one.number for one in agency.licences],
}


def _extended(text: str) -> dict[str, Any]:
    asked = _read("extend", text, Extension)
    if len(asked.ids) > MAX_IDS:
        _refuse("extend.ids", f"must hold at most {MAX_IDS}; this holds {len(asked.ids)}", Problem.TOO_MANY)
    wanted = list(dict.fromkeys(one.id for one in asked.properties))
    if unknown := [id_ for id_ in wanted if id_ not in PROPERTIES]:
        _refuse(f"extend.properties.{printable(unknown[0])}", f"is not known here; known are {', '.join(PROPERTIES)}")
    return {"meta": list(_named(wanted)), "rows": {id_: _row(id_, wanted) for id_ in asked.ids}}


def _row(id_: str, wanted: list[str]) -> dict[str, Any]:
    """What an agency has of each property; nothing where there is no such agency."""
    reference = read_reference(id_)
    agency = public_record(public_reading(), reference, day_at(now(), None)) if reference else None
    return {
        property_: []
        if agency is None
        else [{"str": value} for value in dict.fromkeys(_of(agency, property_)) if value]
        for property_ in wanted
    }


def _of(agency: record.Agency, property_: str) -> list[str | None]:
    if told := _TOLD.get(property_):
        return told(agency)
    return [one.value for one in agency.identifiers if one.scheme.value == property_]


def _read(name: str, text: str, shape: Any) -> Any:
    value, faults = read_object(text.encode("utf-8", "surrogatepass"))
    if faults:
        raise InvalidInput(faults)
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        _refuse(name, f"is not as the Reconciliation Service API 0.2 has it: {error}")


def _text(name: str, text: str) -> str:
    try:
        return line(text.strip(), MAX_TEXT) if text.strip() else ""
    except marshmallow.ValidationError as error:
        _refuse(name, str(error.messages[0]))


def _refuse(name: str, detail: str, code: Problem = Problem.INVALID_VALUE) -> NoReturn:
    raise InvalidInput([Fault(name, code, detail)])
