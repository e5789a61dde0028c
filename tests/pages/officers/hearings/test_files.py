"""Papers of an agency's answer: sanitised, seen by the case's officers once it has answered, and by no one else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.file_store import store_of
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.uploading import UploadServices, upload
from registry.complaints.case.models import Case
from registry.complaints.casework.access_grants.queries import original_in
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.casework.decisions.rules import USUAL_OBJECTION
from registry.complaints.intake import mailbox_files
from registry.complaints.parties.hearings import actions, files, outcome
from registry.complaints.parties.hearings.outcome import Outcome
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import PartyMember
from registry.complaints.retention import purging
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.core.errors import NotFound, Unopenable
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers.rights import Role
from registry.vocabulary.cases import AttachmentState, CaseRole, CaseState, DecisionOutcome, HandedWith
from tests.api.officers.requests import program_of
from tests.audit.lines import lines_about
from tests.complaints import samples
from tests.complaints.filing import come_back
from tests.complaints.parties.hearings.making import ANNA, Heard, heard_case
from tests.complaints.parties.hearings.making import served as make_served
from tests.pages.officers.signed_in import OfficerClient, OfficerClientFor, words_of
from tests.waiting import until

HOSTILE = "../<img src=x onerror=alert(1)>\u202egpj.jpg"


@pytest.fixture(autouse=True)
def _nothing_goes_on(settings: Settings) -> Iterator[None]:
    """What a test has begun ends before its database goes."""
    yield
    until(lambda: not sanitise_jobs.being_cleaned(settings))


@pytest.fixture
def hearing(session: Session, sealer: Sealer, case: Heard) -> Hearing:
    made = make_served(session, sealer, case)
    made.answer_by = now().date() + timedelta(days=9)
    session.commit()
    return made


@pytest.fixture
def rep(desk_for: OfficerClientFor, case: Heard) -> OfficerClient:
    return desk_for(Role.AGENCY_REP, name="Second Rep", unit=case.desk)


def sent(desk: OfficerClient, path: str, body: bytes, name: str, once: str = "") -> int:
    return desk.post(f"{path}/files", file=(BytesIO(body), name), once=once or name).status_code


def version_on(desk: OfficerClient, path: str) -> str:
    version = re.search(r'name="version" value="(\d+)"', desk.get(path).get_data(as_text=True))
    assert version is not None
    return version[1]


def assert_saves_its_own(
    client: FlaskClient, session: Session, rep: OfficerClient, theirs: str, paper: str, body: bytes
) -> None:  # fmt: skip
    assert f"{theirs}/files/{paper}" in rep.get(theirs).get_data(as_text=True)
    saved = rep.get(f"{theirs}/files/{paper}")
    assert (saved.status_code, saved.data == body, saved.headers["Cache-Control"]) == (200, True, "no-store")
    assert saved.headers["Content-Disposition"].startswith("attachment; ")
    program = program_of(client, session, rep.officer)
    assert program.get(f"/api/v1/served-hearings/{theirs.rpartition('/')[2]}/files/{paper}").data == body
    session.commit()


def decide_and_tell(session: Session, sealer: Sealer, case: Heard, hearing: Hearing) -> None:
    at, decider = now(), Officer("E. Elsa", CaseRole.DECIDER, ANNA.unit)
    actions.close(Call(session, ANNA, at), sealer, hearing.reference)
    draft = decisions.DecisionDraft(
        DecisionOutcome.UPHELD, "Twelve lay in a drawer.", "It was upheld.", USUAL_OBJECTION
    )
    written = decisions.write(Call(session, ANNA, at), sealer, case.reference, draft)
    decisions.make(Call(session, decider, at), sealer, written.reference, words=lambda *_: "It was upheld.")
    outcome.notify_outcome(Call(session, ANNA, at), sealer, hearing.reference, Outcome("Return them.", USUAL_OBJECTION))
    session.commit()


def rows(session: Session) -> list[Attachment]:
    # What the test itself holds would keep every process out that makes a copy.
    session.commit()
    with sessions_for(session.get_bind())() as fresh:
        return list(fresh.scalars(select(Attachment).order_by(Attachment.id)))


def test_the_case_file_has_the_agencys_papers(
    session: Session,
    case: Heard,
    hearing: Hearing,
    rep: OfficerClient,
    desk_for: OfficerClientFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs, drafts = f"/console/hearings/{hearing.reference}", []
    assert sent(rep, theirs, b"A receipt of a fee.", "fee.txt") == 303
    until(lambda: {one.state for one in rows(session)} == {AttachmentState.CLEAN})
    monkeypatch.setattr("registry.proofs.papers.making.pdf_at_once", lambda draft: drafts.append(draft) or b"%PDF-")
    supervisor = desk_for(Role.SUPERVISOR, name="S Supervisor")
    supervisor.post(f"/console/cases/{case.reference}/file")
    assert rep.post(f"{theirs}/answer", version=version_on(rep, theirs), text="We keep none.").status_code == 303
    supervisor.post(f"/console/cases/{case.reference}/file")
    papers = [[one.name for one in draft.attachments if "fee" in one.name] for draft in drafts]
    assert papers == [[], ["01-fee.txt"]]


class Sent(NamedTuple):
    """A photograph that the agency added to its answer: `paper` at the agency's page `theirs`, `file` at the officers'."""

    photo: bytes
    paper: str
    theirs: str
    ours: str
    file: str


@pytest.fixture
def added(session: Session, case: Heard, hearing: Hearing, rep: OfficerClient) -> Sent:
    """It stands in the agency's draft, sent twice and cleaned."""
    photo, theirs = samples.jpeg(), f"/console/hearings/{hearing.reference}"
    assert (sent(rep, theirs, photo, HOSTILE), sent(rep, theirs, photo, HOSTILE)) == (303, 303)
    until(lambda: {one.state for one in rows(session)} == {AttachmentState.CLEAN})
    (stored,) = rows(session)
    ours = f"/console/cases/{case.reference}/hearings/{hearing.reference}"
    return Sent(photo, stored.reference, theirs, ours, f"{ours}/files/{stored.reference}")


@pytest.fixture
def answered(added: Sent, rep: OfficerClient) -> Sent:
    """The agency has sent its answer with it."""
    assert (
        rep.post(f"{added.theirs}/answer", version=version_on(rep, added.theirs), text="We keep none.").status_code
        == 303
    )
    return added


@pytest.fixture
def writer(desk_for: OfficerClientFor) -> OfficerClient:
    """An officer of the case's unit."""
    return desk_for(Role.INVESTIGATOR, name="W Writer")


@pytest.fixture
def foreign(desk_for: OfficerClientFor) -> OfficerClient:
    """An officer of another unit."""
    return desk_for(Role.SUPERVISOR, Role.INVESTIGATOR, name="F Foreign", unit="cz-labour")


@pytest.fixture
def other(session: Session, sealer: Sealer, keyring: Keyring, desk_for: OfficerClientFor) -> OfficerClient:
    """Somebody of another agency."""
    return desk_for(Role.AGENCY_REP, name="Other Rep", unit=heard_case(session, sealer, keyring).desk)


def test_a_paper_is_the_agencys_alone_until_it_has_answered(
    session: Session, client: FlaskClient, case: Heard, hearing: Hearing, rep: OfficerClient, writer: OfficerClient,
    other: OfficerClient, added: Sent,
) -> None:  # fmt: skip
    assert sent(rep, added.theirs, b"A receipt of a fee.", "fee.txt") == 303
    note = rows(session)[1]
    assert "onerror" not in words_of(writer.get(added.ours))
    assert writer.get(added.file).status_code == 404
    assert added.paper not in writer.get(f"/console/cases/{case.reference}/openings").get_data(as_text=True)
    assert program_of(client, session, writer.officer).get(f"/api/v1/hearings/{hearing.reference}").json["files"] == []
    session.commit()
    assert "added a file" not in words_of(writer.get(f"/console/cases/{case.reference}"))
    assert sent(other, added.theirs, added.photo, "x.jpg") == 404
    assert other.post(f"{added.theirs}/files/{added.paper}/remove").status_code == 404
    assert rep.post(f"{added.theirs}/files/{note.reference}/remove").status_code == 303
    assert [one.reference for one in rows(session)] == [added.paper]
    acts = [line.act for line in lines_about(session, case.reference)]
    assert acts.count("hearing.file_added") == 2
    assert "hearing.file_removed" in acts


def test_the_agency_saves_its_own_paper_as_it_was_sent_and_no_one_else_does(
    session: Session, client: FlaskClient, case: Heard, hearing: Hearing, rep: OfficerClient, writer: OfficerClient,
    foreign: OfficerClient, other: OfficerClient, added: Sent,
) -> None:  # fmt: skip
    assert_saves_its_own(client, session, rep, added.theirs, added.paper, added.photo)
    assert (
        rep.post(f"{added.theirs}/answer", version=version_on(rep, added.theirs), text="We keep none.").status_code
        == 303
    )
    assert_saves_its_own(client, session, rep, added.theirs, added.paper, added.photo)
    for stranger, status in ((other, 404), (writer, 403), (foreign, 403)):
        assert stranger.get(f"{added.theirs}/files/{added.paper}").status_code == status
        api = program_of(client, session, stranger.officer)
        assert api.get(f"/api/v1/served-hearings/{hearing.reference}/files/{added.paper}").status_code == status
    session.commit()
    acts = [line.act for line in lines_about(session, case.reference)]
    assert acts.count("hearing.file_added") == 1
    assert acts.count("hearing.file_saved") == 4
    assert "saved a file of its own" not in words_of(writer.get(f"/console/cases/{case.reference}"))


def test_the_officers_of_the_case_alone_read_the_clean_copy_of_an_answers_paper(
    session: Session, client: FlaskClient, case: Heard, hearing: Hearing, rep: OfficerClient, writer: OfficerClient,
    foreign: OfficerClient, other: OfficerClient, answered: Sent,
) -> None:  # fmt: skip
    page = writer.get(answered.ours).get_data(as_text=True)
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "&lt;img" not in page, "signs that no system takes in a name are gone and not only escaped"
    assert answered.file in page
    saved = writer.get(answered.file)
    assert saved.status_code == 200
    assert saved.content_type == "application/octet-stream"
    assert saved.headers["Content-Disposition"].startswith("attachment; ")
    assert samples.CANARY.encode() not in saved.data
    with Image.open(BytesIO(saved.data)) as copy:
        assert not copy.getexif()
    program = program_of(client, session, writer.officer)
    given = program.get(f"/api/v1/hearings/{hearing.reference}").json["files"]
    assert [(one["attachment_id"], one["state"]) for one in given] == [(answered.paper, "clean")]
    assert program.get(f"/api/v1/hearings/{hearing.reference}/files/{answered.paper}/copy").data == saved.data
    for stranger in (foreign, other, rep):
        assert stranger.get(answered.file).status_code == 404
    beyond = program_of(client, session, foreign.officer)
    assert beyond.get(f"/api/v1/hearings/{hearing.reference}/files/{answered.paper}/copy").status_code == 404
    session.commit()
    assert "hearing.file_read" in {line.act for line in lines_about(session, case.reference)}


def test_what_was_sent_with_an_answer_is_final_and_the_complainant_knows_nothing_of_it(
    session: Session, sealer: Sealer, case: Heard, rep: OfficerClient, writer: OfficerClient, answered: Sent,
) -> None:  # fmt: skip
    assert sent(rep, answered.theirs, answered.photo, "late.jpg") == 409
    assert rep.post(f"{answered.theirs}/files/{answered.paper}/remove").status_code == 409
    session.expire_all()
    visit = come_back(session, sealer, case.filed.code)
    assert mailbox_files.list_files(session, sealer, visit) == []
    with pytest.raises(NotFound):
        mailbox_files.find_file(session, sealer, visit, answered.paper)
    session.commit()
    assert answered.paper not in writer.get(f"/console/cases/{case.reference}").get_data(as_text=True)


def test_the_original_of_a_paper_is_the_custodians_and_goes_with_the_case(
    session: Session, settings: Settings, sealer: Sealer, case: Heard, hearing: Hearing, writer: OfficerClient,
    answered: Sent,
) -> None:  # fmt: skip
    store, today = store_of(settings), now().date()
    box, row, existing = (
        session.get_one(EncryptedContainer, hearing.box_id),
        session.get_one(Case, hearing.case_id),
        rows(session)[0],
    )
    for unit in (ANNA.unit, case.desk):
        with pytest.raises(Unopenable):
            attachments.open_original(store, sealer.open_as_unit(session, box, unit), row, existing)
    session.commit()
    assert answered.paper in writer.get(f"/console/cases/{case.reference}/openings").get_data(as_text=True)
    assert original_in(session, sealer, ANNA.unit, row, answered.paper, store)[1] == answered.photo
    session.commit()
    names = [existing.original_name, existing.clean_name]
    case_row = session.get_one(Case, hearing.case_id)
    case_row.state, case_row.purge_on = CaseState.CLOSED, today
    session.commit()
    purging.purge(sessions_for(session.get_bind()), sealer, now(), attachments.files_remover(store))
    assert rows(session) == []
    assert set(names).isdisjoint(name for name, _ in store.listing())


def test_what_is_refused_is_said_and_neither_side_takes_the_others_room(
    session: Session,
    settings: Settings,
    sealer: Sealer,
    case: Heard,
    hearing: Hearing,
    rep: OfficerClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sanitise_jobs, "SLOTS", 0)
    theirs = f"/console/hearings/{hearing.reference}"
    for body, name, status, words in (
        (b"", "empty.txt", 400, "The file is empty"),
        (b"PK\x03\x04" + bytes(99), "bomb.zip", 400, "This kind of file is not taken"),
        (bytes(21 * 1024 * 1024), "film.mp4", 413, "One file may have up to 20 MB"),
    ):
        refused = rep.post(f"{theirs}/files", file=(BytesIO(body), name), once=name)
        assert (refused.status_code, words in words_of(refused)) == (status, True), name
    assert rep.post_bare(f"{theirs}/files", file=(BytesIO(b"x"), "x.txt")).status_code == 409
    assert rows(session) == []
    for number in range(10):
        assert sent(rep, theirs, f"Receipt {number}".encode(), f"{number}.txt") == 303
    full = rep.post(f"{theirs}/files", file=(BytesIO(b"more"), "more.txt"), once="more")
    assert (full.status_code, "Ten files are the most" in words_of(full)) == (400, True)
    services = UploadServices(settings, sessions_for(session.get_bind()), store_of(settings))
    visit = come_back(session, sealer, case.filed.code)
    opened, row = sealer.open_as_mailbox(session, visit.box, visit.seed), session.get_one(Case, hearing.case_id)
    session.commit()
    own = upload(services, opened, row, attachments.SentFile(b"Hers", "h.txt"), now().date())
    assert own.box_id == visit.box.id


def test_papers_of_an_objection_are_the_agencys_alone_until_it_is_sent(
    session: Session,
    settings: Settings,
    sealer: Sealer,
    client: FlaskClient,
    case: Heard,
    hearing: Hearing,
    rep: OfficerClient,
    desk_for: OfficerClientFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sanitise_jobs, "SLOTS", 0)
    theirs, ours = (
        f"/console/hearings/{hearing.reference}",
        f"/console/cases/{case.reference}/hearings/{hearing.reference}",
    )
    assert sent(rep, theirs, b"With the answer", "answer.txt") == 303
    rep.post(f"{theirs}/answer", version=version_on(rep, theirs), text="We keep none.")
    assert sent(rep, theirs, b"Too late", "late.txt") == 409
    session.expire_all()
    decide_and_tell(session, sealer, case, hearing)
    for number in range(10):
        assert sent(rep, theirs, f"Objection {number}".encode(), f"objection-{number}.txt") == 303
    assert sent(rep, theirs, b"more", "more.txt") == 400
    first, second, *_ = (row for row in rows(session) if row.goes_with is HandedWith.OBJECTION)
    assert rep.post(f"{theirs}/files/{first.reference}/remove").status_code == 303
    answered = next(row for row in rows(session) if row.goes_with is HandedWith.ANSWER)
    assert rep.post(f"{theirs}/files/{answered.reference}/remove").status_code == 409
    writer = desk_for(Role.INVESTIGATOR, name="W Writer")
    program = program_of(client, session, writer.officer)

    def seen() -> tuple[str, int, int]:
        session.commit()
        copy = program.get(f"/api/v1/hearings/{hearing.reference}/files/{second.reference}/copy")
        given = program.get(f"/api/v1/hearings/{hearing.reference}").json["files"]
        openings = writer.get(f"/console/cases/{case.reference}/openings").get_data(as_text=True)
        wait = "not found" if copy.json["code"] == "not_found" else "?"
        return wait, len(given), openings.count("objection-")

    # One page and the custodian's list show the paper of the answer, and nothing of what is not sent.
    assert seen() == ("not found", 1, 0)
    assert "objection-1" not in words_of(writer.get(ours))
    assert rep.post(f"{theirs}/object", version=version_on(rep, theirs), objection="No.").status_code == 303
    assert seen() == ("not found", 10, 9), "there is no copy yet, but they are told of it"
    assert "objection-1" in words_of(writer.get(ours))
    assert rep.get(f"{theirs}/files/{second.reference}").data == b"Objection 1"
    assert rep.post(f"{theirs}/files/{second.reference}/remove").status_code == 409
    assert sent(rep, theirs, b"Too late", "later.txt") == 409


def test_without_the_custodians_secret_the_copy_alone_is_kept_and_said_to_be(
    session: Session,
    settings: Settings,
    keyring: Keyring,
    client: FlaskClient,
    case: Heard,
    hearing: Hearing,
    rep: OfficerClient,
    desk_for: OfficerClientFor,
) -> None:
    theirs, photo = f"/console/hearings/{hearing.reference}", samples.jpeg()
    assert "does not hold what would keep an original" not in words_of(rep.get(theirs))
    for secret in keyring.folder.glob(f"custodian-{ANNA.unit}-*"):
        secret.unlink()
    assert "does not hold what would keep an original" in words_of(rep.get(theirs))
    assert sent(rep, theirs, photo, "photo.jpg") == 303
    (stored,) = rows(session)
    assert (stored.state, stored.original_name, stored.original_key) == (AttachmentState.CLEAN, None, None)
    assert [name for name, _ in store_of(settings).listing()] == [stored.clean_name], "no original lies there"
    assert "the original is not here" in words_of(rep.get(theirs))
    saved = rep.get(f"{theirs}/files/{stored.reference}")
    assert saved.status_code == 200
    assert samples.CANARY.encode() not in saved.data
    broken = rep.post(f"{theirs}/files", file=(BytesIO(b"%PDF-1.7\nnothing\n%%EOF\n"), "x.pdf"), once="x")
    assert (broken.status_code, len(rows(session))) == (400, 1)
    assert rep.post(f"{theirs}/answer", version=version_on(rep, theirs), text="We keep none.").status_code == 303
    writer = desk_for(Role.INVESTIGATOR, name="W Writer")
    ours = f"/console/cases/{case.reference}/hearings/{hearing.reference}"
    assert "the original is not here" in words_of(writer.get(ours))
    assert writer.get(f"{ours}/files/{stored.reference}").data == saved.data
    assert stored.reference not in writer.get(f"/console/cases/{case.reference}/openings").get_data(as_text=True)
    requested = program_of(client, session, writer.officer).send(
        "POST",
        f"/api/v1/cases/{case.reference}/access-grants/original",
        {"reason": "The stamp cannot be read.", "attachment_id": stored.reference},
        version=session.get_one(Case, hearing.case_id).version,
    )
    assert (requested.status_code, "copy alone" in requested.json["detail"]) == (409, True), requested.json


def test_a_representative_who_may_not_answer_any_more_leaves_no_file(
    session: Session,
    settings: Settings,
    sealer: Sealer,
    case: Heard,
    hearing: Hearing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The worker withdraws consent while a slow line still sends."""
    monkeypatch.setattr(sanitise_jobs, "SLOTS", 0)
    store, sessions = store_of(settings), sessions_for(session.get_bind())

    def while_it_is_stored(*given: object, **more: object) -> attachments.StoredFile:
        stored = attachments.store_file(*given, **more)  # type: ignore[arg-type]
        with sessions.begin() as other:
            other.get_one(Hearing, hearing.id).answer_by = now().date() - timedelta(days=1)
        return stored

    monkeypatch.setattr("registry.complaints.attachments.uploading.store_file", while_it_is_stored)
    with pytest.raises(Exception, match="its time to answer is over"):
        files.add_file(
            UploadServices(settings, sessions, store), sealer, PartyMember("R. Rep", case.desk), hearing.reference,
            attachments.SentFile(b"Late", "late.txt"), now(),
        )  # fmt: skip
    assert rows(session) == []
    assert list(store.listing()) == []
