"""Acts of licensing: what officers of an authority do to its licences and to what waits for them.

And what console and API share of it: the officer's authority and interests, and what an act would do.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session, object_session

from registry.core.clock import now
from registry.core.ids import read_reference
from registry.http.act_tables import calling
from registry.http.transaction import keyring, services
from registry.officer_acts.acts import OfficerAct, OfficerActCall, OfficerActs, find_by_reference
from registry.officer_acts.agency_picker import picked_agency
from registry.officer_acts.permissions import reference_in, require_no_interest, require_right
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies import channel_changes, models, record
from registry.supervision.collisions.actions import Compared, compared
from registry.supervision.collisions.models import Collision
from registry.supervision.licensing import deposits, proposals, queries, related_acts, rules
from registry.supervision.licensing.drafting import ActRequest, Draft, LicensingOfficial, draft_act, today_of
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.register import ChannelKind
from registry.vocabulary.supervision import LicenceAct
from schemas import entries
from schemas.licensing import DepositEntrySchema, LicenceActSubmissionSchema, RefusalReasonSchema


class ActPreview(NamedTuple):
    """An act before it is proposed or approved: mail addresses of the agency, and whom an applicant resembles.

    Without an address the agency is told by hand. `likenesses` is None where there is no applicant.
    """

    draft: Draft
    addresses: list[str]
    likenesses: Compared | None


COMPARED = (LicenceAct.APPLY, LicenceAct.ISSUE)
"""Acts before which the holder is compared with all other agencies."""


def preview_act(session: Session, draft: Draft) -> ActPreview:
    """What an act would change, whom it would be told to, and whom an applicant resembles."""
    if draft.agency_row_id is None:
        addresses = [one.value for one in draft.after.channels if one.kind is ChannelKind.EMAIL]
    else:
        addresses = channel_changes.registered_addresses(session, draft.agency_row_id)
    likenesses = None
    if draft.act in COMPARED:
        likenesses = compared(session, draft.after, draft.agency_row_id, keyed_digest)
    return ActPreview(draft, addresses, likenesses)


def keyed_digest(text: str) -> str:
    """The keyed digest under which what agencies share is compared (registry.supervision.collisions)."""
    return keyring().digest("collisions", text)


def official(me: AuthenticatedOfficer) -> LicensingOfficial:
    return LicensingOfficial(me.officer.reference, me.standing.authority, me.standing.unit)


def require_act(me: AuthenticatedOfficer, act: LicenceAct, right: Act) -> None:
    """Agreements are a right of their own beside licences. Raises Forbidden."""
    if act in rules.AGREEMENTS:
        require_right(me, Resource.AGREEMENT, right)


def find_proposal(session: Session, me: AuthenticatedOfficer, reference: str) -> Proposal:
    """A proposal of the officer's authority.

    Raises NotFound for any other, Forbidden if the officer has an interest in its agency.
    """
    found = queries.proposal_named(session, me.standing.authority, reference)
    if found.agency_id is not None:
        require_no_interest(me, session.get_one(models.Agency, found.agency_id).reference)
    return found


def list_waiting(session: Session, me: AuthenticatedOfficer) -> list[tuple[Proposal, record.Agency]]:
    """Proposals of the officer's authority that wait for a second person, except where the officer has an interest."""
    found = queries.waiting(session, me.standing.authority)
    return [(one, agency) for one, agency in found if not me.has_conflict(agency.agency_id)]


def find_agency(session: Session, me: AuthenticatedOfficer, reference: str) -> tuple[models.Agency, record.Agency]:
    """An agency of the officer's authority. Raises NotFound for any other, Forbidden on a conflict of interest."""
    row, agency = queries.agency_of_authority(session, me.standing.authority, reference)
    require_no_interest(me, agency.agency_id)
    return row, agency


def find_channel_change(session: Session, me: AuthenticatedOfficer, reference: str) -> models.PendingChannelChange:
    """A pending change of a channel at the officer's authority.

    Raises NotFound for any other, Forbidden if the officer has an interest.
    """
    change, agency = related_acts.change_of_authority(session, me.standing.authority, reference)
    require_no_interest(me, agency)
    return change


def find_collision(session: Session, me: AuthenticatedOfficer, reference: str) -> tuple[Collision, list[record.Agency]]:
    """A pair of which one agency is the authority's.

    Raises NotFound for any other, Forbidden if the officer has an interest in one of them.
    """
    found, both = related_acts.collision_of_authority(session, me.standing.authority, reference)
    for agency in both:
        require_no_interest(me, agency.agency_id)
    return found, both


def _acts(resource: Resource, find: Callable[..., str], *rows: OfficerAct) -> OfficerActs[LicensingOfficial]:
    return OfficerActs(resource, lambda me, _: official(me), find, rows)


def _proposal_to_act_on(session: Session, me: AuthenticatedOfficer, act: OfficerAct, reference: str) -> str:
    found = find_proposal(session, me, reference)
    require_act(me, found.act, act.right)
    return found.reference


def _line_of_agency(session: Session, me: AuthenticatedOfficer, _: OfficerAct, agency: str, line: str) -> str:
    find_agency(session, me, agency)
    return line


def _of_authority(_session: Session, me: AuthenticatedOfficer, _: OfficerAct) -> str:
    """What is new is made at the officer's authority."""
    return me.standing.authority or ""


def _agency_named(session: Session, me: AuthenticatedOfficer, _: OfficerAct, agency: str) -> str:
    return find_agency(session, me, agency)[1].agency_id


def _preview(
    call: OfficerActCall[LicensingOfficial],
    act: LicenceAct,
    stated: Mapping[str, Any],
    about: str | None = None,
    **ground: Any,
) -> Draft:
    require_act(call.me, act, Act.PROPOSE)
    draft = draft_act(call, ActRequest(act, about, stated, **ground))
    require_no_interest(call.me, draft.after.agency_id)
    return draft


def _propose(
    call: OfficerActCall[LicensingOfficial],
    act: LicenceAct,
    stated: Mapping[str, Any],
    about: str | None = None,
    **ground: Any,
) -> str:
    require_act(call.me, act, Act.PROPOSE)
    made = proposals.propose(call, ActRequest(act, about, stated, **ground))
    if made.agency_id is not None:
        require_no_interest(call.me, call.session.get_one(models.Agency, made.agency_id).reference)
    return made.reference


LICENCE_ACTS = _acts(
    Resource.LICENCE,
    _of_authority,
    OfficerAct(
        "propose", Act.PROPOSE, _propose, "proposeLicenceAct",
        """Propose an act on a licence, agreement or intermediary.

        Nothing changes until another approves it (`approveLicenceProposal`). An application, and what the holder gives
        up, needs no second person and is published at once. `previewLicenceAct` shows what it would change.
        """,
        LicenceActSubmissionSchema, path="", drafts="proposal", is_versioned=False,
    ),
    OfficerAct(
        "preview", Act.PROPOSE, _preview, "previewLicenceAct",
        """Preview what an act would change, before you propose it.

        Nothing is written down. What cannot be proposed is refused here with the same words.
        """,
        LicenceActSubmissionSchema, is_versioned=False, form_of="proposeLicenceAct",
    ),
)  # fmt: skip


def _approved(proposal: object) -> str:
    """An act whose day is to come is published now, and counts from that day on, where its authority sits."""
    assert isinstance(proposal, Proposal)
    session = object_session(proposal)
    assert session is not None
    today, _ = today_of(session, proposal.authority, now())
    return "licence_act_ahead" if proposal.effective_on > today else "approveLicenceProposal"


PROPOSALS = _acts(
    Resource.LICENCE,
    _proposal_to_act_on,
    OfficerAct(
        "approve", Act.APPROVE, calling(proposals.approve), "approveLicenceProposal",
        """Approve another officer's proposal.

        It stands in the next answer, the log and the status list. Refused where the record was changed since it was proposed.
        """,
        is_final=True, done=_approved,
    ),
    OfficerAct(
        "refuse", Act.APPROVE, calling(proposals.refuse), "refuseLicenceProposal",
        "Refuse another officer's proposal, with a reason.",
        RefusalReasonSchema,
    ),
    OfficerAct(
        "take-back", Act.PROPOSE, calling(proposals.take_back), "withdrawLicenceProposal", "Take back what you proposed.",
    ),
)  # fmt: skip


def _enter(call: OfficerActCall[LicensingOfficial], **entry: Any) -> str:
    return deposits.enter(call, call.reference, deposits.DepositEntry(**entry)).reference


DEPOSITS = _acts(
    Resource.DEPOSIT,
    _agency_named,
    OfficerAct(
        "enter", Act.PROPOSE, _enter, "enterDepositLine",
        """Add a line to the ledger of a deposit.

        Money that came in counts at once; a draw or a reversal waits for a second person.
        """,
        DepositEntrySchema, path="", page="", drafts="line", is_versioned=False,
    ),
)  # fmt: skip

DEPOSIT_LINES = _acts(
    Resource.DEPOSIT,
    _line_of_agency,
    OfficerAct(
        "approve", Act.APPROVE, calling(deposits.approve), "approveDepositLine",
        "Approve a draw or a reversal that another officer entered.",
    ),
    OfficerAct(
        "refuse", Act.PROPOSE, calling(deposits.refuse), "refuseDepositLine",
        "Refuse a waiting line, or withdraw your own. It stays in the ledger and never counts.",
    ),
)  # fmt: skip


def _propose_channel(
    call: OfficerActCall[LicensingOfficial], agency_id: str, kind: ChannelKind, value: str, replaces: str | None = None
) -> str:
    agency = read_reference(agency_id) or picked_agency(call.session, agency_id, "agency_id")
    require_no_interest(call.me, agency)
    old = (replaces or "").strip() or None
    return related_acts.propose_change(call, keyring(), agency, kind, value, old).reference


CHANNELS = _acts(
    Resource.CHANNEL,
    _of_authority,
    OfficerAct(
        "propose", Act.PROPOSE, _propose_channel, "proposeChannelChange",
        """Propose to replace a channel of an agency, or to add one.

        Another officer approves it. Of a bank account a digest and its last characters alone are kept.
        """,
        entries.ChannelChangeProposalSchema, path="", page="", form={"agency_id": "agency", "replaces": "instead_of"},
        drafts="change", is_versioned=False, not_found=("agency_id", "agency_not_yours"),
    ),
)  # fmt: skip

CHANNEL_CHANGES = _acts(
    Resource.CHANNEL,
    lambda session, me, _, reference: find_channel_change(session, me, reference_in(reference)).reference,
    OfficerAct(
        "approve", Act.APPROVE, calling(related_acts.approve_change), "approveChannelChange",
        """Approve another officer's proposal.

        The agency is told at its registered addresses, and in 72 hours it is published.
        """,
    ),
    OfficerAct(
        "refuse", Act.APPROVE, calling(related_acts.refuse_change), "refuseChannelChange",
        """Refuse a change of a channel before it takes effect.

        Also one that was approved: the owner of the old channel may have objected.
        """,
    ),
)  # fmt: skip


def _confirm(call: OfficerActCall[LicensingOfficial], text: str, true_entry: str | None = None) -> object:
    true = reference_in(true_entry) if true_entry else None
    return related_acts.confirm_collision(call, call.reference, text, true)


COLLISIONS = _acts(
    Resource.CLONE,
    lambda session, me, _, reference: find_collision(session, me, reference_in(reference))[0].reference,
    OfficerAct(
        "confirm", Act.APPROVE, _confirm, "confirmCollision",
        """Confirm a collision: a public clone warning is put on the true entry at once.

        The true entry is one of your authority's.
        """,
        entries.CollisionConfirmationSchema, statuses=(404, 413, 415),
    ),
    OfficerAct(
        "dismiss", Act.APPROVE, calling(related_acts.dismiss_collision), "dismissCollision",
        "Dismiss a collision, with a reason. It comes up again only with new evidence.",
        entries.CollisionDismissalSchema, statuses=(404, 413, 415),
    ),
)  # fmt: skip


CLONE_WARNINGS = _acts(
    Resource.CLONE,
    _agency_named,
    OfficerAct(
        "warn", Act.APPROVE, calling(related_acts.warn), "warnOfClone",
        """Put a clone warning on an agency's entry.

        It is public at once.
        """,
        entries.CloneWarningSchema, path="", drafts="warning", is_versioned=False,
    ),
    OfficerAct(
        "lift", Act.APPROVE, calling(related_acts.lift), "liftCloneWarning",
        "Lift a clone warning from an agency's entry. The entry's history keeps it.",
        entries.WarningLiftSchema, statuses=(404, 413, 415),
    ),
)  # fmt: skip


def _order_list(call: OfficerActCall[LicensingOfficial]) -> None:
    related_acts.order_list(call, call.reference, services().settings.home)


HELD_LISTS = _acts(
    Resource.IMPORT,
    find_by_reference,
    OfficerAct(
        "approve", Act.APPROVE, _order_list, "approveListOnHold",
        """Apply a held list after all: its good rows, and whatever it delists.

        A background worker does it.
        """,
        is_versioned=False,
    ),
    OfficerAct(
        "reject", Act.APPROVE, calling(related_acts.reject_list), "rejectListOnHold",
        "Reject a held list. The same bytes are not held again.",
        is_versioned=False,
    ),
)  # fmt: skip
