"""Every act of the tables is served by the API and the console alike, by one right, and a form brings what its action takes."""

import inspect
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from registry.api.namespaces import officer_views
from registry.complaints.case.models import Case
from registry.complaints.parties.models import Hearing, Referral
from registry.core.errors import InvalidInput
from registry.core.faults import message
from registry.i18n.languages import SPOKEN_OF, has_text
from registry.officer_acts.permissions import ViewPolicy
from registry.officers import accounts
from registry.officers.models import Officer, Unit
from registry.officers.rights import Act, Resource, Role
from registry.pages import officers
from registry.pages.officers.forms import read_form
from registry.vocabulary.cases import CaseState
from registry.vocabulary.supervision import Timing, ToldFirst
from schemas.cases import CaseMoveBodySchema, CaseReplySchema
from schemas.officers import AccessDecisionSchema
from schemas.sanctions import SanctionEndAskedSchema, WorkersLookSchema
from tests.pages.officers.act_rows import rows
from tests.pages.officers.signed_in import OfficerClient, desk_of, words_of
from tests.pages.officers.walking import People, Route, filled

TEMPLATES = Path(officers.__file__).parent / "templates"
MIN_LENGTH = 95
"""Acts in the tables, at the least: so many were there when this was written."""


def test_every_act_is_served_twice_by_the_right_of_its_row(app: Flask) -> None:
    by_api = {view.response_spec.operation: view.policy for _, _, view in officer_views(app)}
    by_console = {
        endpoint.rpartition(".")[2]: view.policy  # type: ignore[attr-defined]
        for endpoint, view in app.view_functions.items()
        if endpoint.startswith("console_")
    }
    acts = rows()
    assert len(acts) >= MIN_LENGTH
    for table, act in acts:
        policy = ViewPolicy(*table.right_to(act))
        assert (by_api[act.operation], by_console[act.form_of or act.operation]) == (policy, policy), act.operation


SAID_OTHERWISE = {
    "undone", "drop_unsent", "letter_translated", "letter_waits", "hearing_translated", "outcome_waits", "case_unassigned",
    "lowering_asked", "hold_released", "licence_act_ahead", "licence_published",
    *(f"sanction_{one}" for one in ("approved", "in_force", "stayed_by_appeal", "lifted", "overturned")),
    "order_card", "end_card",
}  # fmt: skip
"""Codes of what was done that views choose themselves, and those of wallets, whose forms are served where they are on."""


def test_the_words_for_what_was_done_belong_to_a_form_that_is_served(app: Flask) -> None:
    names = {endpoint.rpartition(".")[2] for endpoint in app.view_functions if endpoint.startswith("console_")}
    worded = {key.partition(".")[2] for key in SPOKEN_OF if key.startswith("done.")}
    assert worded - names - SAID_OTHERWISE == set()
    assert {"proposeOfficer", "enterDepositLine", "proposeLicenceAct"} <= worded


SHOWS_ITSELF = {
    "sign_in", "give_code", "give_key", "sign_out", "join", "join_with_key", "go", "begin_link", "suggest", "begin_key",
    "begin_app", "renew_recovery_codes", "make_token", "make_calendar", "make_file", "assign", "triage", "quarantine", "undo",
    "read_by_machine",
}  # fmt: skip
"""Forms of the console whose answer is a page or file that says what was done, or which lead to the next step."""
CHOOSES = {"waiting_letter", "write"}
"""Forms that do one of several things, and say which."""


def test_every_form_of_the_console_says_what_it_did(app: Flask) -> None:
    forms = {
        rule.endpoint.rpartition(".")[2]
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console_") and "POST" in (rule.methods or ())
    }
    chosen = {act.operation for _, act in rows() if act.done is not None}
    assert {one for one in forms - chosen if not has_text(f"done.{one}")} == SHOWS_ITSELF | CHOOSES


def test_what_cannot_be_taken_back_is_named_with_what_follows() -> None:
    finals = {act.operation for _, act in rows() if act.is_final}
    assert finals == {
        "answerHearing", "approveLicenceProposal", "approveSanction", "closeHearing", "closeOfficer", "confirmSanctionEnd",
        "makeDecision", "objectToOutcome", "sendReferral",
    }  # fmt: skip
    assert {one for one in finals if not has_text(f"final.{one}")} == set()


def test_no_final_act_is_done_before_its_box_is_ticked_and_each_form_has_the_box(
    app: Flask, client: FlaskClient, session: Session, things: dict[str, str], people: People
) -> None:
    def whose(table: type[Hearing | Referral], reference: str) -> tuple[OfficerClient, dict[str, str]]:
        """An officer of the unit that has the case of a hearing or referral, and what is there for them."""
        row = session.scalars(select(table).where(table.reference == reference)).one()
        case = session.get_one(Case, row.case_id)
        unit = session.get_one(Unit, case.unit_id).reference
        return people(unit, *Role, email=f"{row.reference}@{unit}.example").desk, things | {"case": case.reference}

    owner = desk_of(client, session, accounts.officer_named(session, things["officer"]))
    rep = desk_of(client, session, session.scalars(select(Officer).where(Officer.unit == things["portal"])).one())
    at_desks = {"answerHearing": (rep, things), "objectToOutcome": (rep, things)}
    at_desks |= {"closeHearing": whose(Hearing, things["hearing"]), "sendReferral": whose(Referral, things["referral"])}
    finals = {act.operation for _, act in rows() if act.is_final}
    forms = "".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html"))
    asked = set()
    for rule in app.url_map.iter_rules():
        operation = rule.endpoint.rpartition(".")[2]
        if rule.endpoint.startswith("console_") and operation in finals:
            desk, there = at_desks.get(operation, (owner, things))
            door = Route("POST", rule.rule, Resource.OWN, Act.WRITE)
            answer = desk.post_once(door.address(**filled(door, there)), version=1)
            says = "tick the box that says what follows" in words_of(answer)
            assert (answer.status_code, says) == (400, True), operation
            assert f'"{operation}"' in forms, "a form with the box"
            asked.add(operation)
    assert asked == finals


def test_every_endpoint_names_all_that_an_act_is_found_by(app: Flask) -> None:
    paths = {view.response_spec.operation: path for path, _, view in officer_views(app)}
    for table, act in rows():
        _session, _me, _act, *references = inspect.signature(table.find).parameters
        assert paths[act.operation].count("<") == len(references), act.operation


def test_no_two_acts_are_one_operation() -> None:
    operations = [act.operation for _, act in rows()]
    assert sorted(set(operations)) == sorted(operations)


def test_the_page_after_an_act_says_what_was_done() -> None:
    unsaid = {act.operation for _, act in rows() if act.done is None and not has_text(f"done.{act.operation}")}
    assert unsaid == {"previewLicenceAct"}


def test_every_action_takes_the_fields_of_its_payload_and_needs_no_other() -> None:
    wrong = []
    for table, act in rows():
        fields = set(act.schema().fields) if act.schema else set()
        _, *taken = inspect.signature(act.run).parameters.values()
        if hasattr(act.run, "__wrapped__"):
            # A row that names its action: before the fields come the sealer, and what the act is done to.
            _session, _me, _act, *references = inspect.signature(table.find).parameters
            taken = taken[(taken[0].name == "sealer") + 1 :]
            for _ in references[1:]:
                if taken and taken[0].name not in fields:
                    del taken[0]
        names = {one.name for one in taken if one.kind is not inspect.Parameter.VAR_KEYWORD}
        needed = {one.name for one in taken if one.name in names and one.default is inspect.Parameter.empty}
        is_open = names < {one.name for one in taken}
        if not needed <= fields or not (is_open or fields <= names):
            wrong.append((act.operation, fields, names))
    assert wrong == []


def test_a_form_is_read_by_the_shape_of_the_payload() -> None:
    form = MultiDict(
        [
            ("timing", Timing.NO_COMPLAINT.value), ("told", ToldFirst.UNION.value),
            ("told", "nobody"), ("workers", "12"), ("waits_until", "2026-12-31"), ("teller", "The union"),
        ]
    )  # fmt: skip
    read = read_form(WorkersLookSchema(), form)
    assert (read["timing"], read["workers"], read["permits_at_risk"]) == (Timing.NO_COMPLAINT, 12, None)
    assert (read["waits_until"], read["teller"]) == (date(2026, 12, 31), "The union")
    assert read["told"] == [ToldFirst.UNION]


def test_a_field_may_be_called_otherwise_in_a_form() -> None:
    read = read_form(SanctionEndAskedSchema(), MultiDict({"target": "lifted", "ground": "Court"}), {"to": "target"})
    assert read == {"to": "lifted", "ground": "Court"}


@pytest.mark.parametrize(("sent", "is_granted"), [("grant", True), ("refuse", False), ("", False), ("whatever", False)])
def test_only_a_known_yes_is_a_yes(sent: str, is_granted: bool) -> None:
    form = MultiDict({"decision": sent, "answer": "Because"})
    assert read_form(AccessDecisionSchema(), form, {"is_granted": "decision"})["is_granted"] is is_granted


def test_a_box_that_is_not_ticked_is_a_no() -> None:
    assert read_form(CaseReplySchema(), MultiDict({"text": "We read it."}))["to_helper"] is False


@pytest.mark.parametrize(("unread", "code"), [({}, "choose_one"), ({"to": "state_of_case"}, "state_of_case")])
def test_a_word_that_is_none_of_the_list_is_refused_with_its_message(unread: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_form(CaseMoveBodySchema(), MultiDict({"to": "elsewhere"}), unread=unread)
    assert [fault.message for fault in refused.value.faults] == [message(code)]
    assert read_form(CaseMoveBodySchema(), MultiDict({"to": "in_triage"}))["to"] is CaseState.IN_TRIAGE
