"""Writes docs/users/demo-numbers.md: the demo registry's numbers, with verdict and first reason of each.

    python -m tools.demo_numbers check    # the exit code is 1 if the page is not up to date
    python -m tools.demo_numbers write

The verdicts are those of a demo registry that is made for it in a temporary folder.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine

from registry.core.clock import now
from registry.core.db import revisions
from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for
from registry.core.db.prepared import ThreadLocalReader
from registry.demo.load import demo_data, load
from registry.verification.verdicts.queries import VerdictReader
from registry.verification.verdicts.question import Question, SubjectKind
from registry.vocabulary.register import RecruiterKind, Visa
from tools.generated_file import write_or_check

PAGE = Path(__file__).resolve().parents[1] / "docs" / "users" / "demo-numbers.md"

FROM_CHINA: dict[str, Any] = {
    "origin": "CN",
    "destination": "IT",
    "sector": "14.10",
    "visa": Visa.WORK,
    "nationality": "CN",
    "work_permit": "skilled",
}
AT_HOME: dict[str, Any] = {"sector": "14.10", "recruiter_kind": RecruiterKind.AGENCY}

KINDS = (SubjectKind.USCC, SubjectKind.VAT, SubjectKind.REGISTRATION_NUMBER)
"""By which number an agency is asked about: the first of these that it has."""

OTHERS = (
    (SubjectKind.LICENCE_NUMBER, "示例L0001"),
    (SubjectKind.NAME, "示例启航"),
    (SubjectKind.NAME, "Invented Nowhere Ltd"),
    (SubjectKind.USCC, "91990001MADEM00113"),
    (SubjectKind.VAT, "IT99999019998"),
)
FAILING = ("91990001MADEM00113", "IT99999019998", "91990001MADEM0118A")
"""Numbers whose last character is wrong; the API finds that out by itself."""

OPENING = """\
# Numbers of the demo registry

This page lists numbers that `make run` serves, with the verdict and the first reason of each: use them to test how a
program takes every kind of answer. All agencies are invented. The page is made by
`python -m tools.demo_numbers write`; the tests compare it with the demo data. Days in the demo data are relative to the
day on which it is loaded: the verdicts are those of that day. What each reason means is in [reasons.md](reasons.md).
"""

SENDING = """\
## Sending agencies, from China to Italy

Asked as `uscc=NUMBER&origin=CN&destination=IT&sector=14.10&visa=work&nationality=CN&work_permit=skilled`:
"""

RECEIVING = """\
## Agencies in the Union, for work in their own country

Asked with the parameter and country of the row, and with
`origin=COUNTRY&destination=COUNTRY&nationality=COUNTRY&sector=14.10&recruiter_kind=agency`:
"""

OTHER = """\
## Other questions

Asked with the parameter of the row and the plan of the first table:
"""

TRAPS = """\
## Errors

| request | answer |
| --- | --- |
| `vat=IT1` | 400 `impossible_vat`: no VAT number of Italy has this form |
| `lei=1234` | 400 `impossible_lei` |
| `uscc=91990001MADEM00112&vat=IT99999019997` | 400 `contradictory`: two subjects |
| `uscc=91990001MADEM00112&destination=XX` | 400 `unknown_country` |
| `uscc=91990001MADEM00112&destinaton=IT` | 400 `unknown_parameter`, with a suggestion |
"""


class Row(NamedTuple):
    """One number of the demo and the answer to the question about it."""

    kind: SubjectKind
    number: str
    country: str
    verdict: str
    reason: str


def rows(engine: Engine, *, are_sending: bool) -> Iterator[Row]:
    """Every agency of the demo data that has a number, in the order of the files."""
    reader = VerdictReader(ThreadLocalReader(engine), reading_sessions_for(engine))
    for agency in demo_data(now().date())["agency"]:
        country = agency["tag"].partition("-")[0].upper()
        numbers = {one["scheme"]: one["value"] for one in agency["identifiers"] if "to" not in one}
        kind = next((one for one in KINDS if one.value in numbers), None)
        if kind is None or (country == "CN") != are_sending:
            continue
        plan = FROM_CHINA if are_sending else AT_HOME | dict.fromkeys(("origin", "destination", "nationality"), country)
        yield _row(reader, kind, numbers[kind.value], country, plan)


def page(engine: Engine) -> str:
    """The whole page, asked of a database that holds the demo data of today."""
    reader = VerdictReader(ThreadLocalReader(engine), reading_sessions_for(engine))
    other = [_row(reader, kind, value, "", FROM_CHINA) for kind, value in OTHERS]
    parts = (
        (SENDING, list(rows(engine, are_sending=True))),
        (RECEIVING, list(rows(engine, are_sending=False))),
        (OTHER, other),
    )
    return "\n".join((OPENING, *(f"{heading}\n{_table(found)}\n" for heading, found in parts), TRAPS))


def _row(reader: VerdictReader, kind: SubjectKind, number: str, country: str, plan: dict[str, Any]) -> Row:
    stated = country if kind is SubjectKind.REGISTRATION_NUMBER else None
    fails = number in FAILING
    verdict = reader.answered(Question(kind, number, stated, has_failed_check=fails, **plan), now()).verdict
    return Row(kind, number, country, verdict.verdict.value, verdict.reasons[0].code.value)


def _table(found: list[Row]) -> str:
    lines = ["| parameter | number | country | verdict | first reason |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{row.kind}` | `{row.number}` | {row.country} | {row.verdict} | [`{row.reason}`](reasons.md#reason-{row.reason}) |"
        for row in found
    ]
    return "\n".join(lines)


def made() -> str:
    """The page, of a demo registry that is made for it and removed again."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/demo.sqlite3"
        revisions.upgrade(url)
        engine = engine_for(url)
        try:
            with sessions_for(engine).begin() as session:
                load(session)
            return page(engine)
        finally:
            engine.dispose()


def main(arguments: list[str]) -> int:
    return write_or_check(arguments, PAGE, made, "tools.demo_numbers", __doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
