"""Locking a row for a change: its tenant alone finds it, and a version that was changed since is refused."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

import registry
from registry.core.clock import now
from registry.core.db.locking import lock, lock_or_none, require_version
from registry.core.errors import NotFound, StaleVersion
from registry.core.ids import new_reference
from registry.http.transaction import Services
from registry.organisations.models import Organisation
from registry.vocabulary.watches import WatchKind
from registry.watches.models import Watch

pytestmark = pytest.mark.both_databases

OURS, THEIRS = 900_001, 900_002


@pytest.fixture
def reference(session: Session) -> str:
    """A watch of one of two invented organisations, committed."""
    today = now().date()
    for row_id, name in ((OURS, "Invented Brand"), (THEIRS, "Invented Other")):
        facts = {"name": name, "country": "IT", "language": "en", "since_on": today}
        session.add(Organisation(id=row_id, reference=new_reference(), **facts))
    session.flush()
    watch = Watch(
        reference=new_reference(),
        organisation_id=OURS,
        kind=WatchKind.AGENCY,
        label="A",
        is_paused=False,
        made_on=today,
        version=1,
    )
    session.add(watch)
    session.commit()
    return watch.reference


def _lock(session: Session, reference: str, organisation: int = OURS, version: int | None = None) -> Watch:
    its = (Watch.reference == reference, Watch.organisation_id == organisation)
    return lock(session, Watch, *its, version=version, missing="there is no such watch")


def test_another_tenants_row_is_missing_like_one_that_never_was(session: Session, reference: str) -> None:
    for unknown, organisation in ((reference, THEIRS), ("000000000000", OURS)):
        with pytest.raises(NotFound) as refused:
            _lock(session, unknown, organisation)
        assert refused.value.text == "there is no such watch"
    assert lock_or_none(session, Watch, Watch.reference == reference, Watch.organisation_id == THEIRS) is None


def test_a_version_that_was_changed_since_is_refused_and_none_asks_for_nothing(
    session: Session, reference: str
) -> None:
    assert _lock(session, reference, version=1).reference == reference
    assert _lock(session, reference).version == 1
    with pytest.raises(StaleVersion) as refused:
        _lock(session, reference, version=0)
    assert refused.value.text == "somebody changed this in the meantime: it is at version 1; look again"
    with pytest.raises(StaleVersion, match="changed the answer sheet in the meantime: it is at version 3"):
        require_version(3, 2, "the answer sheet")


def test_a_row_that_was_loaded_before_is_read_anew(session: Session, held_services: Services, reference: str) -> None:
    _lock(session, reference)
    session.commit()
    with held_services.sessions.begin() as other:
        other.execute(update(Watch).where(Watch.reference == reference).values(version=2, label="B"))
    locked = _lock(session, reference, version=2)
    assert (locked.version, locked.label) == (2, "B")


def test_versions_are_compared_in_one_way() -> None:
    """Where StaleVersion is raised: beside the lock, and where what was read or sent has no number."""
    own = {
        "core/db/locking.py", "supervision/licensing/related_acts.py", "supervision/licensing/proposals.py",
        "api/write_headers.py",
    }  # fmt: skip
    root = Path(registry.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            is_raised = isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
            if is_raised and ast.unparse(node.exc.func).removeprefix("errors.") == "StaleVersion":
                found.add(path.relative_to(root).as_posix())
    assert found == own
