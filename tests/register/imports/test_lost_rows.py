"""A list that lost rows proves no silence: end to end, from the file to the verdict."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from registry.register.imports import worker
from registry.register.imports.mapping import read_mapping
from registry.register.imports.queries import pending_imports
from registry.vocabulary.codes import Flaw
from tests.register.imports.fetched import describe, publish
from tests.register.imports.lists import ListImporter, agency, ico, permit, plain_mapping, plain_text
from tests.register.imports.publisher import publishing

UNREADABLE = agency(99, permits=[permit(platnostOd="31.31.2024")])


def ask(client: FlaskClient, **question: Any) -> tuple[str, list[str]]:
    """Verdict and reason codes of a question about a Czech company that works at home."""
    whole = {
        "origin": "CZ",
        "destination": "CZ",
        "nationality": "CZ",
        "recruiter_kind": "agency",
        "activity": "placement",
    } | question
    answer = client.get("/api/v1/verify", query_string=whole).json
    assert answer is not None
    # What the law of the next ninety days brings is told on some days and not on others.
    return answer["verdict"], [one["code"] for one in answer["reasons"] if one["code"] != "law_changes_soon"]


def ask_number(client: FlaskClient, number: int) -> tuple[str, list[str]]:
    return ask(client, registration_number=ico(number), country="CZ")


def test_an_agency_whose_row_was_rejected_is_not_called_unregistered(
    importer: ListImporter, client: FlaskClient
) -> None:
    report = importer.czech(agency(1), agency(2), UNREADABLE, skips_rejects=True)
    assert report.is_applied
    assert any("does not count as full" in note for note in report.notes)
    assert ask_number(client, 1)[0] == "yes"
    for number in (99, 50):
        verdict, codes = ask_number(client, number)
        assert (verdict, codes[0]) == ("unknown", "authority_not_covered")


def test_the_next_whole_reading_makes_silence_speak_again(importer: ListImporter, client: FlaskClient) -> None:
    importer.czech(agency(1), UNREADABLE, skips_rejects=True)
    importer.czech(agency(1), agency(99))
    assert ask_number(client, 99)[0] == "yes"
    assert ask_number(client, 50) == ("no", ["not_registered"])


def test_absence_from_a_list_that_lost_rows_takes_no_licence_away(importer: ListImporter, client: FlaskClient) -> None:
    first = datetime.now(UTC)
    importer.czech(*(agency(number) for number in range(1, 12)))
    with time_machine.travel(first + timedelta(days=10), tick=True):
        report = importer.czech(*(agency(number) for number in range(2, 8)), UNREADABLE, skips_rejects=True)
        assert (report.is_applied, report.counts.vanished, report.counts.delisted_licences) == (True, 0, 0)
        assert ask_number(client, 1)[0] == "yes"
    # It is as fresh as the last list that showed it, and no fresher; one that was shown again is.
    with time_machine.travel(first + timedelta(days=15), tick=True):
        assert ask_number(client, 1)[1][0] == "source_stale"
        assert ask_number(client, 2)[0] == "yes"


def test_a_list_that_lost_rows_and_has_not_changed_since_still_proves_nothing(
    importer: ListImporter, client: FlaskClient
) -> None:
    first = datetime.now(UTC)
    with publishing() as publisher:
        describe(importer, publisher)
        publish(publisher, range(1, 12))
        worker.fetch_source(importer.settings, importer.sessions, "zz-fetched")
        publisher.body = publisher.body.replace(ico(1).encode(), b"")
        with time_machine.travel(first + timedelta(days=1), tick=True):
            assert worker.fetch_source(importer.settings, importer.sessions, "zz-fetched").startswith("held")
            with importer.sessions() as session:
                ((pending, _),) = pending_imports(session)
            assert worker.approve(importer.settings, importer.sessions, pending.reference).is_applied
        with time_machine.travel(first + timedelta(days=19), tick=True):
            assert worker.fetch_source(importer.settings, importer.sessions, "zz-fetched") == "unchanged at its source"
            assert ask_number(client, 50)[0] == "unknown"
        with time_machine.travel(first + timedelta(days=21), tick=True):
            assert ask_number(client, 1)[1][0] == "source_stale"
            assert "source_stale" not in ask_number(client, 2)[1]


def test_a_number_that_some_rows_lack_proves_no_silence(importer: ListImporter, client: FlaskClient) -> None:
    columns = {"name": "Name", "registration_number": "Reg", "number": "Licence", "valid_from": "From"} | {
        "status": "Status"
    }
    kinds = 'kinds = ["cz_zamestnavani_osob"'
    text = plain_text(columns, key="name", kind="cz_zamestnavani_osob", source_more="is_national = true")
    mapping = read_mapping(text.replace(kinds, f'{kinds}, "cz_zprostredkovani_zamestnani"'), "the test's mapping")
    header = "Name,Reg,Licence,From,Status"
    importer.plain(f"A Ltd,{ico(1)},L1,2024-01-01,valid", "B Ltd,,L2,2024-01-01,valid", mapping=mapping, header=header)
    placed = {"activity": "temporary_work", "country": "CZ"}
    assert ask(client, registration_number=ico(50), **placed) == ("unknown", ["list_lacks_number", "disguised_lending"])
    assert ask(client, licence_number="L3", authority="zz-labour", activity="temporary_work")[0] == "no"
    importer.plain(
        f"A Ltd,{ico(1)},L1,2024-01-01,valid", f"B Ltd,{ico(2)},L2,2024-01-01,valid", mapping=mapping, header=header
    )
    assert ask(client, registration_number=ico(50), **placed)[0] == "no"


@pytest.mark.parametrize(
    ("field", "flaw"), [("place", Flaw.CUT_SHORT), ("trade_name", Flaw.TOO_LONG), ("condition", Flaw.CUT_SHORT)]
)
def test_a_long_optional_field_is_cut_and_never_costs_the_row(importer: ListImporter, field: str, flaw: Flaw) -> None:
    columns = {"name": "Name", "registration_number": "Reg", "status": "Status"}
    conditions = ["More"] if field == "condition" else []
    mapping = plain_mapping(columns if conditions else columns | {field: "More"}, conditions=conditions)
    report = importer.plain(f"A Ltd,1,valid,{'x y ' * 300}", mapping=mapping, header="Name,Reg,Status,More")
    assert report.refused_because is None
    assert (report.counts.new, report.is_whole) == (1, True)
    assert [finding.flaw for finding in report.warnings] == [flaw]
    (one,) = importer.records()
    if field == "place":
        assert one.place is not None
        assert (len(one.place) <= 200, one.place[-1]) == (True, "…")
    if conditions:
        assert one.licences[0].conditions is not None
        assert one.licences[0].conditions[0].text.endswith("…")


def test_a_row_that_goes_on_with_an_agency_leaves_its_status_unstated(importer: ListImporter) -> None:
    first = ("A Ltd,1,L1,valid,1.1.2024,", "B Ltd,2,L2,valid,1.1.2024,")
    importer.plain(*first)
    report = importer.plain(first[0], ",,,on hold,,", first[1])
    assert [(one.line, one.flaw.value) for one in report.rejects] == [(3, "name_missing"), (2, "row_in_parts")]
    assert not report.is_applied
    assert importer.plain(first[0], ",,,on hold,,", first[1], skips_rejects=True).is_applied
    assert [one.licences[0].status_history[-1].to is None for one in importer.records()] == [False, True]
