"""Writes docs/maintainers/law-calendar.md: which answers the age of the law and its own days change, month by month.

    python -m tools.law_calendar check    # the exit code is 1 if the page is not up to date
    python -m tools.law_calendar write

The first day of each month from December 2026 to June 2028 is taken for today. A limit or a closed permit route is asked about
by a question that states all that the row names, without a recruiter, and the engine answers it; a ban on charging is weighed.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.loading import Law, rows_of, shipped_law
from registry.register.law.rows import Fee, Limit, PermitRoute, Row
from registry.register.law.rules import days_of_change, too_old_rows
from registry.register.law.weights import DECIDING, is_readable, is_restricting, last_fresh_day, may_decide
from registry.register.law.words import ABOUT_CONDUCT, Route
from registry.verification.verdicts.question import Question, SubjectKind, VerdictFacts
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.register import Activity, Answer, Visa
from tools.generated_file import write_or_check

PAGE = Path(__file__).resolve().parents[1] / "docs" / "maintainers" / "law-calendar.md"

FIRST, LAST = date(2026, 12, 1), date(2028, 6, 1)

OPENING = """\
# When answers change: the law by months

This page is for those who keep the law. It says which answers change by themselves from December 2026 to June 2028,
because a row is too old to decide ([rule 12](law.md#what-a-row-may-decide)) or because its own days begin or end, and
which rows are too old already. It is made by `python -m tools.law_calendar write` from the files of the release;
`registry law stale` says the same of a running registry, with its overlays.
"""

FLIPS = """\
## Answers that change

On the first day of each month every row that bars, closes a permit or bans a charge is asked about by a question that
states all that it names. What stands here changed since the month before. `no → unknown`: what the row bars is no longer
refused, unless its source was read again by then.
"""

EDGES = """\
## Days on which a row begins or ends
"""

TOO_OLD = """\
## Rows that are too old to decide on 1 December 2026

They leave no `yes` and make no `no`. Read the address, and write `in_force_on` with its source. The last column says what
a search of public copies of laws brought on 30 November 2026; where it is empty none was made.
"""

GAPS = """\
## Changes since 2025 that no row states

Each is known and was not read, or was read in part; none decides anything.

- Germany: what the acts of 21 and 22 July 2026 change in the residence act for work (`de-coming-2026-07-22` reminds of it).
- Romania: whether the ordinance on agencies of the draft of 23 December 2025 was made (`ro-coming-2026-12-31`).
- Czechia: the new act on foreigners (`cz-coming-2027-01-01`); what § 59 of the employment act says from 2027 on.
- Poland: the article on fees of the act of March 2025. Italy: art. 603-bis of the criminal code (caporalato).
- European Union: the Blue Card directive 2021/1883 as each state carried it over; the recast Single Permit Directive in
  the states other than Estonia; the Platform Work Directive; the entry systems EES and ETIAS.
- Croatia, Cyprus, Malta and Spain: few searches were made and brought nothing newer. Charges of temporary agencies in
  Croatia and Cyprus were not read.
"""

SEARCHED = {
    "es-fee-temporary-agency": "a copy of the consolidated text of 2021: art. 12(4) stands there; later changes were not seen",
    "fr-fee-placement-agent": "only older texts of the Code du travail",
    "gb-fee-any-intermediary": "legislation.gov.uk, state of 2023-12-26, and a page that knows changes up to 2024-11-12",
    "it-fee-any-intermediary": "only judgments and comments on the act as it was made",
    "nl-fee-placement-agent": "a copy of the consolidated text of 2020: art. 3(1) stands there; later changes were not seen",
    "nl-fee-temporary-agency": "a copy of the consolidated text of 2020: art. 9 stands there; later changes were not seen",
    "pt-fee-temporary-agency": "the consolidated text of 2019, and an undated copy",
}
"""By row, what a search for a newer text brought."""


def months() -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield day
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)


def page(law: Law | None = None) -> str:
    """The whole page, of the released law or another."""
    law = law or shipped_law()
    rows = [row for country in law.countries.values() for _, row in rows_of(country) if is_readable(row)]
    parts = [OPENING, FLIPS, *_table("| from | row | answer |", flips(law, rows))]
    parts += ["", EDGES, *_table("| day | row |", edges(rows)), "", TOO_OLD]
    parts += _table("| row | fresh until | what to read | what was found |", _too_old(law))
    return "\n".join([*parts, "", GAPS])


def _table(head: str, rows: Iterator[str]) -> Iterator[str]:
    yield head
    yield "| --- " * (head.count("|") - 1) + "|"
    yield from rows


def flips(law: Law, rows: list[Row]) -> Iterator[str]:
    """One line for each answer that is another than in the month before."""
    asked = [(row, question_of(row)) for row in rows if is_restricting(row) and not _is_on_agencies(row)]
    before = {row.id: answer(law, row, question, FIRST) for row, question in asked}
    for day in months():
        for row, question in asked:
            now = answer(law, row, question, day)
            if now is not before[row.id]:
                yield f"| {day} | `{row.id}` | {before[row.id]} → {now} |"
                before[row.id] = now


def _is_on_agencies(row: Row) -> bool:
    """Whether only an agency's record or a deed could show the row's case, which a question about no one does not state."""
    return isinstance(row, Limit) and (
        (row.about in ABOUT_CONDUCT and not row.visas_barred) or bool(row.years_after_entry or row.years_active_before)
    )


def question_of(row: Row) -> Question | None:
    """The question that states all that a limit or a permit route names; None for a fee."""
    if isinstance(row, Fee):
        return None
    is_origin = row.country == "CN"
    stated: dict[str, Any] = {"nationality": "CN", "origin": "CN", "destination": "ES" if is_origin else row.country}
    stated |= {"visa": Visa.WORK, "activity": Activity.LABOUR_SERVICE_ABROAD if is_origin else Activity.TEMPORARY_WORK}
    if isinstance(row, Limit | PermitRoute) and row.permits_covered:
        stated["work_permit"] = row.permits_covered[0]
    if isinstance(row, PermitRoute):
        if row.route is not Route.AGENCY:
            stated["activity"] = Activity.PLACEMENT
        if row.route is Route.SEASONAL:
            stated["visa"] = Visa.SEASONAL
    if isinstance(row, Limit):
        stated |= {"sector": row.nace[0]} if row.nace else {}
        stated |= {"occupation": row.occupations_barred[0]} if row.occupations_barred else {}
        stated |= {"visa": Visa(row.visas_barred[0].value)} if row.visas_barred else {}
        stated |= {"employer": row.employers_barred[0]} if row.employers_barred else {}
    return Question(SubjectKind.LAW, "", **stated)


def answer(law: Law, row: Row, question: Question | None, day: date) -> Answer:
    """The verdict given that day on what the row bars; of a fee whether the row forbids it."""
    if question is None:
        return Answer.NO if may_decide(row, day) in DECIDING else Answer.UNKNOWN
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    facts = VerdictFacts((), SourceSnapshot(), law.regimes, at, limits=law.limits, routes=law.permit_routes)
    return decide(question, facts).verdict


def edges(rows: list[Row]) -> Iterator[str]:
    """The days between FIRST and LAST on which a row, or a transition in it, begins or no longer holds."""
    found = {(day, row.id) for row in rows for day in days_of_change([row]) if FIRST <= day <= LAST}
    yield from (f"| {day} | `{row_id}` |" for day, row_id in sorted(found))


def _too_old(law: Law) -> Iterator[str]:
    for _, row in too_old_rows(law, FIRST):
        last = last_fresh_day(row)
        where = row.url or row.copy_url or ""
        what = (row.article or row.source.title).replace("|", "\\|")
        yield f"| `{row.id}` | {last or 'its text has no day'} | {what}: <{where}> | {SEARCHED.get(row.id, '')} |"


def main(arguments: list[str]) -> int:
    return write_or_check(arguments, PAGE, page, "tools.law_calendar", __doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
