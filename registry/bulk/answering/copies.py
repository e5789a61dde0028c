"""The workbook and the paper of a finished job: copies of its results in other forms, made when first asked for.

Nothing is signed in them, and most are never asked for: a job is done as soon as its rows are answered. The workbook of a
long list is made with the job, for no request should wait for it.
"""

import csv
import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from itertools import chain, islice
from pathlib import Path

import msgspec

from registry.bulk import files, manifest, models
from registry.bulk.supply_chains import MAX_ROWS, Link, chain_svg, chain_table, links_of
from registry.core.clock import day_at
from registry.core.errors import Fault, InvalidInput, NotFound, NotNow
from registry.core.settings import Settings
from registry.core.spreadsheets import write_xlsx
from registry.http.request_reader import FieldChoice
from registry.http.responses import File
from registry.i18n import languages, wording
from registry.proofs.papers import making, rendering
from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import JobKind, JobState, ResultForm, StepCode
from registry.vocabulary.register import Language

MAX_ROWS_LATER = 20_000
"""Rows of a list whose workbook is made when it is asked for: a third of a second."""
MAX_IN_SHEET = 1_000_000
"""A sheet takes 1,048,576 rows."""


def result_file(settings: Settings, job: models.BulkJob, form: str, choice: FieldChoice | None = None) -> File:
    """A result of a job to be saved, of JSON Lines with the fields that were chosen of each answer.

    Raises NotFound, NotNow, and InvalidInput for a choice of another form.
    """
    if form not in list(ResultForm):
        raise NotFound(f"results are had as {', '.join(ResultForm)}")
    files.bring_here(settings, job)
    path, media_type = result_or_copy(settings.home, job, ResultForm(form))
    if choice is not None and form != ResultForm.JSONL:
        raise InvalidInput([Fault("fields", Problem.CONTRADICTORY, "is for results as jsonl alone")])
    if choice is not None:
        return File(_lines_with(path, choice), media_type, f"{job.reference}-{path.name}")
    return File(files.chunks_of(path), media_type, f"{job.reference}-{path.name}", path.stat().st_size)


def _lines_with(path: Path, choice: FieldChoice) -> Iterator[bytes]:
    for line in manifest.lines_in(path):
        row = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        row.pop("steps", None)
        if "answer" in row:
            row["answer"] = msgspec.Raw(choice.of(bytes(row["answer"])))
        yield msgspec.json.encode(row) + b"\n"


def result_or_copy(home: Path, job: models.BulkJob, form: ResultForm) -> tuple[Path, str]:
    """A result of a job and its media type, made now if it is a copy that no one asked for before. Raises as `result_of`."""
    if job.state is JobState.DONE and files.can_be_made(form):
        _require_copy(files.folder_of(home, job.reference), job, form)
    return files.result_of(home, job, form)


def _require_copy(folder: Path, job: models.BulkJob, form: ResultForm) -> None:
    with _alone(folder):
        if (folder / files.FILES[form][0]).is_file():
            return
        if form is ResultForm.XLSX:
            make_workbook(folder)
        else:
            files.put(folder, files.FILES[form][0], _set(_draft(folder, job)))


def make_workbook(folder: Path) -> None:
    with files.putting(folder, files.FILES[ResultForm.XLSX][0]) as book:
        write_xlsx(book, _sheets(folder))


def chain_of(folder: Path, job: models.BulkJob) -> list[Link]:
    """The links of a supply chain that the statements of a job tell; none of another job."""
    return [] if job.kind is JobKind.VERIFICATION else links_of(manifest.lines_in(folder / "statements.jsonl"))


def _draft(folder: Path, job: models.BulkJob) -> rendering.Draft:
    language = Language(job.language)
    facts = {
        languages.text(language, "bulk.paper.list"): job.name,
        languages.text(language, "bulk.paper.job"): job.reference,
        languages.text(language, "bulk.paper.digest"): job.digest,
    }
    assert job.ended_at is not None
    day = wording.date_text(language, day_at(job.ended_at, None))
    manifest = (folder / "manifest.jws").read_text()
    return summary_draft(facts, job.counts, chain_of(folder, job), language, day, manifest)


_STYLE = """@page{size:A4;margin:18mm 16mm;@bottom-center{content:counter(page) " / " counter(pages);font-size:9pt}}
body{font-family:"DejaVu Sans","Noto Sans CJK SC",sans-serif;font-size:10.5pt;line-height:1.45;color:#1b1b1b}
h1{font-size:18pt;margin:0 0 4mm}h2{font-size:13pt;margin:7mm 0 2mm;break-after:avoid}table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:bold;padding-bottom:1mm}th,td{border-bottom:.3pt solid #999;padding:1.2mm 2mm;text-align:left;
font-weight:normal;overflow-wrap:anywhere}thead th{font-weight:bold;white-space:nowrap;overflow-wrap:normal}
:lang(zh){font-family:"Noto Sans CJK SC",sans-serif}
li{margin-bottom:1.2mm}svg{width:100%}.fine{font-size:8.5pt;
overflow-wrap:anywhere}"""


def summary_draft(
    facts: Mapping[str, str], counts: Mapping[str, int], links: Sequence[Link], language: Language, day: str, root: str
) -> rendering.Draft:
    """The draft of the paper. `facts` are heading and value; `root` is that of the manifest."""

    def say(key: str, **values: str) -> str:
        return escape(languages.text(language, key, **values))

    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in facts.items()
    )
    numbers = "".join(
        f'<tr><th scope="row">{say(f"bulk.count.{name}")}</th><td>{counts.get(name, 0)}</td></tr>'
        for name in ("items", "yes", "no", "unknown", "refused")
    )
    chain = ""
    if links:
        more = len(links) - MAX_ROWS
        rest = f"<p>{say('bulk.chain.more', count=str(more))}</p>" if more > 0 else ""
        chain = f"<h2>{say('bulk.chain.title')}</h2>{chain_svg(links, language)}{chain_table(links, language)}{rest}"
    steps = ""
    if counts.get("no", 0):
        items = "".join("<li>" + say(f"bulk.step.{step}") + "</li>" for step in StepCode)
        steps = f"<h2>{say('bulk.steps')}</h2><ol>{items}</ol>"
    return rendering.Draft(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{say("bulk.paper.title")}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{say('bulk.paper.title')}</h1>"
        f"<p>{say('bulk.paper.lead', date=day)}</p><table><tbody>{rows}</tbody></table>"
        f"<h2>{say('bulk.count.title')}</h2><table><tbody>{numbers}</tbody></table>{chain}{steps}"
        f"<h2>{say('bulk.paper.proof')}</h2><p>{say('bulk.paper.proof.text')}</p>"
        f'<p class="fine">{escape(root)}</p></body></html>'
    )


def _set(draft: rendering.Draft) -> bytes:
    try:
        return making.pdf_at_once(draft)
    except NotNow:
        raise NotFound("this paper could not be made: the log of the server says why") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two who ask at once: the second waits, and finds what the first made."""
    descriptor = os.open(folder / ".copies", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sheets(folder: Path) -> Iterator[tuple[str, Sequence[str], Iterable[Sequence[str]]]]:
    """The table again, in as many sheets as it needs."""
    with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        header = next(rows)
        yield "answers", header, islice(rows, MAX_IN_SHEET)
        number = 1
        while (first := next(rows, None)) is not None:
            number += 1
            yield f"answers {number}", header, islice(chain([first], rows), MAX_IN_SHEET)
