"""Acts of officers on licences: proposed by one, approved by another, in the public record in the same transaction.

Nothing here commits. Approving is the last thing in a transaction, for it holds the log and the audit until that ends.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.audit import actions as audit
from registry.core.db.locking import lock, require_version
from registry.core.errors import ActRefused, EntryTooLarge, Fault, InvalidInput, NotNow, StaleVersion, UnfitText
from registry.core.ids import new_reference, read_reference
from registry.log.actions import lock_log
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_authority
from registry.officers.rights import Act, Resource
from registry.register.agencies.actions import admit, amend, register_agreement
from registry.register.agencies.models import Agency
from registry.register.agencies.publishing import Event
from registry.register.agencies.texts import tidy_line
from registry.register.authorities.actions import save_desk_reading
from registry.supervision.licensing.act_forms import to_details
from registry.supervision.licensing.drafting import Draft, LicensingOfficial, drafted
from registry.supervision.licensing.models import Proposal
from registry.supervision.licensing.rules import ACTS, AGREEMENTS, About
from registry.vocabulary.codes import Problem
from registry.vocabulary.licensing import LicenceAct, ProposalState

MAX_REASON = 1000


def propose(
    session: Session,
    official: LicensingOfficial,
    act: LicenceAct,
    about: str | None,
    sent: Mapping[str, Any],
    at: datetime,
    *,
    legal_ground: str,
    effective_on: date,
) -> Proposal:
    """Propose an act; one that needs no second person is published at once. `about` as for `drafted`.

    Raises what `drafted` raises, and InvalidInput where the same act on the same licence waits already.
    """
    draft = drafted(session, official, act, about, sent, at, legal_ground=legal_ground, effective_on=effective_on)
    _refuse_second(session, draft)
    proposal = Proposal(
        reference=new_reference(),
        authority=official.authority,
        act=act,
        agency_id=draft.agency_row_id,
        subject=draft.subject,
        details=to_details(draft.stated),
        legal_ground=draft.legal_ground,
        effective_on=effective_on,
        seen=draft.seen,
        has_second=ACTS[act].has_second,
        state=ProposalState.OPEN,
        proposed_by=official.name,
        proposed_at=at,
    )
    session.add(proposal)
    session.flush()
    if proposal.has_second:
        notify_authority(
            session,
            official.authority,
            Resource.LICENCE,
            Act.APPROVE,
            NoticeKind.SECOND_PERSON,
            at,
            but=[official.name],
        )
        _record(session, proposal, "licensing.proposed", official, at)
    else:
        _apply(session, proposal, official, at)
    return proposal


def approve(
    session: Session, official: LicensingOfficial, reference: str, at: datetime, *, version: int | None = None
) -> Proposal:
    """Put a proposed act into the public record: the next answer has it.

    Raises NotFound, ActRefused for the proposer, StaleVersion, NotNow where it was decided or no longer fits.
    """
    proposal = _lock_open(session, official, reference, version)
    if proposal.proposed_by == official.name:
        raise ActRefused("own_proposal", "you proposed this: another officer has to approve it")
    _apply(session, proposal, official, at)
    return proposal


def refuse(
    session: Session,
    official: LicensingOfficial,
    reference: str,
    reason: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Proposal:
    """Refuse a proposal of another officer, with a reason. Raises as `approve`, and InvalidInput."""
    proposal = _lock_open(session, official, reference, version)
    if proposal.proposed_by == official.name:
        raise ActRefused("own_proposal", "you proposed this: take it back instead")
    proposal.reason = tidy_line("reason", reason, MAX_REASON)
    return _ended(session, proposal, ProposalState.REFUSED, official, at)


def take_back(
    session: Session, official: LicensingOfficial, reference: str, at: datetime, *, version: int | None = None
) -> Proposal:
    """Withdraw one's own proposal. Raises as `approve`."""
    proposal = _lock_open(session, official, reference, version)
    if proposal.proposed_by != official.name:
        raise ActRefused("others_proposal", "somebody else proposed this: refuse it instead")
    return _ended(session, proposal, ProposalState.TAKEN_BACK, official, at)


def draft_of(session: Session, proposal: Proposal, at: datetime) -> Draft:
    """What a proposal would make of the record now. Raises as `drafted` where it no longer fits."""
    return drafted(
        session,
        LicensingOfficial(proposal.proposed_by, proposal.authority),
        proposal.act,
        _about(session, proposal),
        proposal.details,
        at,
        legal_ground=proposal.legal_ground,
        effective_on=proposal.effective_on,
        subject=proposal.subject,
    )


def waiting_draft(session: Session, proposal: Proposal, at: datetime) -> Draft:
    """As `draft_of`. Raises NotNow for a proposal that no longer waits, StaleVersion if the record changed since."""
    if proposal.state is not ProposalState.OPEN:
        raise _decided(proposal)
    draft = draft_of(session, proposal, at)
    _require_as_seen(draft, proposal)
    return draft


def forget_proposals(session: Session, agencies: Collection[str]) -> None:
    """Delete every proposal for agencies (references) whose holder is erased: proposals may contain a personal name."""
    erased = select(Agency.id).where(Agency.reference.in_(agencies))
    session.execute(delete(Proposal).where(Proposal.agency_id.in_(erased)))


def _about(session: Session, proposal: Proposal) -> str | None:
    about = ACTS[proposal.act].about
    if about is About.LICENCE:
        return proposal.subject
    return session.get_one(Agency, proposal.agency_id).reference if about is About.AGENCY else None


def _lock_open(session: Session, official: LicensingOfficial, reference: str, version: int | None) -> Proposal:
    """A pending proposal of this authority, locked."""
    its = (Proposal.reference == read_reference(reference), Proposal.authority == official.authority)
    proposal = lock(session, Proposal, *its, missing=f"there is no proposal {reference} of this authority")
    if proposal.state is not ProposalState.OPEN:
        raise _decided(proposal)
    require_version(proposal.version, version)
    return proposal


def _refuse_second(session: Session, draft: Draft) -> None:
    query = select(Proposal.reference).where(
        Proposal.authority == draft.authority,
        Proposal.act == draft.act,
        Proposal.subject == draft.subject,
        Proposal.state == ProposalState.OPEN,
    )
    waiting = session.execute(query).scalars().first()
    if waiting is not None and ACTS[draft.act].about is About.LICENCE:
        raise InvalidInput([Fault.of("act", Problem.CONTRADICTORY, "waits_already", reference=waiting)])


def _apply(session: Session, proposal: Proposal, official: LicensingOfficial, at: datetime) -> None:
    # With the lock on the log we read what the last publication wrote: nothing changes any more under this draft.
    lock_log(session)
    draft = draft_of(session, proposal, at)
    _require_as_seen(draft, proposal)
    save_desk_reading(session, proposal.authority, at)
    rule = ACTS[proposal.act]
    event = Event(rule.event, is_correction=proposal.act is LicenceAct.CORRECT)
    try:
        _publish(session, proposal, draft, event)
    except (EntryTooLarge, UnfitText) as error:
        raise NotNow(error.text, "licensing.not_publishable") from None
    proposal.state, proposal.decided_by, proposal.decided_at = ProposalState.APPLIED, official.name, at
    proposal.version += 1
    session.flush()
    _record(session, proposal, rule.event, official, at)


def _require_as_seen(draft: Draft, proposal: Proposal) -> None:
    if draft.seen != proposal.seen:
        raise StaleVersion(
            "what stands in the record was changed since this was proposed: refuse it or take it back, and propose it anew"
        )


def _decided(proposal: Proposal) -> NotNow:
    return NotNow(
        f"this waits no more: it is {proposal.state} since {proposal.decided_at:%Y-%m-%d %H:%M} UTC",
        "licensing.decided",
        state=proposal.state,
    )


def _publish(session: Session, proposal: Proposal, draft: Draft, event: Event) -> None:
    if draft.before is None:
        (proposal.agency_id,) = admit(session, [draft.after], event)
        return
    if draft.act in AGREEMENTS:
        agreement = next(one for one in draft.after.agreements if one.agreement_id == draft.subject)
        appended = register_agreement(session, agreement, event)
    else:
        appended = amend(session, draft.after, event)
    if appended is None:
        raise NotNow("the record says so already: nothing would change", "licensing.no_change")


def _ended(
    session: Session, proposal: Proposal, state: ProposalState, official: LicensingOfficial, at: datetime
) -> Proposal:
    proposal.state, proposal.decided_by, proposal.decided_at = state, official.name, at
    proposal.version += 1
    session.flush()
    _record(session, proposal, f"licensing.{state}", official, at)
    return proposal


def _record(session: Session, proposal: Proposal, act: str, official: LicensingOfficial, at: datetime) -> None:
    detail = f"{proposal.act} from {proposal.effective_on}, proposal {proposal.reference} of {proposal.proposed_by}"
    audit.record(session, act, proposal.subject, on=at.date(), actor=official.name, detail=detail, unit=official.unit)
