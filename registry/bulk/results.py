"""Which results of a job there are, and where they lie."""

from functools import cache
from pathlib import Path

from registry.bulk.files import folder_of
from registry.bulk.models import BulkJob
from registry.core.errors import NotFound, NotNow
from registry.proofs.papers.rendering import missing_packages
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
    return [form for form, (name, _) in FILES.items() if (folder / name).is_file() or can_be_made(form)]


def can_be_made(form: ResultForm) -> bool:
    """Whether it is a copy of the results that is made when first asked for (registry.bulk.answering.copies)."""
    return form is ResultForm.XLSX or (form is ResultForm.PDF and _has_papers())


@cache
def _has_papers() -> bool:
    """Whether a paper can be set on this machine."""
    return not missing_packages()


def result_of(home: Path, job: BulkJob, form: ResultForm) -> tuple[Path, str]:
    """The file and its media type. Raises NotNow before the job is done, NotFound for what it has not."""
    if job.state is not JobState.DONE:
        raise NotNow(f"the job is {job.state}: results are had when it is done")
    name, media_type = FILES[form]
    path = folder_of(home, job.reference) / name
    if not path.is_file():
        raise NotFound(f"this job has no {form}: of the others see `results`")
    return path, media_type
