"""The check compiled from a schema and marshmallow's own loading give the same, or the check leaves it to the loading."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.errors import InvalidInput
from registry.http.query_reader import QueryReader
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Activity
from schemas.corridor import CorridorQuerySchema
from schemas.directory import CoverageQuerySchema
from schemas.law import RegimesQuerySchema
from schemas.lists import AgenciesQuerySchema
from schemas.verify import VerifySchema

SCHEMAS = [VerifySchema(), CorridorQuerySchema(), AgenciesQuerySchema(), RegimesQuerySchema(), CoverageQuerySchema()]
NAMES = sorted({name for schema in SCHEMAS for name in schema.load_fields} | {"foo", "", "licence_number "})
VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["CZ", "it", "XX", "2026-11-24", "2026-02-30", "14.10", "1410", "2.0", "placement", "Placement", "suspended", "20",
         "A  B", " A", "A ", "ÄÖ 虚构", "e\u0301", "2026-11-24T10:00:00Z", "a" * 401, "\ufb01", "sending"]
    ),
)  # fmt: skip
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5)


@given(st.sampled_from(SCHEMAS), QUERIES)
def test_the_compiled_check_never_gives_another_answer(schema: Any, pairs: list[tuple[str, str]]) -> None:
    reader = QueryReader(schema)
    query = "&".join(f"{quote(name)}={quote(value, errors='surrogatepass')}" for name, value in pairs)
    quickly = reader._quickly(query)
    if quickly is not None:
        assert quickly == reader._slowly(query)


@pytest.mark.parametrize(
    "query",
    [
        {"licence_number": "CZ/12-3 A", "destination": "CZ", "sector": "14.10"},
        {"licence_number": "虚构第001号", "origin": "CN", "activity": "placement", "on": "2026-11-24"},
        {"registration_number": "00000019", "country": "CZ"},
        {"name": "Agentura Smyšlená s.r.o."},
    ],
)
def test_usual_questions_are_read_the_quick_way(query: dict[str, str]) -> None:
    usual = {name: value for name, value in query.items() if name != "sector"}
    assert QueryReader(VerifySchema())._quickly(urlencode(usual)) is not None


def test_words_of_a_closed_set_are_read_as_such() -> None:
    reader = QueryReader(VerifySchema())
    for text in ("placement", "PLACEMENT", "ｐｌａｃｅｍｅｎｔ"):
        assert reader.loaded(urlencode({"name": "x", "activity": text}))["activity"] is Activity.PLACEMENT


def test_every_wrong_parameter_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        QueryReader(VerifySchema()).loaded("name=x&name=y&foo=1&on=z&origin=%FF")
    assert {(fault.parameter, fault.code) for fault in refused.value.faults} == {
        ("name", Problem.DOUBLED_PARAMETER),
        ("foo", Problem.UNKNOWN_PARAMETER),
        ("on", Problem.NOT_A_DATE),
        ("origin", Problem.INVALID_VALUE),
    }


def test_a_flood_of_parameters_is_not_repeated() -> None:
    with pytest.raises(InvalidInput) as refused:
        QueryReader(VerifySchema()).loaded("&".join(f"p{number}{'x' * 500}=1" for number in range(500)))
    assert len(refused.value.faults) == 20
    assert all(len(fault.parameter) <= 60 for fault in refused.value.faults)
