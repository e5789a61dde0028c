"""The worlds in which the examples of organisations' programs run, in the form of those of officers."""

import msgspec
from sqlalchemy.orm import Session, sessionmaker

from registry.api.examples import ORGANISATIONS, stories
from registry.bulk import files
from registry.bulk.archive import receipts
from registry.bulk.archive.lists import SignedStatements, archive_list
from registry.bulk.manifest import statement
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring, Use
from registry.log.keys import make_keys
from registry.organisations import keys
from registry.organisations.actions import organisation_named
from registry.proofs.wallets.presentations import Shown, Verifier, announce, begin
from registry.proofs.wallets.staff import SECRET
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.organisations import JobKind, JobState, Scope
from registry.vocabulary.register import Answer, LicenceStatus
from registry.vocabulary.supervision import Ask, PresentationEnd, PresentationState
from registry.watches import watches
from registry.watches.fan_out import fan_out_presentations
from tests.api.example_registry import USCC
from tests.api.officers.stories import Story, StoryActors
from tests.make import (
    changed,
    make_api_key,
    make_job,
    make_licence,
    make_organisation,
    organisation_call,
    public_record_of,
    status_record,
)
from tests.pages.organisations.conftest import make_member
from tests.proofs.wallets.making import OPERATOR
from tests.supervision.licensing.making import holder_of
from tests.watches.making import fan_out_committed, feed_of

TOLD = stories(ORGANISATIONS)

# What the examples call the things of a story
ORGANISATION, KEY, OTHER_KEY, MEMBER = "XRGANSATN22A", "KEYXX222222B", "XTHERKEY222C", "MEMBERX2222H"
SHOWN_PRESENTATION, CARD, SHOWN_AGENCY, SHOWN_LICENCE = "PRESENTED22B", "CARDXXX2222C", "SHWNAGENCY2D", "SHWNLICENC2E"
JOB, DONE_JOB = "JBXX2222222Z", "DNEJB222222M"
RECEIPT, ABOUT, ARCHIVED_LIST = "RECEXPT2222F", "AGENCYX2222G", "KEPTXST2222H"
FORGED = "eyJhbGciOiJub25lIiwidHlwIjoicmVnaXN0cnktcmVjZWlwdCtqd3QifQ.eyJ2ZXJkaWN0IjoieWVzIn0."
WATCHED, WATCHED_LICENCE, EVENT = "WATCHED2222A", "WATCHEDL222B", "EVENTXX2222F"

URL = "http://127.0.0.1:8000"

STANDING_IN = {
    "prefix": "rrk_mN3v",
    "key": "rrk_mN3vQ7-2xKfWc0ZrT9aLbHs4uYpEoJd8gVi1nMq6RtXS",
    "secret": "whsec_aW52ZW50ZWQgc2VjcmV0IG9mIDMyIGJ5dGVzLCAhIQ==",
    "cursor": "AAAAAAAAAAF3c3RhbmRpbi1jdXJzb3I",
    "next_cursor": "AAAAAAAAAAF3c3RhbmRpbi1jdXJzb3I",
    "event_id": f"evt_{EVENT}",
    "link": "haip-vp://?client_id=x509_hash%3AaW52ZW50ZWQgY2VydGlmaWNhdGU&request_uri=https%3A%2F%2Fregistry.example%2F"
    "presentations%2FaW52ZW50ZWQgdG9rZW4",
    "qr": "data:image/svg+xml;base64,PHN2Zy8+",
}
"""In place of the beginning of a key, of a whole one, of a secret, a cursor, an event, and what a wallet opens, of this time."""


def organisation_begins(session: Session, _keyring: Keyring) -> StoryActors:
    organisation = make_organisation(session)
    actors = StoryActors({"owner": make_api_key(session, organisation)}, {ORGANISATION: organisation.reference})
    actors.live[KEY] = keys.keys_of(session, organisation.id, now().date())[0].reference
    narrow = make_api_key(session, organisation, Scope.ORGANISATION, name="narrow")
    actors.tokens["narrow"] = narrow
    actors.live[OTHER_KEY] = keys.keys_of(session, organisation.id, now().date())[0].reference
    actors.live[MEMBER] = make_member(session, organisation).reference
    return actors


def presentations_begin(session: Session, keyring: Keyring) -> StoryActors:
    """One request that a wallet has answered with a card of an agency."""
    actors = with_keys(session)
    ours = organisation_named(session, actors.live[ORGANISATION])
    make_keys(session, keyring, URL, OPERATOR)
    licence = make_licence(session)
    holder = holder_of(session, licence.licence_id).agency_id
    card = new_reference()
    asked = begin(
        session,
        keyring,
        Verifier(URL, (keyring.active(Use.CREDENTIAL).certificate or "",), bytes, ""),
        now(),
        ask=Ask.CARD,
        purpose="To see who recruits at our gate",
        name=ours.name,
        job={},
        organisation_id=ours.id,
    ).presentation
    shown = Shown(holder, ["Agentura Smyšlená s.r.o."], licence.licence_id, card, "Ada", "Esempio")
    asked.state = PresentationState.SHOWN
    asked.result = keyring.seal(SECRET, f"{asked.reference} result", msgspec.json.encode(shown))
    actors.live.update(
        {SHOWN_PRESENTATION: asked.reference, SHOWN_AGENCY: holder, SHOWN_LICENCE: licence.licence_id, CARD: card}
    )
    announce(session, asked, PresentationEnd.SHOWN)
    session.commit()
    fan_out_presentations(sessionmaker(session.get_bind()), now())
    actors.live[EVENT] = feed_of(session, ours.id)[-1].reference
    return actors


def receipts_begin(session: Session, _keyring: Keyring) -> StoryActors:
    """An unsigned receipt: checking it gives the same answer each time."""
    actors = with_keys(session)
    ours = organisation_named(session, actors.live[ORGANISATION])
    question = {"uscc": USCC, "destination": "IT"}
    about = new_reference()
    call = organisation_call(session, ours.id)
    stored = receipts.archive_receipt(call, FORGED, question, Answer.YES, about)
    stated = {
        "at": 1795608000,
        "question": question,
        "verdict": "yes",
        "reasons": ["licence_active"],
        "on": "2026-11-25",
    }
    row = statement(0, "row-1", None, {**stated, "records": [], "may_continue_existing_placements": "yes"})
    counts = {"items": 1, "answered": 1, "refused": 0, "yes": 1, "no": 0, "unknown": 0}
    whole = archive_list(call, JobKind.VERIFICATION, SignedStatements(new_reference(), [row], counts, FORGED))
    actors.live.update({RECEIPT: stored.reference, ABOUT: about, ARCHIVED_LIST: whole.reference})
    return actors


def with_keys(session: Session, *scopes: Scope) -> StoryActors:
    """An organisation whose `owner` has a key of these scopes, every one unless some are named."""
    organisation = make_organisation(session)
    return StoryActors({"owner": make_api_key(session, organisation, *scopes)}, {ORGANISATION: organisation.reference})


def lists_begin(session: Session, keyring: Keyring) -> StoryActors:
    """A list whose header says little, and one that is done."""
    organisation = make_organisation(session)
    home = keyring.folder.parent
    actors = StoryActors({"owner": make_api_key(session, organisation)}, {ORGANISATION: organisation.reference})
    for stand_in, name, body in (
        (DONE_JOB, "done.csv", b"licence number\n1\n"),
        (JOB, "list.csv", b"ref,who\n1,Nobody Ltd\n"),
    ):
        job = make_job(session, home, organisation.id, body, name)
        actors.live[stand_in] = job.reference
        if stand_in == DONE_JOB:
            job.state, job.rows, job.rows_done, job.ended_at = JobState.DONE, 1, 1, now()
            job.counts = {"items": 1, "answered": 1, "unknown": 1}
            folder = files.folder_of(home, job.reference)
            files.put(folder, "results.csv", b"key\n")
            row = statement(0, "row-1", 2, {"question": {"licence_number": "1"}, "verdict": "unknown"})
            files.put(folder, "statements.jsonl", row)
            files.put(folder, "manifest.jws", FORGED.encode())
    session.flush()
    return actors


def watches_begin(session: Session, keyring: Keyring) -> StoryActors:
    """Something happens to what the owner watches; another organisation watches it too, and is heard of nowhere."""
    actors = with_keys(session)
    ours = organisation_named(session, actors.live[ORGANISATION])
    licence = make_licence(session)
    holder = holder_of(session, licence.licence_id).agency_id
    actors.live.update({WATCHED: holder, WATCHED_LICENCE: licence.licence_id})
    fan_out_committed(session, keyring)
    for organisation in (make_organisation(session, "Invented Others"), ours):
        watch = watches.watch_agency(organisation_call(session, organisation.id), holder, "Before")
        if organisation is not ours:
            continue
        stated = public_record_of(session, holder)
        period = status_record(LicenceStatus.SUSPENDED, from_=now().date())
        suspended = changed(stated.licences[0], status_history=(*stated.licences[0].status_history, period))
        amend(session, changed(stated, licences=(suspended,)), Event("licence.suspended"))
        fan_out_committed(session, keyring)
        actors.live[EVENT] = feed_of(session, ours.id)[-1].reference
        watches.end(organisation_call(session, ours.id), watch.reference)
    return actors


STORIES = (
    Story(TOLD["organisations"], organisation_begins),
    Story(TOLD["presentations"], presentations_begin),
    Story(TOLD["receipts"], receipts_begin),
    Story(TOLD["lists"], lists_begin),
    Story(TOLD["watches"], watches_begin),
)
