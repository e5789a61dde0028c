"""Acts of officers on licences: proposed by one, approved by another, in the public record in the same transaction.

Nothing here commits. Approving is the last thing in a transaction, for it holds the log and the audit until that ends.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, sessionmaker

from registry.core import clock, ids
from registry.core.calls import Call
from registry.core.db.locking import lock, require_version
from registry.core.errors import ActRefused, EntryTooLarge, Fault, InvalidInput, NotNow, StaleVersion, UnfitText
from registry.log.actions import lock_log
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_authority
from registry.officers.rights import Act, Resource
from registry.register.agencies import channel_changes, publishing
from registry.register.agencies.actions import admit, amend, register_agreement
from registry.register.agencies.models import Agency, Channel
from registry.register.agencies.rules import tidy_line
from registry.register.authorities.actions import save_desk_reading
from registry.supervision.licensing import act_forms, drafting, rules
from registry.supervision.licensing.models import Proposal
from registry.vocabulary import codes, register
from registry.vocabulary.supervision import LicenceAct, ProposalState

MAX_REASON = 1000


def propose(call: Call[drafting.LicensingOfficial], request: drafting.ActRequest) -> Proposal:
    """Propose an act; one that needs no second person is published at once.

    Raises what `draft_act` raises, and InvalidInput where the same act on the same licence waits already.
    """
    session, official = call.session, call.actor
    draft = drafting.draft_act(call, request)
    _refuse_second(session, draft)
    proposal = Proposal(
        reference=ids.new_reference(),
        authority=official.authority,
        act=draft.act,
        agency_id=draft.agency_row_id,
        subject=draft.subject,
        details=act_forms.to_details(draft.stated),
        legal_ground=draft.legal_ground,
        effective_on=draft.effective_on,
        seen=draft.seen,
        has_second=rules.ACTS[draft.act].has_second,
        state=ProposalState.OPEN,
        proposed_by=official.name,
        proposed_at=call.at,
    )
    session.add(proposal)
    session.flush()
    if proposal.has_second:
        kind = NoticeKind.SECOND_PERSON
        notify_authority(session, official.authority, Resource.LICENCE, Act.APPROVE, kind, call.at, but=[official.name])
        _record(call, proposal, "licensing.proposed")
    else:
        _apply(call, proposal)
    return proposal


def approve(call: Call[drafting.LicensingOfficial], reference: str) -> Proposal:
    """Put a proposed act into the public record: the next answer has it.

    Raises NotFound, ActRefused for the proposer, StaleVersion, NotNow where it was decided or no longer fits.
    """
    proposal = _lock_open(call, reference)
    if proposal.proposed_by == call.actor.name:
        raise ActRefused("own_proposal", "you proposed this: another officer has to approve it")
    _apply(call, proposal)
    return proposal


def refuse(call: Call[drafting.LicensingOfficial], reference: str, reason: str) -> Proposal:
    """Refuse a proposal of another officer, with a reason. Raises as `approve`, and InvalidInput."""
    proposal = _lock_open(call, reference)
    if proposal.proposed_by == call.actor.name:
        raise ActRefused("own_proposal", "you proposed this: take it back instead")
    proposal.reason = tidy_line("reason", reason, MAX_REASON)
    return _decide(call, proposal, ProposalState.REFUSED, "licensing.refused")


def take_back(call: Call[drafting.LicensingOfficial], reference: str) -> Proposal:
    """Withdraw one's own proposal. Raises as `approve`."""
    proposal = _lock_open(call, reference)
    if proposal.proposed_by != call.actor.name:
        raise ActRefused("others_proposal", "somebody else proposed this: refuse it instead")
    return _decide(call, proposal, ProposalState.TAKEN_BACK, "licensing.taken_back")


def draft_of(session: Session, proposal: Proposal, at: datetime) -> drafting.Draft:
    """What a proposal would make of the record now. Raises as `draft_act` where it no longer fits."""
    proposer = drafting.LicensingOfficial(proposal.proposed_by, proposal.authority)
    request = drafting.ActRequest(
        proposal.act, _about(session, proposal), proposal.details, proposal.legal_ground, proposal.effective_on
    )
    return drafting.draft_act(Call(session, proposer, at), request, proposal.subject)


def waiting_draft(session: Session, proposal: Proposal, at: datetime) -> drafting.Draft:
    """As `draft_of`. Raises NotNow for a proposal that no longer waits, StaleVersion if the record changed since."""
    if proposal.state is not ProposalState.OPEN:
        raise _no_longer_waits(proposal)
    draft = draft_of(session, proposal, at)
    _require_as_seen(draft, proposal)
    return draft


def forget_proposals(session: Session, agencies: Collection[str]) -> None:
    """Delete every proposal for agencies (references) whose holder is erased: proposals may contain a personal name."""
    erased = select(Agency.id).where(Agency.reference.in_(agencies))
    session.execute(delete(Proposal).where(Proposal.agency_id.in_(erased)))


def _about(session: Session, proposal: Proposal) -> str | None:
    about = rules.ACTS[proposal.act].about
    if about is rules.About.LICENCE:
        return proposal.subject
    return session.get_one(Agency, proposal.agency_id).reference if about is rules.About.AGENCY else None


def _lock_open(call: Call[drafting.LicensingOfficial], reference: str) -> Proposal:
    """A pending proposal of the officer's authority, locked."""
    its = (Proposal.reference == ids.read_reference(reference), Proposal.authority == call.actor.authority)
    proposal = lock(call.session, Proposal, *its, missing=f"there is no proposal {reference} of this authority")
    if proposal.state is not ProposalState.OPEN:
        raise _no_longer_waits(proposal)
    require_version(proposal.version, call.version)
    return proposal


def _refuse_second(session: Session, draft: drafting.Draft) -> None:
    query = select(Proposal.reference).where(
        Proposal.authority == draft.authority,
        Proposal.act == draft.act,
        Proposal.subject == draft.subject,
        Proposal.state == ProposalState.OPEN,
    )
    waiting = session.execute(query).scalars().first()
    if waiting is not None and rules.ACTS[draft.act].about is rules.About.LICENCE:
        raise InvalidInput([Fault.of("act", codes.Problem.CONTRADICTORY, "waits_already", reference=waiting)])


def _apply(call: Call[drafting.LicensingOfficial], proposal: Proposal) -> None:
    # With the lock on the log we read what the last publication wrote: nothing changes any more under this draft.
    lock_log(call.session)
    draft = draft_of(call.session, proposal, call.at)
    _require_as_seen(draft, proposal)
    save_desk_reading(call.session, proposal.authority, call.at)
    rule = rules.ACTS[proposal.act]
    event = publishing.Event(rule.event, is_correction=proposal.act is LicenceAct.CORRECT)
    try:
        _publish(call.session, proposal, draft, event)
    except (EntryTooLarge, UnfitText) as error:
        raise NotNow(error.text, "licensing.not_publishable") from None
    _decide(call, proposal, ProposalState.APPLIED, rule.event)


def _require_as_seen(draft: drafting.Draft, proposal: Proposal) -> None:
    if draft.seen != proposal.seen:
        raise StaleVersion(
            "what stands in the record was changed since this was proposed: refuse it or take it back, and propose it anew"
        )


def _no_longer_waits(proposal: Proposal) -> NotNow:
    return NotNow(
        f"this waits no more: it is {proposal.state} since {proposal.decided_at:%Y-%m-%d %H:%M} UTC",
        "licensing.decided",
        state=proposal.state,
    )


def _publish(session: Session, proposal: Proposal, draft: drafting.Draft, event: publishing.Event) -> None:
    if draft.before is None:
        (proposal.agency_id,) = admit(session, [draft.after], event)
        return
    if draft.act in rules.AGREEMENTS:
        agreement = next(one for one in draft.after.agreements if one.agreement_id == draft.subject)
        appended = register_agreement(session, agreement, event)
    else:
        appended = amend(session, draft.after, event)
    if appended is None:
        raise NotNow("the record says so already: nothing would change", "licensing.no_change")


def _decide(call: Call[drafting.LicensingOfficial], proposal: Proposal, state: ProposalState, act: str) -> Proposal:
    """Write down what became of a locked proposal; `act` is what the audit trail calls it."""
    proposal.state, proposal.decided_by, proposal.decided_at = state, call.actor.name, call.at
    proposal.version += 1
    call.session.flush()
    _record(call, proposal, act)
    return proposal


def _record(call: Call[drafting.LicensingOfficial], proposal: Proposal, act: str) -> None:
    detail = f"{proposal.act} from {proposal.effective_on}, proposal {proposal.reference} of {proposal.proposed_by}"
    drafting.record_act(call, act, proposal.subject, detail)


Send = Callable[[str, str, str], bool]
"""Sends a mail (address, subject, text); False when it could not be sent and shall be tried again."""

MAX_PROPOSALS = 200
"""Proposals looked at in one round."""


def notify_agencies(sessions: sessionmaker[Session], send: Send) -> list[str]:
    """Mail each agency at the addresses it has registered. Gives the number of proposals told of.

    A mail goes out before its row says so: if we crash between the two it goes out twice, never not at all. An agency
    without a registered address is told by hand: the page of the licence says so.
    """
    with sessions() as session:
        # Who has registered no address would otherwise stand before all others for ever.
        has_address = exists().where(
            Channel.agency_id == Proposal.agency_id,
            Channel.kind == register.ChannelKind.EMAIL,
            Channel.superseded_at.is_(None),
            Channel.held_to.is_(None),
        )
        query = (
            select(Proposal, Agency.reference)
            .join(Agency, Agency.id == Proposal.agency_id)
            .where(Proposal.state == ProposalState.APPLIED, Proposal.told_at.is_(None), has_address)
            .order_by(Proposal.id)
            .limit(MAX_PROPOSALS)
        )
        waiting = [
            (one, agency, channel_changes.registered_addresses(session, one.agency_id or 0))
            for one, agency in session.execute(query)
        ]
    given = []
    for proposal, agency, addresses in waiting:
        subject = f"The register has changed what it says of {agency}"
        sent = [send(address, subject, _notice(proposal, agency)) for address in addresses]
        if not sent or not all(sent):
            continue
        with sessions() as session:
            session.get_one(Proposal, proposal.id).told_at = clock.now()
            session.commit()
        given.append(proposal.reference)
    return given


def _notice(proposal: Proposal, agency: str) -> str:
    act = proposal.act.replace("_", " ")
    return (
        f"Agency {agency}: its authority has changed what the public register says.\n\n"
        f"  what: {act}\n"
        f"  about: {proposal.subject}\n"
        f"  from: {proposal.effective_on}\n"
        f"  legal ground: {proposal.legal_ground}\n\n"
        "What it says now stands on the agency's page of the register. If this is wrong, write to the authority by a way\n"
        "you already know. Do not send passwords or papers to anybody who asks for them because of this mail.\n\n"
        f"机构 {agency}：主管机关已变更登记簿中的内容（{act}），自 {proposal.effective_on} 起。\n"
        "登记簿中该机构的页面显示现行内容。如有错误，请通过您已知的途径联系主管机关。\n"
    )
