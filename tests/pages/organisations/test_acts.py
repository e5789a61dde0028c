"""What each act of an organisation refuses, at every address where its table has it served."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk.archive import receipts
from registry.bulk.archive.lists import SignedStatements, archive_list
from registry.bulk.manifest import statement
from registry.bulk.models import ArchivedList, ArchivedReceipt, BulkJob, ReceiptSettings
from registry.core.clock import now
from registry.core.db.engine import Base
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.organisation_acts import job_acts, key_acts, member_acts, receipt_acts, watch_acts, webhook_acts
from registry.organisation_acts.acts import OrganisationAct
from registry.organisations import keys, letters
from registry.organisations.models import ApiKey, Letter, Member, Organisation
from registry.vocabulary.organisations import JobKind, LetterKind, MemberRole, Scope
from registry.vocabulary.register import Answer
from registry.watches import watches, webhooks
from registry.watches.models import Delivery, Watch, Webhook
from tests.api.organisations.conftest import Program, program_of
from tests.make import make_job, make_organisation, organisation_call
from tests.officers.making import PASSWORD
from tests.pages.organisations.conftest import MemberClient, make_member

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

Acts = Mapping[str, OrganisationAct[Any]]

BODIES: Mapping[str, Mapping[str, Any]] = {
    "updateWebhook": {"label": "Day shift"},
    "testWebhook": {},
    "replayToWebhook": {},
    "updateWatch": {"label": "Others"},
    "replaceWatchedNumbers": {"numbers": [{"number": "VYMYSL/1"}]},
    "rotateKey": {"overlap_days": 0},
    "setJobColumns": {"kind": "verification", "columns": {"licence_number": "ref"}},
}
"""What the API is sent for an act that takes a body."""

FIELDS: Mapping[str, Mapping[str, str]] = {
    "replayToWebhook": {"since": "2026-11-01"},
    "rotateKey": {"overlap": "0"},
    "setMemberRole": {"role": "owner"},
    "createWebhook": {"label": "Night shift", "url": "https://hooks.example.org/"},
    "createKey": {"name": "check", "scope": "verify", "days": "30"},
    "inviteMember": {"email": "new@works.example", "role": "owner"},
}
"""What is typed into the form of an act."""

CHANGED = (
    Webhook, Watch, Delivery, ApiKey, BulkJob, ArchivedReceipt, ArchivedList, ReceiptSettings, Letter, Member, Organisation,
)  # fmt: skip


DELIVERY = "/deliveries/evt_222222222222"


class Thing(NamedTuple):
    """What acts are done to: where the API and the pages have it, with its reference in braces; empty where they have not."""

    acts: Acts
    api: str
    page: str
    reference: str = ""


def make_things(session: Session, keyring: Keyring, settings: Settings, owner: Member) -> list[Thing]:
    """One of each kind of thing, of the owner's organisation."""
    ours = owner.organisation_id
    call = organisation_call(session, ours)
    webhook = webhooks.make(
        call, keyring, "https://hooks.example.org/", "Night shift", is_unsafe=False
    ).webhook.reference
    archived = archive_list(
        call,
        JobKind.VERIFICATION,
        SignedStatements(new_reference(), [statement(0, "row-1", 2, {"verdict": "unknown"})], {"items": 1}, "a.b.c"),
    )
    letters.ask_for(
        session,
        Letter(kind=LetterKind.INVITE, email="x@works.example", language="en", organisation_id=ours, details={"role": "member"}),
        now(),
    )  # fmt: skip
    session.flush()
    invitation = session.scalars(select(Letter.reference)).one()
    colleague = make_member(session, session.get_one(Organisation, ours), email="colleague@works.example").reference
    receipt = receipts.archive_receipt(call, "a.b.c", {"licence_number": "VYMYSL/1"}, Answer.UNKNOWN, None).reference
    things = [
        Thing(webhook_acts.WEBHOOKS, "/webhooks", "/webhooks"),
        Thing(webhook_acts.ONE_WEBHOOK, "/webhooks/{}", "/webhooks/{}", webhook),
        Thing(webhook_acts.ONE_DELIVERY, f"/webhooks/{{}}{DELIVERY}", f"/webhooks/{{}}{DELIVERY}", webhook),
        Thing(watch_acts.WATCHES, "/watches", "/watches"),
        Thing(watch_acts.ONE_WATCH, "/watches/{}", "/watches/{}", watches.watch_search(call, {"country": "CZ"}, "All").reference),
        Thing(key_acts.KEYS, "/organisation/keys", "/keys"),
        Thing(key_acts.ONE_KEY, "/organisation/keys/{}", "/keys/{}", keys.make(call, "check", [Scope.VERIFY], 30).key.reference),
        # Its page has one form for all: tests/pages/organisations/test_jobs.py.
        Thing(job_acts.ONE_JOB, "/verification-jobs/{}", "", make_job(session, settings.home, ours, b"ref\n1\n").reference),
        Thing(receipt_acts.RECEIPTS, "/receipts", "/receipts"),
        Thing(receipt_acts.ONE_RECEIPT, "/receipts/{}", "/receipts/{}", receipt),
        Thing(receipt_acts.ONE_LIST, "/archived-lists/{}", "/receipts/lists/{}", archived.reference),
        Thing(member_acts.PEOPLE, "", "/people"),
        Thing(member_acts.ONE_MEMBER, "", "/people/{}", colleague),
        Thing(member_acts.ONE_INVITATION, "", "/invitations/{}", invitation),
        Thing(member_acts.SECOND_STEP, "", "/second-step"),
    ]  # fmt: skip
    session.commit()
    return things


def rows(session: Session) -> list[list[Any]]:
    """All that acts of organisations change."""
    session.expire_all()
    models: tuple[type[Base], ...] = CHANGED
    return [session.execute(select(model.__table__).order_by(*model.__table__.primary_key)).all() for model in models]


def forms(things: list[Thing]) -> Iterator[tuple[OrganisationAct[Any], str, Thing]]:
    """Each act with the address of its form and what it is done to."""
    for thing in things:
        for act in thing.acts.values():
            # Its buttons on pages say to what it changes: see `serve_form`.
            if thing.page and act.operation not in ("updateWebhook", "updateWatch", "replaceWatchedNumbers"):
                yield act, f"/account{act.page_below(thing.page)}", thing


@pytest.fixture
def owner(client: FlaskClient, session: Session) -> MemberClient:
    return MemberClient(client, session, make_member(session), now())


@pytest.fixture
def things(session: Session, keyring: Keyring, settings: Settings, owner: MemberClient) -> list[Thing]:
    return make_things(session, keyring, settings, owner.member)


@pytest.fixture
def other_program(client: FlaskClient, session: Session) -> Program:
    found = program_of(client, session, name="Invented Others")
    session.commit()
    return found


def test_every_table_is_walked(things: list[Thing]) -> None:
    modules = [module for name, module in sys.modules.items() if name.startswith("registry.organisation_acts.")]
    tables = {
        id(value)
        for module in modules
        for value in vars(module).values()
        if isinstance(value, dict) and all(isinstance(row, OrganisationAct) for row in value.values()) and value
    }
    assert tables == {id(thing.acts) for thing in things}


def test_another_organisations_thing_is_to_a_program_as_what_never_was(
    things: list[Thing], session: Session, other_program: Program
) -> None:
    before = rows(session)
    for thing in things:
        for act in thing.acts.values() if thing.api and thing.reference else ():
            answers = []
            for reference in (thing.reference, "222222222222"):
                path = f"/api/v1{act.path_below(thing.api.format(reference))}"
                headers = {"If-Match": '"1"'} if act.is_versioned else {}
                answer = other_program.send(act.method.upper(), path, BODIES.get(act.operation), headers=headers)
                answers.append((answer.status_code, answer.json["code"], answer.json["detail"]))
            assert answers[0] == answers[1], act.operation
            assert answers[0][:2] == (404, "not_found"), act.operation
    assert [len(kind) for kind in rows(session)] == [len(kind) for kind in before]
    assert without_usage(rows(session)) == without_usage(before)


def without_usage(found: list[list[Any]]) -> list[list[Any]]:
    """The rows but for the day on which the program's own key was used."""
    place = CHANGED.index(ApiKey)
    day = list(ApiKey.__table__.columns.keys()).index("last_used_on")
    shown = [tuple(value for at, value in enumerate(row) if at != day) for row in found[place]]
    return [*found[:place], shown, *found[place + 1 :]]


def test_another_organisations_thing_is_to_a_member_as_what_never_was(
    things: list[Thing], session: Session, client: FlaskClient
) -> None:
    stranger = MemberClient(
        client, session, make_member(session, make_organisation(session, "Others"), email="o@others.example"), now()
    )
    before = rows(session)
    for act, address, thing in forms(things):
        # What is none of one's own is let be: an invitation that was used, or taken back before, is nothing to be told of.
        if thing.reference and act.operation != "withdrawInvitation":
            fields = FIELDS.get(act.operation, {})
            answer = stranger.post(address.format(thing.reference), old=PASSWORD, **fields)
            assert answer.status_code == 404, act.operation
    assert rows(session) == before


def test_an_act_that_takes_the_password_is_refused_without_it(
    things: list[Thing], session: Session, owner: MemberClient
) -> None:
    organisation, tried = session.get_one(Organisation, owner.member.organisation_id), set()
    for act, address, thing in forms(things):
        # Of a person without a second step there is none to be taken away: see test_second_step.py.
        if act.needs_password and act.operation != "resetSecondStep":
            # Who types it wrong again and again has to wait: each act is tried by another owner.
            present = make_member(session, organisation, email=f"{act.operation.lower()}@works.example")
            member = MemberClient(owner.client, session, present, now())
            before = rows(session)
            answer = member.post(address.format(thing.reference), **FIELDS.get(act.operation, {}))
            assert (answer.status_code, "password is wrong" in answer.text) == (400, True), act.operation
            assert rows(session) == before, act.operation
            tried.add(act.operation)
    assert tried == {
        "createKey",
        "rotateKey",
        "createWebhook",
        "rotateWebhookSecret",
        "inviteMember",
        "requireSecondStep",
    }


def test_what_owners_do_is_refused_to_a_member(things: list[Thing], session: Session, owner: MemberClient) -> None:
    organisation = session.get_one(Organisation, owner.member.organisation_id)
    plain = make_member(session, organisation, MemberRole.MEMBER, email="plain@works.example")
    member = MemberClient(owner.client, session, plain, now())
    before, tried = rows(session), 0
    for act, address, thing in forms(things):
        if act.right is MemberRole.OWNER:
            fields = FIELDS.get(act.operation, {})
            answer = member.post(address.format(thing.reference), old=PASSWORD, **fields)
            assert answer.status_code == 403, act.operation
            tried += 1
    assert tried == 6
    assert rows(session) == before
