"""Calls all operations of an OpenAPI document with generated input."""

import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Set
from pathlib import Path
from typing import Any
from zlib import crc32

from flask.testing import FlaskClient
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario
from schemathesis.schemas import BaseSchema

from registry.api import api_keys
from registry.api.officers import endpoints
from tests import conftest

SAMPLED = 4 if conftest.is_everything else 2
"""How many countries stand for all where generated requests differ in nothing else."""
TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
WRONG = 3 if conftest.is_everything else 1
ANSWERED_ALIKE = frozenset(
    {
        CoverageScenario.UNSPECIFIED_HTTP_METHOD,
        CoverageScenario.MALFORMED_CONTENT_TYPE,
        CoverageScenario.UNSUPPORTED_CONTENT_TYPE,
        CoverageScenario.OBJECT_UNEXPECTED_PROPERTIES,
    }
)
"""What the same code answers for all operations: `make test` sends one of each to an operation, `make test-all` all."""

_COUNTRY = re.compile(r'"[A-Z]{2}"')


def config_from(path: Path) -> SchemathesisConfig:
    """The configuration in a file, of whose examples `make test` invents half."""
    config = SchemathesisConfig.from_path(path)
    generation = config.projects.default.generation
    if not conftest.is_everything:
        generation.max_examples = (generation.max_examples + 1) // 2
    return config


def needs_an_officer(context: Any) -> bool:
    """Whether an operation is of the officers' API, which is served where the console is."""
    return {endpoints.NEEDS_TOKEN: []} in context.operation.definition.raw.get("security", [])


def needs_a_key(context: Any) -> bool:
    """Whether an operation is for organisations' programs alone."""
    security = context.operation.definition.raw.get("security", [])
    return {api_keys.NEEDS_KEY: []} in security and {} not in security


def let_in(schema: BaseSchema, client: FlaskClient, make: Callable[[], str], *, reads: str, ending: Set[str]) -> None:
    """Send a token from `make` with every request; another after one of the operations `ending` has ended it.

    Whether one has is seen by what the path `reads` answers."""

    @schema.auth(refresh_interval=None)
    class Access:
        def __init__(self) -> None:
            self._token = make()
            self._last = ""

        def get(self, case: Any, _context: Any) -> str:
            if self._last in ending and client.get(reads, headers=bearer(self._token)).status_code == 401:
                self._token = make()
            self._last = case.operation.definition.raw["operationId"]
            return self._token

        def set(self, case: Any, token: str, _context: Any) -> None:
            case.headers = {**(case.headers or {}), **bearer(token)}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def asked_of(schema: BaseSchema) -> int:
    """Ask everything of a schema; gives how many requests that were. Fails with what was not answered as documented."""
    requested, found = 0, []
    _sample(schema)
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            requested += len(event.recorder.cases)
            found += list(complaints_in(event))
    assert not found, "\n\n".join(found[:10])
    return requested


def _sample(schema: BaseSchema) -> None:
    """Of generated requests that differ in nothing but which countries they name, `SAMPLED` are sent; of the wrong types of a
    value, `WRONG` each time, other ones at each place; of what is `ANSWERED_ALIKE`, one each.

    A question has up to four countries of 250: without this nine of ten requests were the same one.
    """
    counts: Counter[Hashable] = Counter()

    @schema.hook  # type: ignore[untyped-decorator]
    def filter_case(context: Any, case: Any) -> bool:
        phase = case.meta.phase.data if case.meta is not None else None
        if not isinstance(phase, CoveragePhaseData):
            return True
        place = (case.operation.label, case.method, case.media_type, phase.scenario, phase.parameter, phase.location)
        if phase.scenario == CoverageScenario.INCORRECT_TYPE:
            counts[place] += 1
            return (counts[place] + crc32(repr(place).encode())) % len(TYPES) < WRONG
        if phase.scenario in ANSWERED_ALIKE and not conftest.is_everything:
            counts[place[:1], phase.scenario] += 1
            return counts[place[:1], phase.scenario] == 1
        given = (case.path_parameters, case.query, case.body if case.body.__class__ in (dict, list, str) else None)
        alike = (place, _COUNTRY.sub('""', json.dumps(given, default=repr, sort_keys=True)))
        counts[alike] += 1
        return counts[alike] <= SAMPLED


def complaints_in(event: events.ScenarioFinished) -> Iterator[str]:
    for case_id, checks in event.recorder.checks.items():
        is_partial = has_chosen_fields(event.recorder.cases[case_id].value)
        for check in checks:
            if check.status is not Status.SUCCESS and check.failure_info is not None:
                if is_partial and check.name == "response_schema_conformance":
                    continue
                found = check.failure_info
                what = f"{event.recorder.label}: {check.name}: {found.failure.message}"
                yield f"{what}\n{found.code_sample}\n{_answer_to(case_id, event)}"


def _answer_to(case_id: str, event: events.ScenarioFinished) -> str:
    sent = event.recorder.interactions.get(case_id)
    if sent is None or sent.response is None:
        return "no answer is recorded"
    return f"answered {sent.response.status_code}: {(sent.response.content or b'')[:400]!r}"


def has_chosen_fields(case: Any) -> bool:
    """Whether the request asks for some fields alone (`fields`): its answer lacks the others, which no schema can say."""
    return any("fields" in given for given in (case.query, case.body) if isinstance(given, dict))
