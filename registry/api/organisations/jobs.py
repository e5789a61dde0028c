"""Lists as jobs by the API: sent, their columns looked at, started, followed, and their results had."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.api.api_keys import current_organisation, needs_scope
from registry.api.cursors import USUAL, page_at
from registry.api.organisations.endpoints import Answered, serve_acts
from registry.api.restx import Namespace, Resource, created_response
from registry.api.write_headers import acting
from registry.bulk import actions, files, models, receiving, rules
from registry.bulk.answering import copies, results
from registry.bulk.answering.statements import row_proof
from registry.bulk.manifest import lines_in
from registry.http.request_reader import FieldChoice
from registry.http.responses import Answer, File, requested_language
from registry.http.schemas import request_schema, request_upload, response_file, response_schema
from registry.http.transaction import reading, services
from registry.organisation_acts.job_acts import ONE_JOB
from registry.vocabulary.organisations import JobKind, ResultForm, Scope
from schemas.base import OutSchema
from schemas.bulk import JobSchema, JobsSchema, ResultsQuerySchema
from schemas.corridor import CorridorVerdictSchema
from schemas.credentials import RowProofSchema
from schemas.parameters import PageQuerySchema
from schemas.verify import VerdictSchema

_JOB = JobSchema.of(models.BulkJob, computed=["constants", "lacking", "counts", "results"])

ns = Namespace("verification-jobs", path="/verification-jobs")


@ns.route("")
class Jobs(Resource):
    @needs_scope(Scope.JOBS)
    @request_schema(PageQuerySchema())
    @response_schema(JobsSchema(), "listJobs", cacheable=False)
    def get(self, limit: int = USUAL, cursor: str | None = None) -> Answer:
        """List your organisation's jobs, the newest first."""
        ours = current_organisation().id
        found, next_cursor = page_at(
            "jobs", limit, cursor, lambda page: actions.jobs_of(reading(), ours, page), lambda job: job.id
        )
        return Answer({"items": [_job_payload(job) for job in found], "next_cursor": next_cursor})

    @needs_scope(Scope.JOBS)
    @request_upload(files.MAX_BYTES)
    @created_response(
        JobSchema(), "createJob", (409, 413), location="/api/v1/verification-jobs/{job_id}", cacheable=False
    )
    def post(self, stream: files.Stream, name: str, idempotency_key: str | None) -> Answer:
        """Create a job from a list of up to a million rows.

        CSV or XLSX, up to 256 MB. It lies on the disk when this is answered; what its rows ask and which column holds what is
        guessed by its header, for you to correct and to start. It is removed after 30 days.
        """
        return Answer(_job_payload(_add_job(stream, name, idempotency_key)))


@ns.route("/<job_id>")
class Job(Resource):
    @needs_scope(Scope.JOBS)
    @response_schema(JobSchema(), "getJob", (404,), cacheable=False)
    def get(self, job_id: str) -> Answer:
        """Read the state of a job."""
        return Answer(_job_payload(_find_job(reading(), job_id)))


_AS_JOB = Answered(JobSchema(), lambda _, job: Answer(_job_payload(job)), is_cacheable=False)

serve_acts(
    ns, "/<job_id>", ONE_JOB,
    {
        "columns": _AS_JOB,
        "start": _AS_JOB._replace(status=HTTPStatus.ACCEPTED, location="/api/v1/verification-jobs/{job_id}"),
        "cancel": _AS_JOB,
    },
)  # fmt: skip

_ANSWERS: Mapping[JobKind, type[OutSchema]] = {
    JobKind.VERIFICATION: VerdictSchema,
    JobKind.CORRIDOR: CorridorVerdictSchema,
    JobKind.SUPPLY_CHAIN: VerdictSchema,
}
"""What is answered to a row, by what the rows ask."""


@ns.route("/<job_id>/results/<form>")
class Results(Resource):
    @needs_scope(Scope.JOBS)
    @request_schema(ResultsQuerySchema())
    @response_file("getJobResults", (404, 409))
    def get(self, job_id: str, form: str, chosen: str | None = None) -> File:
        """Download the results of a finished job.

        Answers as `jsonl`, `csv` or `xlsx`, a summary as `pdf`, `statements` with their signed `manifest`, and of a supply chain
        its `chain` as a picture. Of `jsonl` the `fields` of each answer can be chosen.
        """
        job = _find_job(reading(), job_id)
        choice = None if chosen is None else FieldChoice(chosen, _ANSWERS[job.kind]())
        return copies.result_file(services().settings, job, form, choice)


@ns.route("/<job_id>/proofs/<row>")
class Proof(Resource):
    @needs_scope(Scope.JOBS)
    @response_schema(RowProofSchema(), "getJobRowProof", (404, 409), cacheable=False)
    def get(self, job_id: str, row: str) -> Answer:
        """Read the proof of one row of a finished job, to be shown without the others.

        `path` leads from the leaf of the statement to the root that the manifest signs, as RFC 9162 has it.
        """
        job = _find_job(reading(), job_id)
        settings = services().settings
        files.bring_here(settings, job)
        statements, _ = files.result_of(settings.home, job, ResultForm.STATEMENTS)
        manifest, _ = files.result_of(settings.home, job, ResultForm.MANIFEST)
        return Answer(row_proof(lines_in(statements), row, manifest.read_text()))


def _add_job(stream: files.Stream, name: str, idempotency_key: str | None) -> models.BulkJob:
    """Take a list for the organisation that asks."""
    caller, settings = current_organisation(), services().settings
    language = requested_language(request.environ).value
    received = receiving.receive_list(settings, stream)

    def add() -> models.BulkJob:
        with acting() as call:
            return actions.add_job(
                call, received, name or "list", language, idempotency_key=idempotency_key, is_kept=caller.keeps_every
            )

    job: models.BulkJob | None = None
    try:
        try:
            job = add()
        except IntegrityError:
            # The same request came twice at once: the other was first.
            job = add()
    finally:
        if job is None or job.reference != received.reference:
            files.remove_files(settings, received.reference)
    return job


def _job_payload(job: models.BulkJob) -> dict[str, Any]:
    settings = services().settings
    files.bring_here(settings, job)
    constants = job.constants or {}
    return _JOB.write(
        job,
        constants=constants,
        lacking=rules.lacking({**constants, **job.columns}, rules.FIELDS[job.kind]) or None,
        counts=results.Counts(**job.counts),
        results=files.results_of(settings.home, job),
    )


def _find_job(session: Session, job_id: str) -> models.BulkJob:
    return actions.job_of(session, current_organisation().id, job_id)
