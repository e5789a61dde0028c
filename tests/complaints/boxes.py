"""Cases with a mailbox, for tests of what is sealed in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.complaint_codes import Root, derive, new_code
from registry.complaints.case.models import Case
from registry.complaints.sealing import envelopes, unit_keys
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.complaints.sealing.unit_keys import make_unit_keys
from registry.core.ids import new_reference
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseState, MailboxRole, MailboxState

TODAY = date(2026, 11, 25)
UNIT = "it-labour"


@contextmanager
def registry_of_before() -> Iterator[None]:
    """What is made meanwhile is as a registry made it before there were X-Wing keys: sealed by X25519 alone."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (envelopes, unit_keys):
            patch.setattr(module, "public_of", envelopes.former_public_of)
        patch.setattr(Root, "public", property(lambda root: envelopes.former_public_of(root.former_seed)))
        patch.setattr(Sealer, "_enclosed", lambda _self, wrapped, _kid: wrapped)
        yield


class Filed(NamedTuple):
    case: Case
    box: EncryptedContainer
    code: str
    root: Root
    opened: OpenContainer


def make_case(session: Session, state: CaseState = CaseState.DRAFT) -> Case:
    case = Case(reference=new_reference(), state=state, filed_on=TODAY)
    session.add(case)
    session.flush()
    return case


def make_box(
    session: Session,
    sealer: Sealer,
    case: Case | None = None,
    role: MailboxRole = MailboxRole.WORKER,
    code: str | None = None,
) -> Filed:
    """A new box with its receipt, in a new case if none is given."""
    case, code = case or make_case(session), code or new_code()
    root = derive(sealer.keyring, code)
    box = EncryptedContainer(
        reference=new_reference(),
        case_id=case.id,
        role=role,
        tag=root.tag,
        public_key=root.public,
        state=MailboxState.OPEN,
        made_on=TODAY,
    )
    session.add(box)
    session.flush()
    return Filed(case, box, code, root, sealer.new_box(session, box, root.public))


def hand_over(session: Session, sealer: Sealer, filed: Filed, unit: str = UNIT) -> None:
    make_unit_keys(session, sealer.keyring, unit, TODAY)
    sealer.hand_over(session, filed.opened, unit)


def make_sealed_case(session: Session, sealer: Sealer, unit: str, *, seed: bytes) -> Case:
    """A submitted case of a unit that has keys, whose mailbox opens by a seed: no receipt is derived, so that it is quick."""
    case = make_case(session, CaseState.SUBMITTED)
    case.unit_id = session.execute(select(Unit.id).where(Unit.reference == unit)).scalar_one()
    box = EncryptedContainer(
        reference=new_reference(),
        case_id=case.id,
        role=MailboxRole.WORKER,
        tag=new_reference(),
        public_key=envelopes.public_of(seed),
        state=MailboxState.OPEN,
        made_on=TODAY,
    )
    session.add(box)
    session.flush()
    sealer.hand_over(session, sealer.new_box(session, box, box.public_key), unit)
    return case
