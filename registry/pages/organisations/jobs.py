"""Lists of an organisation on pages: a file is dropped, its columns looked at, its progress followed, its results had.

Larger files than a page takes are sent by the API. Pages need no script: one that follows a job comes again by itself.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, g, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from registry.bulk import actions, files, models, reading, receiving, rules
from registry.bulk.answering.copies import result_file
from registry.core import errors
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.reading import Page
from registry.http.portals import require_form
from registry.http.request_reader import load_values
from registry.http.responses import respond_with_file
from registry.http.transaction import services, writing
from registry.http.uploads import one_of_few, takes_body
from registry.i18n.names import country_name
from registry.organisation_acts.acts import perform
from registry.organisation_acts.job_acts import ONE_JOB
from registry.organisations import sessions
from registry.organisations.models import OrganisationActor
from registry.pages.organisations.guard import authenticate, for_members, form_for_members, page_for_members, token_sent
from registry.pages.organisations.rendering import LocalisedText, language, page, refusal_text, to, trouble_text
from registry.pages.organisations.sign_in import acting
from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import JobKind, JobState, StepCode
from registry.vocabulary.register import Activity
from schemas.bulk import ConstantsSchema
from schemas.fields import COUNTRIES


class ShownColumn(NamedTuple):
    """A column of a file: its header, its first values, and what it is taken for, empty for nothing."""

    header: str
    values: Sequence[str]
    field: str


SHOWN_VALUES = 3

GROUPS: Mapping[str, tuple[str, ...]] = {
    "who": (
        *rules.SUBJECTS, *rules.IDENTIFIER, "claimed_name", "provider", "provider_scheme", "sending", "sending_scheme",
        "receiving", "receiving_scheme", "receiving_employer", "country", "authority",
    ),
    "own": ("key", "supplier", "site"),
}  # fmt: skip
"""How fields stand together where one is chosen; the rest says where, what and when."""

MAX_SHOWN = 200
"""Jobs on the page, the newest first; the API lists all."""

pages = Blueprint("account_lists", __name__)

MAX_BYTES = 20 << 20
MAX_OF_FORM = MAX_BYTES + (1 << 20)
AGAIN = 3
"""Seconds after which a page that follows a job is loaded anew."""


@pages.before_request
def take_form() -> None:
    """Read a form with its file before anything is locked: a slow line must not hold the registry up, nor a workbook."""
    if request.method == "POST" and token_sent():
        request.max_content_length = MAX_OF_FORM
        with one_of_few():
            _ = request.form
        if request.endpoint == "account_lists.send" and _is_sent_by_member():
            g.received = _receive_list()


def _is_sent_by_member() -> bool:
    """Whether it is worth reading; the view refuses by itself who may not send it."""
    try:
        with writing() as session:
            authenticate(session)
            require_form(token_sent())
    except (errors.NotSignedIn, sessions.SecondStepNeeded, errors.ActRefused):
        return False
    return True


def _receive_list() -> actions.ReceivedList | errors.RegistryError | None:
    """The list that was sent, why it is not taken, or None where there is none."""
    sent = request.files.get("list")
    if sent is None or not sent.filename:
        return None
    try:
        return receiving.receive_list(services().settings, BytesIO(sent.read()))
    except (errors.UnreadableList, errors.TooLarge, errors.TooBusy) as refused:
        return refused


@page_for_members(pages, "/lists")
def list_jobs(
    session: Session, me: sessions.MemberPresent, fault: str = "", detail: LocalisedText | None = None
) -> Response:
    return page(
        "lists.html",
        here="lists",
        fault=fault,
        detail=detail,
        jobs=actions.jobs_of(session, me.organisation.id, Page(MAX_SHOWN)),
        most=MAX_BYTES >> 20,
        kept=actions.KEPT_DAYS,
    )


def _require_member() -> None:
    """Raises NotSignedIn."""
    with services().reading_sessions() as session, session.no_autoflush:
        sessions.authenticate(session, token_sent(), now())


@pages.post("/lists")
@takes_body(MAX_OF_FORM, _require_member)
@for_members
def send(session: Session, me: sessions.MemberPresent) -> Response:
    received: actions.ReceivedList | errors.RegistryError | None = g.get("received")
    if received is None:
        return list_jobs(session, me, "bulk.page.no_file")
    if isinstance(received, errors.RegistryError):
        return list_jobs(session, me, "bulk.page.refused", refusal_text(language(), received))
    name = " ".join((request.files["list"].filename or "").split())
    call, is_kept = acting(session, me), me.organisation.keeps_every
    try:
        job = actions.add_job(call, received, name, language().value, is_kept=is_kept)
    except BaseException as refused:
        files.remove_files(services().settings, received.reference)
        if isinstance(refused, errors.TooBusy):
            return list_jobs(session, me, "bulk.page.refused", refusal_text(language(), refused))
        raise
    return to(f"lists/{job.reference}")


@page_for_members(pages, "/lists/<reference>")
def show_job(session: Session, me: sessions.MemberPresent, reference: str) -> Response:
    return _job_page(actions.job_of(session, me.organisation.id, reference))


@form_for_members(pages, "/lists/<reference>")
def act(session: Session, me: sessions.MemberPresent, reference: str) -> Response:
    """Save the columns, start, cancel or remove, as the button says."""
    job, call, wish = (
        actions.job_of(session, me.organisation.id, reference),
        acting(session, me),
        request.form.get("act"),
    )
    try:
        if wish in ("save", "start"):
            _save_columns(call, job)
        if wish in ("start", "cancel", "remove"):
            perform(ONE_JOB[wish], call, [reference], {})
    except (errors.UnreadableList, errors.InvalidInput, errors.NotNow) as refused:
        return _job_page(job, refused)
    return to("lists" if wish == "remove" else f"lists/{job.reference}")


@page_for_members(pages, "/lists/<reference>/results/<form>")
def download_result(session: Session, me: sessions.MemberPresent, reference: str, form: str) -> Response:
    job = actions.job_of(session, me.organisation.id, reference)
    return respond_with_file(result_file(services().settings, job, form))


def _save_columns(call: Call[OrganisationActor], job: models.BulkJob) -> None:
    word = request.form.get("kind", "")
    kind = JobKind(word) if word in list(JobKind) else job.kind
    if kind is not job.kind:
        # Other fields: what stood in the form were those of the other kind.
        columns = rules.guess_columns(job.headers, rules.FIELDS[kind]).columns
        job.kind, job.columns = kind, columns
        return
    statement = [(request.form.get(f"as-{place}", ""), header) for place, header in enumerate(job.headers)]
    fields = [field for field, _ in statement if field]
    if len(fields) > len(set(fields)):
        twice = next(field for field in fields if fields.count(field) > 1)
        raise errors.InvalidInput([errors.Fault.of(twice, Problem.CONTRADICTORY, "doubled_column")])
    constants = {
        field: value
        for field in rules.CONSTANTS
        if field in rules.FIELDS[kind] and (value := request.form.get(f"constant-{field}", "").strip())
    }
    fields_of_form = {
        "kind": kind,
        "columns": {field: header for field, header in statement if field},
        "constants": load_values(ConstantsSchema(), constants),
        "keep": "keep" in request.form,
    }
    perform(ONE_JOB["columns"], call, [job.reference], fields_of_form)


def _columns_shown(job: models.BulkJob, path: Path) -> list[ShownColumn]:
    """The columns of a job that is not started yet. What was typed and refused stays."""
    there = reading.columns_of_lines(actions.first_lines(path), rules.FIELDS[job.kind])
    values = {one.name: one.values[:SHOWN_VALUES] for one in there}
    existing = {header: field for field, header in job.columns.items()}
    is_typed = "kind" in request.form
    return [
        ShownColumn(
            header,
            values.get(header, []),
            request.form.get(f"as-{place}", "") if is_typed else existing.get(header, ""),
        )
        for place, header in enumerate(job.headers)
    ]


def _group_fields(kind: JobKind) -> list[tuple[str, list[str]]]:
    wanted = rules.FIELDS[kind]
    grouped = {group: [field for field in wanted if field in fields] for group, fields in GROUPS.items()}
    grouped["where"] = [field for field in wanted if not any(field in fields for fields in GROUPS.values())]
    return [(group, fields) for group, fields in grouped.items() if fields]


def _job_page(job: models.BulkJob, refused: errors.RegistryError | None = None) -> Response:
    home = services().settings.home
    files.bring_here(services().settings, job)
    is_new, is_open = job.state is JobState.UPLOADED, job.state in (JobState.QUEUED, JobState.RUNNING, JobState.WRITING)
    folder = files.folder_of(home, job.reference)
    chain = folder / "chain.html"
    columns = _columns_shown(job, folder / files.LIST) if is_new else []
    constants = {
        field: request.form.get(f"constant-{field}", (job.constants or {}).get(field, ""))
        for field in rules.CONSTANTS
        if field in rules.FIELDS[job.kind]
    }
    stated = {one.field for one in columns} | {field for field, value in constants.items() if value}
    is_lacking = is_new and bool(rules.lacking(stated, rules.FIELDS[job.kind]))
    response = page(
        "list.html",
        here="lists",
        status=400 if refused else 200,
        groups=_group_fields(job.kind),
        columns=columns,
        is_lacking=is_lacking,
        constants=constants,
        countries=sorted((country_name(language(), code), code) for code in COUNTRIES),
        activities=list(Activity),
        results=files.results_of(home, job),
        # Written by ourselves, with everything of the list escaped in it (registry.bulk.supply_chains).
        chain=Markup(chain.read_text()) if job.state is JobState.DONE and chain.is_file() else "",
        steps=list(StepCode) if job.counts.get("no") else [],
        is_open=is_open,
        job=job,
        trouble=trouble_text(language(), job.trouble) if job.trouble else None,
        # What is lacking is said beside the columns.
        detail=refusal_text(language(), refused)
        if refused and not (is_lacking and isinstance(refused, errors.UnreadableList))
        else None,
        kinds=list(JobKind),
    )
    if is_open:
        response.headers["Refresh"] = str(AGAIN)
    return response
