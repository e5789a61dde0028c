"""Many questions by the client: which rows are taken, how they are sent, and what becomes of the answers."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from registry_client.api import Client
from registry_client.api.answers import Corridor, Verdict
from registry_client.api.bulk import QUESTION_FIELDS, Answers, item_of
from registry_client.api.errors import BadInput, UnexpectedAnswer
from registry_client.api.rows import File, taken

from tests.client.api_site import Reply, Request, Site, answering

YES = {"verdict": "yes", "reasons": [{"code": "licence_active", "text": "in force"}], "on": "2026-11-24"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with answering() as site:
        yield site


class Frame:
    """As a data frame behaves, without one: columns, records, and a copy with more columns."""

    def __init__(self, **columns: list[Any]) -> None:
        self.columns = columns

    def to_dict(self, orient: str) -> list[dict[str, Any]]:
        assert orient == "records"
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    def assign(self, **columns: list[Any]) -> "Frame":
        return Frame(**self.columns | columns)


class Scalar:
    """A number of a frame's own kind."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def item(self) -> Any:
        return self.value


def test_rows_of_dicts_and_frames_become_questions() -> None:
    frame = Frame(
        ours=["a", "b", "c"],
        vat=["IT00000099994", None, float("nan")],
        licence=[float("nan"), 12.0, Scalar(7)],
        day=[datetime.fromisoformat("2026-11-24"), date(2026, 11, 25), ""],
        notes=["never", "sent", "on"],
    )
    columns = {"ours": "key", "vat": "vat", "licence": "licence_number", "day": "on"}
    assert taken(frame, QUESTION_FIELDS, columns) == [
        {"key": "a", "vat": "IT00000099994", "on": "2026-11-24"},
        {"key": "b", "licence_number": "12", "on": "2026-11-25"},
        {"key": "c", "licence_number": "7"},
    ]


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        ([{"destinaton": "IT"}], None, "row 0: 'destinaton' is no field; is 'destination' meant"),
        ([{"vat": "1"}, {"vat": ["x"]}], None, "row 1: vat: text, a number or a day is expected, not list"),
        ([{"vat": True}], None, "row 0: vat: true and false"),
        (["IT1"], None, "row 0: a mapping of fields is expected"),
        ([{"a": "1"}], {"a": "licence"}, "columns: 'licence' is no field; is 'licence_number' meant"),
        ("list.pdf", None, r"list\.pdf: a name that ends in \.csv"),
        ("list.csv", {"a": "vat"}, "read by the registry"),
    ],
)
def test_a_row_that_cannot_be_sent_is_named(rows: Any, columns: dict[str, str] | None, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        taken(rows, QUESTION_FIELDS, columns)


def answered(request: Request) -> Reply:
    items = request.json()["items"]
    return Reply({"items": [{"key": one.get("key"), "answer": YES} for one in items], "counts": {}})


def test_without_a_key_they_go_by_the_hundred_and_with_one_at_once_in_their_order(site: Site) -> None:
    site.otherwise = answered
    rows = [{"key": str(place), "vat": "IT00000099994"} for place in range(250)]
    stated: list[tuple[int, int]] = []
    with Client(site.url) as client:
        answers = client.verify_many(rows, progress=lambda done, total: stated.append((done, total)))
    assert [item.key for item in answers] == [row["key"] for row in rows]
    assert stated == [(100, 250), (200, 250), (250, 250)]
    site.asked.clear()
    with Client(site.url, key="rrk_invented") as client:
        assert client.verify_many(rows).counts == {"yes": 250, "no": 0, "unknown": 0, "error": 0}
        assert len(site.asked) == 1
    with Client(site.url) as client, pytest.raises(BadInput, match="10001 rows"):
        client.verify_many(rows * 40 + rows[:1])
    site.otherwise = lambda request: Reply({"items": [], "counts": {}})
    with Client(site.url) as client, pytest.raises(UnexpectedAnswer, match="3 were asked and 0 answered"):
        client.verify_many(rows[:3])


def test_a_file_goes_unchanged_with_a_map_of_its_columns(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "suppliers.csv"
    file.write_bytes("供应商,vat\n甲,IT00000099994\n".encode("gb18030"))
    given = {"items": [{"key": None, "line": 2, "answer": YES}], "counts": {}}
    given["columns"] = {"fields": {"vat": "vat"}, "ignored": ["供应商"]}  # type: ignore[assignment]
    site.replies.append(Reply(given))
    with Client(site.url) as client:
        answers = client.verify_many(file)
    assert (answers[0].line, answers.columns, answers.ignored) == (2, {"vat": "vat"}, ("供应商",))
    assert (site.asked[-1].headers["Content-Type"], site.asked[-1].body) == ("text/csv", file.read_bytes())
    assert File(file, "text/csv").content(3) is None
    with pytest.raises(BadInput, match=r"gone\.csv: No such file"):
        File(tmp_path / "gone.csv", "text/csv").content(3)


def test_answers_become_a_table_that_runs_no_formula(tmp_path: Path) -> None:
    wrong = {"key": "=HYPERLINK(1)", "errors": [{"parameter": "lei", "code": "impossible_lei", "detail": "is none"}]}
    stated = [
        {"key": "+1", "answer": YES | {"agency": {"agency_id": "A", "country": "CN", "names": [{"name": "@x"}]}}},
        wrong,
    ]
    answers = Answers(tuple(item_of(Verdict, one, "x") for one in stated))
    target = tmp_path / "answers.csv"
    answers.to_csv(target)
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert [(row["key"], row["verdict"], row["agency"], row["error"]) for row in rows] == [
        ("'+1", "yes", "'@x", ""),
        ("'=HYPERLINK(1)", "error", "", "lei: is none"),
    ]
    assert list(tmp_path.iterdir()) == [target]
    frame = answers.added_to(Frame(supplier=["a", "b"]))
    assert frame.columns["supplier"] == ["a", "b"]
    assert frame.columns["registry_verdict"] == ["yes", "error"]


def test_a_corridor_s_row_has_its_legs() -> None:
    legs = [{"leg": leg, "verdict": "no", "reasons": [{"code": "expired"}]} for leg in ("sending_licence", "agreement")]
    steps = [{"code": "pay_wages", "text": "First what is owed."}]
    one = {"key": None, "answer": {"verdict": "no", "legs": legs}, "steps": steps}
    answers = Answers((item_of(Corridor, one, "x"),))
    row = answers.rows()[0]
    assert (row["verdict"], row["agreement"], row["agreement_reason"]) == ("no", "no", "expired")
    assert answers[0].steps[0].code == "pay_wages"
    assert answers.csv().startswith("key,line,verdict,sending_licence,")
