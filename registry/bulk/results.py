"""Which results of a job there are, and where they lie."""

from pathlib import Path

from registry.bulk.copies import has_papers, require_copy
from registry.bulk.files import folder_of
from registry.bulk.models import BulkJob
from registry.core.errors import NotFound, NotNow
from registry.vocabulary.bulk import JobState, ResultForm

FILES: dict[ResultForm, tuple[str, str]] = {
    ResultForm.JSONL: ("results.jsonl", "application/x-ndjson"),
    ResultForm.CSV: ("results.csv", "text/csv"),
    ResultForm.XLSX: ("results.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ResultForm.PDF: ("summary.pdf", "application/pdf"),
    ResultForm.STATEMENTS: ("statements.jsonl", "application/x-ndjson"),
    ResultForm.MANIFEST: ("manifest.jws", "application/jose"),
    ResultForm.CHAIN: ("chain.svg", "image/svg+xml"),
}


def results_of(home: Path, job: BulkJob) -> list[ResultForm]:
    """The forms there are; none before the job is done."""
    if job.state is not JobState.DONE:
        return []
    folder = folder_of(home, job.reference)
    return [form for form, (name, _) in FILES.items() if (folder / name).is_file() or _can_be_made(form)]


def _can_be_made(form: ResultForm) -> bool:
    return form is ResultForm.XLSX or (form is ResultForm.PDF and has_papers())


def result_of(home: Path, job: BulkJob, form: ResultForm) -> tuple[Path, str]:
    """The file and its media type; workbook and paper are made when first asked for.

    Raises NotNow before the job is done, NotFound for what it has not.
    """
    if job.state is not JobState.DONE:
        raise NotNow(f"the job is {job.state}: results are had when it is done")
    name, media_type = FILES[form]
    path = folder_of(home, job.reference) / name
    if not path.is_file() and _can_be_made(form):
        require_copy(path.parent, job, name)
    if not path.is_file():
        raise NotFound(f"this job has no {form}: of the others see `results`")
    return path, media_type
