"""Lists of states that have no licence kind of their own: end to end, from the file to a yes and a no."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from msgspec.structs import replace

from registry.register.imports.mapping import SourceMapping, read_mapping, shipped_mapping
from registry.vocabulary.register import Activity, LicenceKind
from tests.register.imports.lists import ListImporter, ico
from tests.register.imports.shipped_lists import LISTS

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    """The lists' own days, and Dutch law, end in 2027."""
    with time_machine.travel(datetime(2026, 11, 28, 12, tzinfo=UTC), tick=True):
        yield


GUIDE = Path("docs/operators/sources.md").read_text(encoding="utf-8")
EXAMPLE = GUIDE.split("## A new list, step by step", 1)[1].split("\n3. ", 1)[0]


def indented(first: str) -> str:
    """The block of the guide's example that begins with a line."""
    head, *others = EXAMPLE[EXAMPLE.index(first) :].splitlines()
    block = takewhile(lambda line: not line or line.startswith("  "), others)
    return "\n".join(line.strip() for line in (head, *block)).strip() + "\n"


def ask(client: FlaskClient, country: str, **question: Any) -> tuple[str, str]:
    """Verdict and first code of a question by a citizen who works at home."""
    whole = {
        "origin": country,
        "destination": country,
        "nationality": country,
        "recruiter_kind": "agency",
        "visa": "work",
    } | question
    whole |= {"country": country} if "registration_number" in question else {}
    answer = client.get("/api/v1/verify", query_string=whole).json
    assert answer is not None
    return answer["verdict"], answer["reasons"][0]["code"]


def full(mapping: SourceMapping) -> SourceMapping:
    """The mapping as an operator has it who compared the list and knows that it holds everybody."""
    return replace(mapping, source=replace(mapping.source, is_full=True, is_national=True))


def test_the_example_of_the_guide_answers_yes_and_no(importer: ListImporter, client: FlaskClient) -> None:
    mapping = read_mapping(indented('dates = ["d.m.y"]'), "the guide")
    assert mapping.source.kinds == [LicenceKind.OTHER_EU]
    listed = importer.folder / "zoznam.csv"
    listed.write_text(indented("Zoznam agentúr").replace("platné;...", "platné;"), encoding="utf-8")
    report = importer.take(listed, mapping)
    assert report.is_applied, report.notes
    question = {"registration_number": "00000019", "activity": "temporary_work"}
    assert ask(client, "SK", **question) == ("yes", "licence_active")
    assert ask(client, "SK", **question | {"registration_number": ico(2)}) == ("no", "not_registered")
    # The list is about hiring out alone: it says neither that the agency may place workers nor that another may not.
    assert ask(client, "SK", **question | {"activity": "placement"})[0] != "yes"
    silent = ask(client, "SK", registration_number=ico(2), activity="placement")
    assert silent == ("unknown", "authority_not_covered")


STATES = {
    "es-ett": ("temporary_work", "placement"),
    "lt-vdi": ("temporary_work", "placement"),
    "hu-nfsz": ("temporary_work", "placement"),
    "si-mddsz": ("temporary_work", "placement"),
    "ro-mmps": ("temporary_work", "placement"),
    "sk-upsvar": ("temporary_work", "placement"),
    "ie-wrc": ("placement", None),
    "lv-nva": ("placement", None),
    "at-gisa": ("temporary_work", None),
    "nl-waadi": ("temporary_work", "placement"),
}
"""An activity that the list is about, and one that it is not."""

NOTICES = {"ee-mtr": "temporary_work", "dk-rut": "temporary_work", "pt-colocacao": "placement"}
"""Lists of notices, where the law asks for no licence."""


def take(importer: ListImporter, name: str) -> None:
    """Import the invented list of a shipped description, as one that is full."""
    mapping = full(shipped_mapping(name))
    path = importer.folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(LISTS[name][1:])
    assert importer.take(path, mapping).is_applied


@pytest.fixture
def states(importer: ListImporter) -> ListImporter:
    for name in STATES:
        take(importer, name)
    return importer


def test_a_notice_is_no_licence_and_its_absence_no_wrong(importer: ListImporter, client: FlaskClient) -> None:
    for name in NOTICES:
        take(importer, name)
    for record in importer.records():
        country = record.licences[0].country
        activity = next(one for name, one in NOTICES.items() if name.startswith(country.lower()))
        is_numbered = record.identifiers or record.licences[0].number
        for question in numbers(record) if is_numbered else [{"agency_id": record.agency_id}]:
            verdict, code = ask(client, country, activity=activity, **question)
            # Of Danish agency law no text was read: what is known by hearsay decides nothing.
            why = "regime_unknown" if country == "DK" else "no_licence_required"
            assert (verdict, code) == ("unknown", why), (country, question)


def test_a_row_of_a_states_list_answers_yes_and_its_absence_no(states: ListImporter, client: FlaskClient) -> None:
    for record in states.records():
        country = record.country
        name = next(name for name in STATES if name.startswith(country.lower()))
        about, other = STATES[name]
        number, absent = numbers(record)
        assert ask(client, country, activity=about, **number) == ("yes", "licence_active"), country
        assert ask(client, country, activity=about, **absent) == ("no", "not_registered"), country
        if other is not None:
            assert ask(client, country, activity=other, **number)[0] != "yes", country
            assert ask(client, country, activity=other, **absent)[0] == "unknown", country


def numbers(record: Any) -> tuple[dict[str, str], dict[str, str]]:
    """How the agency is asked about, and a number like it that no agency has."""
    if record.identifiers:
        one = record.identifiers[0]
        return {one.scheme.value: one.value}, {"registration_number": ico(77) if record.country == "SK" else "77"}
    (licence,) = record.licences
    authority = {"authority": licence.authority}
    return {"licence_number": licence.number} | authority, {"licence_number": "no such number"} | authority


def test_a_licence_of_one_state_is_worth_in_another_what_that_state_says(
    states: ListImporter, client: FlaskClient
) -> None:
    verdict, code = ask(
        client, "SK", registration_number=ico(19), activity="temporary_work", origin="SK", destination="ES"
    )
    assert (verdict, code) == ("unknown", "foreign_licence_needs_notice")


def test_what_a_list_is_about_follows_from_its_rows() -> None:
    latvian = shipped_mapping("lv-nva")
    assert latvian.source.activities == [Activity.PLACEMENT, Activity.TEMPORARY_WORK]
    assert shipped_mapping("es-ett").source.activities == [Activity.TEMPORARY_WORK]
