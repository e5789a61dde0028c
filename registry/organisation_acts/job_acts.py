"""Acts on lists that were sent as jobs: their columns set, started, cancelled, deleted. Sending a file is each edge's own."""

from typing import Any

from flask import Response, after_this_request

from registry.bulk import actions, files, rules
from registry.bulk.models import BulkJob
from registry.core.errors import Fault, InvalidInput
from registry.http.transaction import services
from registry.organisation_acts.acts import OrganisationAct, OrganisationCall, acts_of
from registry.organisations.keys import require_scope
from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import JobKind, Scope
from schemas.bulk import ChosenColumnsSchema


def _find_job(call: OrganisationCall) -> BulkJob:
    return actions.job_of(call.session, call.actor.id, call.reference)


def _set_columns(
    call: OrganisationCall,
    kind: JobKind,
    columns: dict[str, Any],
    constants: dict[str, Any] | None = None,
    keep: bool | None = None,
) -> BulkJob:
    if keep:
        require_scope(Scope.RECEIPTS, call.actor.scopes)
    faults = [
        Fault(field, Problem.INVALID_VALUE, "must be the name of a column")
        for field, column in columns.items()
        if not isinstance(column, str)
    ]
    if faults:
        raise InvalidInput(faults[:20])
    job = _find_job(call)
    actions.correct(job, kind, columns, constants=rules.constants_as_text(constants), is_kept=keep)
    return job


def _start(call: OrganisationCall) -> BulkJob:
    job = _find_job(call)
    actions.start(job)
    return job


def _cancel(call: OrganisationCall) -> BulkJob:
    job = _find_job(call)
    actions.cancel(call.session, job, call.at)
    return job


def _remove(call: OrganisationCall) -> None:
    """Its files go once the row is gone for good: after the commit."""
    job = _find_job(call)
    reference = job.reference
    actions.remove(call.session, job)

    @after_this_request
    def remove_files(response: Response) -> Response:
        if response.status_code < 400:
            files.remove_files(services().settings, reference)
        return response


ONE_JOB = acts_of(
    OrganisationAct(
        "columns", Scope.JOBS, _set_columns, "setJobColumns",
        """Set what the rows of a job ask and which column holds what, before it is started.

        `constants` hold for every row that says nothing else; `keep` has its answers stand in the file of receipts.
        """,
        ChosenColumnsSchema, method="put", is_versioned=False,
    ),
    OrganisationAct(
        "start", Scope.JOBS, _start, "startJob",
        """Start a job. Starting it again changes nothing.

        It is answered by a process of its own: ask for its state at `Location`.
        """,
        is_versioned=False,
    ),
    OrganisationAct(
        "cancel", Scope.JOBS, _cancel, "cancelJob", "Cancel a job. What was answered so far is not shown.",
        is_versioned=False,
    ),
    OrganisationAct(
        "remove", Scope.JOBS, _remove, "deleteJob", "Delete a job with its list and results, before they expire.",
        method="delete", path="", is_versioned=False,
    ),
)  # fmt: skip
