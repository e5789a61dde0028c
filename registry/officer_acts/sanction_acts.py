"""Acts on sanctions, and what console and API check first: as whom the officer acts, and which sanction it is."""

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from registry.complaints.casework.decisions.actions import lock_decision
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.http.act_tables import calling
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct, OfficerActCall, acts_of, calling_sealed
from registry.officer_acts.agency_picker import licence_numbered
from registry.officer_acts.case_acts import lock_case_for
from registry.officer_acts.permissions import acting, reference_in, require_no_interest
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.sanctions import actions, models, moves, queries
from registry.vocabulary.codes import Problem
from registry.vocabulary.supervision import ToldFirst
from schemas import sanctions


def official(me: AuthenticatedOfficer, act: Act) -> moves.SanctionOfficial:
    """The officer present as sanctions know officers. Raises Forbidden."""
    officer = acting(me, Resource.SANCTION, act)
    return moves.SanctionOfficial(officer.name, officer.role, officer.unit, me.standing.authority)


def find_sanction(session: Session, me: AuthenticatedOfficer, reference: str) -> models.Sanction:
    """A sanction of the officer's authority. Raises NotFound for another's, Forbidden where the officer has an interest."""
    sanction = queries.sanction_named(session, me.standing.authority, reference_in(reference))
    require_no_interest(me, sanction.agency)
    return sanction


def readable_decision(session: Session, me: AuthenticatedOfficer, decision: str) -> str:
    """The decision that a proposal names.

    Raises NotFound where the officer may not read it, Forbidden on a conflict of interest.
    """
    reference = reference_in(decision)
    if not me.standing.may(Resource.DECISION, Act.READ):
        raise NotFound(f"there is no decision {reference} in this unit")
    case, _ = lock_decision(session, acting(me, Resource.DECISION, Act.READ), reference)
    lock_case_for(session, me, Resource.DECISION, Act.READ, case.reference)
    return reference


def _propose(
    call: OfficerActCall[moves.SanctionOfficial],
    licence_id: str,
    decision_id: str | None = None,
    case_version: int | None = None,
    **terms: Any,
) -> str:
    decision = readable_decision(call.session, call.me, decision_id) if decision_id else None
    if decision is not None and case_version is None:
        detail = "is missing: send the version of the decided case as you read it"
        raise InvalidInput([Fault("case_version", Problem.MISSING, detail)])
    licence = licence_numbered(call.session, call.me.standing.authority, licence_id) or reference_in(licence_id.strip())
    made = actions.propose(
        call, sealer(), licence, actions.Terms(**terms), decision=decision, case_version=case_version
    )
    require_no_interest(call.me, made.agency)
    return made.reference


def _look(call: OfficerActCall[moves.SanctionOfficial], told: Collection[ToldFirst], **look: Any) -> object:
    return actions.look_at_workers(call, call.reference, actions.Look(informed=frozenset(told), **look))


def _sanction_done(sanction: object) -> str:
    """The code of what an approval or a confirmed end made of a sanction: its state says it."""
    assert isinstance(sanction, models.Sanction)
    return f"sanction_{sanction.state}"


PROPOSALS = acts_of(
    Resource.SANCTION, lambda me, act: official(me, act.right), lambda _session, me, _: me.standing.authority or "",
    OfficerAct(
        "new", Act.PROPOSE, _propose, "proposeSanction",
        """Propose a sanction on a licence of your own authority.

        Based on a decision of your unit, or on the authority's own finding. Nothing is public before another approves
        it. Idempotent with an Idempotency-Key.
        """,
        sanctions.SanctionProposalSchema, path="", drafts="sanction", is_versioned=False,
        form={"licence_id": "licence", "decision_id": "decision", "case_version": "version"},
    ),
)  # fmt: skip

ACTS = acts_of(
    Resource.SANCTION,
    lambda me, act: official(me, act.right),
    lambda session, me, _, reference: find_sanction(session, me, reference).reference,
    OfficerAct(
        "edit", Act.PROPOSE, calling_sealed(actions.edit, actions.Terms), "editSanction",
        """Edit a proposed sanction.

        Only its proposer may, until it is submitted for approval.
        """,
        sanctions.SanctionTermsSchema, method="put", path="",
    ),
    OfficerAct(
        "workers", Act.PROPOSE, _look, "recordWorkersInPlace",
        """Record what becomes of the workers in place.

        Before a suspension, refusal of renewal, revocation or blacklisting is reviewed. The first day may wait for them.
        """,
        sanctions.WorkersLookSchema, method="put",
    ),
    OfficerAct(
        "review", Act.PROPOSE, calling(actions.hand_to_review), "submitSanction",
        "Submit a sanction for approval.",
    ),
    OfficerAct(
        "give-back", Act.APPROVE, calling(actions.give_back), "returnSanction", "Return a sanction to its proposer.",
        sanctions.SanctionReasonSchema,
    ),
    OfficerAct(
        "approve", Act.APPROVE, calling(actions.approve), "approveSanction",
        """Approve another officer's proposal.

        If its day has come it is in force with this answer: licence, log, status list and public record at once. `moves` says
        at which index of the log.
        """,
        is_final=True, done=_sanction_done,
    ),
    OfficerAct(
        "drop", Act.PROPOSE, calling(actions.drop), "withdrawSanction", "Withdraw a sanction before it takes effect.",
        sanctions.SanctionReasonSchema,
    ),
    OfficerAct(
        "end", Act.PROPOSE, calling(actions.ask_for_end), "proposeSanctionEnd",
        """Propose that a sanction be stayed, lifted, overturned, or in force again.

        Another confirms it; until then it holds as before.
        """,
        sanctions.SanctionEndAskedSchema, form={"to": "target"},
    ),
    OfficerAct(
        "end/confirm", Act.APPROVE, calling(actions.confirm_end), "confirmSanctionEnd",
        "Confirm another officer's proposal about a sanction. It is public with this answer.",
        is_final=True, done=_sanction_done,
    ),
    OfficerAct(
        "end/refuse", Act.APPROVE, calling(actions.refuse_end), "refuseSanctionEnd", "Reject the proposed end.",
    ),
)  # fmt: skip
