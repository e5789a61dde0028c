"""Mails an agency what its authority has published about it. Done by the worker: no request waits for a mail server."""

from collections.abc import Callable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.register.agencies.channels import registered_addresses
from registry.register.agencies.models import Agency, Channel
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.licensing import ProposalState
from registry.vocabulary.register import ChannelKind

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
            Channel.kind == ChannelKind.EMAIL,
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
            (one, agency, registered_addresses(session, one.agency_id or 0)) for one, agency in session.execute(query)
        ]
    given = []
    for proposal, agency, addresses in waiting:
        subject = f"The register has changed what it says of {agency}"
        sent = [send(address, subject, _notice(proposal, agency)) for address in addresses]
        if not sent or not all(sent):
            continue
        with sessions() as session:
            session.get_one(Proposal, proposal.id).told_at = now()
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
