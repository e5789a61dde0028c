"""Plays the examples of the officers' API, and gives each answer with the stand-ins of the story in it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.api.examples import OFFICERS, stories
from registry.complaints.case.units import agency_unit
from registry.complaints.intake.paper_forms import premint
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import instant_text, now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring, Use
from registry.log.actions import append
from registry.log.keys import draft_of
from registry.officers import tokens
from registry.officers.models import Officer
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from registry.register.agencies import record
from registry.register.agencies.storage import row_ids
from registry.register.authorities.models import Source
from registry.register.imports.mapping import as_stored
from registry.register.imports.models import PendingImport
from registry.register.imports.report import Finding, Group, Overview, Report, SampleRow, to_sign
from registry.register.imports.rows import TableSeen
from registry.register.law.overlays.signatures import signed
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.collisions.rules import Sign, rank
from registry.vocabulary.cases import ConsentKind, PartnerKind
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import ChannelKind, Language, LicenceStatus
from tests.api.shapes import BYTES, assert_as_documented
from tests.complaints.filing import make_units, minted
from tests.complaints.parties.hearings.making import heard_case
from tests.complaints.parties.referrals.making import UNION, make_partner
from tests.complaints.parties.referrals.making import file_with_name as told_case
from tests.make import licence_record, make_agency, make_source, source_of
from tests.officers.making import make_officer, make_unit
from tests.oversight.cases import make_case, make_clock
from tests.pages.officers.signed_in import UNIT
from tests.register.imports.lists import plain_mapping
from tests.supervision.entries.making import entry
from tests.supervision.licensing.making import holder_of
from tests.supervision.sanctions import making

POLICE, LICENSING = "it-police", "cz-licensing"

# What the examples call officers, and what is theirs
SUPERVISOR, SECOND, COLLEAGUE, KEEPER = "SUPERVSR222A", "SECXNDSP222D", "CXLLEAGUE22B", "KEEPERXX222C"
SESSION, TOKEN, OTHER_TOKEN = "SESSXN22222J", "TXKEN222222K", "XTHERTKN222L"
AUDITOR, TYPIST, CUSTODIAN, DECIDER = "AUDXTXRX222F", "TYPXST222222", "CUSTXDAN2222", "DECDER22222W"
CLERK, REVIEWER, OPERATOR, OTHER_OPERATOR = "CXERK222222N", "REVXEWER222P", "XPERATXR222A", "XPERATXR222B"
WRITER, CHECKER, REP, TAKER = "WRTER2222222", "CHECKER22222", "REP222222222", "TAKER2222222"
UNION_PERSON, POLICE_PERSON, NAME_KEEPER = "UNXN22222222", "PXCE22222222", "KEEPERF22222"
OFFICIAL, SECOND_OFFICIAL, ENTRY_REP = "XFFCAL222222", "XFFCAL333333", "ENTRYREP2222"
# A case and what is said in it; agencies and their licences; forms and lists
CASE, BOX, SAID, AGENCYS = "CASE22222222", "BXX222222222", "SAXD22222222", "HEARDAGENCY2"
LICENCE, ACCUSED, HELD_BY, PERMIT = "LCENCE22222Q", "AGENCY22222R", "HXXDER22222Q", "PERMXT22222R"
TRUE_ENTRY, OTHER, THIRD, ENTRY_AGENCY = "TRUEENTRY22A", "XTHER2222222", "THXRD2222222", "ENTRYAGENCY2"
PAIR, STRANGERS, NEW_LIST, OLD_LIST = "PAXR22222222", "STRANGERS222", "NEWXST22222Z", "XLDXST22222A"
FORM, SECOND_FORM = "FXRM22222222", "FXRMTWX22222"
# The key that signed an overlay, and its signature
KID, SIGNATURE = "LAW-KEY-OF-STORY", "signature-of-the-file-in-this-story-" + "0" * 50
TOLD = stories(OFFICERS)
REQUEST_ID = "0123456789abcdef0123456789abcdef"
STANDING_IN = {"prefix": "rrt_mN3v", "join_code": "AB3DEF-GH4JKL-MN5PQR-ST6VWX", "pseudonym": "9f2c4e17aa03b6d8"}


@dataclass(frozen=True, slots=True)
class StoryActors:
    """`tokens` by the name of who asks; `live` are the references of this time by the story's stand-ins."""

    tokens: dict[str, str]
    live: dict[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """`begin` makes the world in which the examples are asked, in their order."""

    examples: tuple[Any, ...]
    begin: Callable[[Session, Keyring], StoryActors]


def token_of(session: Session, officer: Officer) -> str:
    """A token of the officer, as made on the officer's own page."""
    at = now()
    return tokens.make(session, officer, "a program", 90, at=at, today=at.date())[1]


def officers_begin(session: Session, keyring: Keyring) -> StoryActors:
    make_unit(session)
    actors = StoryActors({}, {})
    for who, stand_in, role in (
        ("supervisor", SUPERVISOR, Role.SUPERVISOR),
        ("second", SECOND, Role.SUPERVISOR),
        ("colleague", COLLEAGUE, Role.TRIAGE),
        ("keeper", KEEPER, Role.SYSADMIN),
    ):
        name, email = f"Invented {who.capitalize()}", f"{who}@authority.example"
        officer = make_officer(session, keyring, role, name=name, email=email).officer
        actors.tokens[who] = token_of(session, officer)
        actors.live[stand_in] = officer.reference
        if who == "supervisor":
            OFFICER_SESSIONS.begin(session, officer, now(), is_full=True)
            actors.live[SESSION] = OFFICER_SESSIONS.list_living(session, officer, now())[0].reference
        if who in ("second", "keeper"):
            (token,) = tokens.tokens_of(session, officer, now().date())
            actors.live[TOKEN if who == "second" else OTHER_TOKEN] = token.reference
    return actors


def _with_officers(
    session: Session, keyring: Keyring, actors: StoryActors, *people: tuple[str, str, Role, str]
) -> StoryActors:
    """Officers by name in the story, stand-in, role and unit."""
    for who, stand_in, role, unit in people:
        name, email = f"Invented {who.capitalize()}", f"{who}@authority.example"
        officer = make_officer(session, keyring, role, unit=unit, name=name, email=email).officer
        actors.tokens[who] = token_of(session, officer)
        actors.live[stand_in] = officer.reference
    return actors


def hearings_begin(session: Session, keyring: Keyring) -> StoryActors:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    case = heard_case(session, sealer, keyring)
    actors = StoryActors({}, {CASE: case.reference, AGENCYS: case.agency})
    return _with_officers(
        session, keyring, actors,
        ("writer", WRITER, Role.INVESTIGATOR, UNIT),
        ("checker", CHECKER, Role.SUPERVISOR, UNIT),
        ("rep", REP, Role.AGENCY_REP, case.desk),
    )  # fmt: skip


def referrals_begin(session: Session, keyring: Keyring) -> StoryActors:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    for partner, kind in ((UNION, PartnerKind.UNION), (POLICE, PartnerKind.POLICE)):
        make_partner(session, sealer, partner, kind)
    case = told_case(session, sealer, consents=(ConsentKind.UNION,))
    actors = StoryActors({}, {CASE: case.reference, BOX: case.filed.box.reference, SAID: case.said})
    return _with_officers(
        session, keyring, actors,
        ("writer", WRITER, Role.INVESTIGATOR, UNIT),
        ("checker", CHECKER, Role.SUPERVISOR, UNIT),
        ("custodian", NAME_KEEPER, Role.CUSTODIAN, UNIT),
        ("union", UNION_PERSON, Role.PARTNER, UNION),
        ("police", POLICE_PERSON, Role.PARTNER, POLICE),
    )  # fmt: skip


def transfers_begin(session: Session, keyring: Keyring) -> StoryActors:
    actors = cases_begin(session, keyring)
    return _with_officers(session, keyring, actors, ("taker", TAKER, Role.SUPERVISOR, "cz-labour"))


def entries_begin(session: Session, keyring: Keyring) -> StoryActors:
    agency = entry(session, status=LicenceStatus.SUSPENDED)
    desk = agency_unit(session, Sealer(keyring), agency.agency_id, now().date()).reference
    make_unit(session, LICENSING, "CZ", authority=agency.licences[0].authority)
    return _with_officers(
        session, keyring, StoryActors({}, {ENTRY_AGENCY: agency.agency_id}),
        ("official", OFFICIAL, Role.LICENSING, LICENSING),
        ("second", SECOND_OFFICIAL, Role.LICENSING, LICENSING),
        ("rep", ENTRY_REP, Role.AGENCY_REP, desk),
    )  # fmt: skip


def cases_begin(session: Session, keyring: Keyring) -> StoryActors:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    case = told_case(session, sealer)
    return _with_officers(
        session, keyring, StoryActors({}, {CASE: case.reference, BOX: case.filed.box.reference}),
        ("writer", WRITER, Role.INVESTIGATOR, UNIT),
        ("checker", CHECKER, Role.SUPERVISOR, UNIT),
    )  # fmt: skip


def openings_begin(session: Session, keyring: Keyring) -> StoryActors:
    actors = cases_begin(session, keyring)
    return _with_officers(session, keyring, actors, ("custodian", CUSTODIAN, Role.CUSTODIAN, UNIT))


def oversight_begin(session: Session, keyring: Keyring) -> StoryActors:
    make_unit(session)
    auditor = make_officer(session, keyring, Role.AUDITOR, name="Invented Auditor").officer
    analyst = make_officer(session, keyring, Role.ANALYST, name="Invented Analyst", email="b@authority.example").officer
    today = now().date()
    for days in (0, 3, 40):
        case = make_case(session, today - timedelta(days=days), unit="it-invented-unit", indicators=["deception"])
        make_clock(session, case, now() + timedelta(days=1 - days))
    make_case(session, today - timedelta(days=20), unit="it-invented-unit", decided_on=today)
    return StoryActors(
        {"auditor": token_of(session, auditor), "analyst": token_of(session, analyst)}, {AUDITOR: auditor.reference}
    )


def sanctions_begin(session: Session, keyring: Keyring) -> StoryActors:
    sealer = Sealer(keyring)
    making.make_desk(session, sealer)
    existing = making.make_held(session)
    case = making.looked_into(session, sealer, existing).case
    return _with_officers(
        session,
        keyring,
        StoryActors({}, {CASE: case.reference, LICENCE: existing.licence, ACCUSED: existing.agency}),
        ("writer", WRITER, Role.INVESTIGATOR, making.UNIT),
        ("decider", DECIDER, Role.DECIDER, making.UNIT),
        ("supervisor", SUPERVISOR, Role.SUPERVISOR, making.UNIT),
    )


def licences_begin(session: Session, keyring: Keyring) -> StoryActors:
    make_unit(session, "ro-licensing", "RO")
    actors = StoryActors({}, {})
    for who, stand_in in (("clerk", CLERK), ("reviewer", REVIEWER)):
        officer = make_officer(
            session,
            keyring,
            Role.LICENSING,
            unit="ro-licensing",
            name=f"Invented {who}",
            email=f"{who}@authority.example",
        ).officer
        actors.tokens[who] = token_of(session, officer)
        actors.live[stand_in] = officer.reference
    licence = licence_record(country="RO", number="RO/2001")
    make_agency(session, country="RO", name="Invented Star", identifiers=(), licences=(licence,))
    actors.live.update({PERMIT: licence.licence_id, HELD_BY: holder_of(session, licence.licence_id).agency_id})
    source = session.execute(select(Source).where(Source.reference == source_of("RO"))).scalar_one()
    source.mapping = as_stored(plain_mapping())
    for stand_in, reason in (
        (OLD_LIST, "2 of 40 rows cannot be taken"),
        (NEW_LIST, "the list would delist 9 of 40 agencies"),
    ):
        pending = PendingImport(
            reference=new_reference(), source_id=source.id, file=f"{stand_in}.list", digest="0" * 64, fetched_at=now(),
            reason=reason, counts={"read": 40, "vanished": 9}, overview=HELD_OVERVIEW,
        )  # fmt: skip
        session.add(pending)
        actors.live[stand_in] = pending.reference
    session.flush()
    return actors


HELD_OVERVIEW = to_sign(
    Report(
        source="fictitious", file="x.list",
        rejects=[Finding(9, "Note", Flaw.UNREAD_STATUS, "suspended")],
        losses=["a column is hidden: 'Remarks'"],
        overview=Overview(
            tables=[
                TableSeen(place="sheet Agencies", heading="Agencies", rows=40, taken=38, rejected=2),
                TableSeen(place="sheet Contractors", rows=7, left_because="another list (contractors)"),
            ],
            groups=[
                Group(
                    kind="cz_zamestnavani_osob", status="active", licences=38,
                    samples=[SampleRow("line 2", "Fictitious Alpha Ltd", "12345678", "L0001", "2024-01-01", "")],
                ),
            ],
            headings=["line 30: Suspended"],
        ),
    )
)  # fmt: skip


def neighbours_begin(session: Session, keyring: Keyring) -> StoryActors:
    make_unit(session, "ro-licensing", "RO")
    make_source(session, "RO")
    phone = record.Channel(kind=ChannelKind.PHONE, value="+40 21 000 0001", source=source_of("RO"), retrieved_at=now())
    licence = licence_record(country="RO")
    bare: dict[str, Any] = {"country": "RO", "identifiers": ()}
    true = make_agency(session, name="Invented Star", channels=(phone,), licences=(licence,), **bare)
    others = [make_agency(session, name=name, **bare) for name in ("Invented Starr", "Made Up Moon")]
    actors = StoryActors({}, {TRUE_ENTRY: true.agency_id, OTHER: others[0].agency_id, THIRD: others[1].agency_id})
    rows = row_ids(session, [true.agency_id, *(one.agency_id for one in others)])
    for stand_in, other, sign in ((PAIR, others[0], Sign.NEAR_NAME), (STRANGERS, others[1], Sign.ADDRESS)):
        pair = Collision(
            reference=new_reference(), first_id=rows[true.agency_id], second_id=rows[other.agency_id], signs=[sign],
            rank=rank([sign]), state=CollisionState.OPEN, found_at=now(),
        )  # fmt: skip
        session.add(pair)
        actors.live[stand_in] = pair.reference
    return _with_officers(
        session, keyring, actors,
        ("clerk", CLERK, Role.LICENSING, "ro-licensing"),
        ("reviewer", REVIEWER, Role.LICENSING, "ro-licensing"),
    )  # fmt: skip


def law_begin(session: Session, keyring: Keyring) -> StoryActors:
    make_unit(session)
    signer = keyring.make(Use.LAW, instant_text(now()))
    append(session, [draft_of(signer.key, is_first=True)])
    kid, signature = signed(TOLD["law"][0].body["file"].encode(), signer).split()
    return _with_officers(
        session, keyring, StoryActors({}, {KID: kid, SIGNATURE: signature}),
        ("operator", OPERATOR, Role.SYSADMIN, "it-invented-unit"),
        ("other", OTHER_OPERATOR, Role.SYSADMIN, "it-invented-unit"),
    )  # fmt: skip


def papers_begin(session: Session, keyring: Keyring) -> StoryActors:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    actors = StoryActors({}, {})
    for stand_in in (FORM, SECOND_FORM):
        code, root = minted()
        made = premint(session, sealer, code, root, Language.ZH_HANS, now().date() - timedelta(days=30))
        actors.live[stand_in] = made.reference
    return _with_officers(session, keyring, actors, ("typist", TYPIST, Role.TRIAGE, UNIT))


STORIES = (
    Story(TOLD["officers"], officers_begin),
    Story(TOLD["hearings"], hearings_begin),
    Story(TOLD["referrals"], referrals_begin),
    Story(TOLD["transfers"], transfers_begin),
    Story(TOLD["entries"], entries_begin),
    Story(TOLD["oversight"], oversight_begin),
    Story(TOLD["sanctions"], sanctions_begin),
    Story(TOLD["licences"], licences_begin),
    Story(TOLD["neighbours"], neighbours_begin),
    Story(TOLD["law"], law_begin),
    Story(TOLD["cases"], cases_begin),
    Story(TOLD["openings"], openings_begin),
    Story(TOLD["papers"], papers_begin),
)


@dataclass(frozen=True, slots=True)
class Ask:
    """Sends an example's request from a version, and with another token where one is given."""

    client: FlaskClient
    actors: StoryActors
    example: Any

    def __call__(self, version: int | None, token: str | None = None) -> TestResponse:
        example, live = self.example, self.actors.live
        token = token or self.actors.tokens[example.who]
        headers = {"X-Request-Id": REQUEST_ID, "Accept-Language": "en", "Authorization": f"Bearer {token}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        address = _with(example.address(), live)
        return self.client.open(address, method=example.method, json=self.body, headers=headers)

    @property
    def body(self) -> Any:
        body = self.example.body
        return None if body is None else json.loads(_with(json.dumps(body), self.actors.live))

    @property
    def references(self) -> list[str]:
        """What the address of the example names, in its order."""
        return [self.actors.live.get(one, one) for one in self.example.path.values()]


def play(
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    story: Story,
    *,
    is_held: bool = True,
    standing_in: Mapping[str, str] = STANDING_IN,
    before: Callable[[Any, Ask], object] = lambda _example, _ask: None,
) -> Iterator[tuple[Any, Any]]:
    """Each example and its answer. The clock should stand still.

    `is_held`: to the document, which does not know them yet while they are recorded. `before` is called before each
    example is asked: it may ask the same as somebody else, or from another version, where that changes nothing.
    """
    actors = story.begin(session, keyring)
    session.commit()
    for example in story.examples:
        ask = Ask(client, actors, example)
        before(example, ask)
        response = ask(example.version)
        assert response.status_code == example.status, (example.request_line(), response.get_data(as_text=True))
        # What is saved as a file is held to what is in it by another test.
        is_file = response.mimetype == BYTES
        if is_held and not is_file:
            assert_as_documented(response, example.operation)
        answer = response.get_json(force=True) if response.data and not is_file else None
        for field, stand_in in example.keeps.items():
            actors.live[stand_in] = answer[field]
        stand_ins = {reference: stand_in for stand_in, reference in actors.live.items()}
        yield example, with_placeholders(json.loads(_with(json.dumps(answer), stand_ins)), standing_in)


def with_placeholders(answer: Any, standing_in: Mapping[str, str] = STANDING_IN) -> Any:
    """An answer with the story's own beginning of a token and pseudonym in place of those of this time."""
    if isinstance(answer, list):
        return [with_placeholders(part, standing_in) for part in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        name: standing_in.get(name, part) if isinstance(part, str) else with_placeholders(part, standing_in)
        for name, part in answer.items()
    }


def _with(text: str, replaced: dict[str, str]) -> str:
    for one, other in replaced.items():
        text = text.replace(one, other)
    return text
