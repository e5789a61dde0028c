"""The worlds in which the examples of organisations' programs are asked. They are told as those of officers are."""

from io import BytesIO

from sqlalchemy.orm import Session

from registry.account_terms import Scope
from registry.api.employers.examples import DONE_JOB, JOB, KEY, LISTS, ORGANISATION, ORGANISATIONS
from registry.bulk import actions, files
from registry.bulk_terms import JobState
from registry.clock import now
from registry.employers import keys
from registry.ids import new_reference
from registry.keyring import Keyring
from tests.api.desk.stories import Cast, Story
from tests.make import make_api_key, make_organisation

STANDING_IN = {"prefix": "rrk_mN3v", "key": "rrk_mN3vQ7-2xKfWc0ZrT9aLbHs4uYpEoJd8gVi1nMq6RtXS"}
"""In place of the beginning of a key, and of a whole one, of this time."""


def organisation_begins(session: Session, _keyring: Keyring) -> Cast:
    organisation = make_organisation(session)
    cast = Cast({"owner": make_api_key(session, organisation)}, {ORGANISATION: organisation.reference})
    cast.live[KEY] = keys.keys_of(session, organisation.id, now().date())[0].reference
    return cast


def with_keys(session: Session, *scopes: Scope) -> Cast:
    """An organisation whose `owner` has a key of these scopes, every one unless some are named."""
    organisation = make_organisation(session)
    return Cast({"owner": make_api_key(session, organisation, *scopes)}, {ORGANISATION: organisation.reference})


def lists_begin(session: Session, keyring: Keyring) -> Cast:
    """A list whose header says little, and one that is done."""
    organisation = make_organisation(session)
    home = keyring.folder.parent
    cast = Cast({"owner": make_api_key(session, organisation)}, {ORGANISATION: organisation.reference})
    for stand_in, name, body in (
        (DONE_JOB, "done.csv", b"licence number\n1\n"),
        (JOB, "list.csv", b"ref,who\n1,Nobody Ltd\n"),
    ):
        reference = new_reference()
        folder = files.folder_of(home, reference)
        taken = files.take(folder, BytesIO(body))
        facts = {"reference": reference, "name": name, "language": "en"}
        job = actions.add_job(session, folder, organisation.id, taken, once=None, now=now(), **facts)
        cast.live[stand_in] = reference
        if stand_in == DONE_JOB:
            job.state, job.rows, job.rows_done, job.ended_at = JobState.DONE, 1, 1, now()
            job.counts = {"items": 1, "answered": 1, "unknown": 1}
            files.put(folder, "results.csv", b"key\n")
    session.flush()
    return cast


STORIES = (Story(ORGANISATIONS, organisation_begins), Story(LISTS, lists_begin))
