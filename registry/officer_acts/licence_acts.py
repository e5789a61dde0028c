"""Acts of licensing: what officers of an authority do to its licences and to what waits for them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session, object_session

from registry.core.clock import now
from registry.core.ids import read_reference
from registry.http.transaction import keyring, services
from registry.officer_acts import licensing
from registry.officer_acts.acting import reference_in, require_no_interest
from registry.officer_acts.acts import ActCall, OfficerAct, OfficerActs, calling, find_by_reference
from registry.officer_acts.agency_picker import picked_agency
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.agencies.models import Agency
from registry.supervision.licensing import deposits, proposals, related_acts
from registry.supervision.licensing.deposits import DepositEntry
from registry.supervision.licensing.drafting import ActRequest, Draft, LicensingOfficial, draft_act, today_of
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.licensing import LicenceAct
from registry.vocabulary.register import ChannelKind
from schemas import entries
from schemas.licensing import DepositEntrySchema, LicenceActSubmissionSchema, RefusalReasonSchema


def _acts(resource: Resource, find: Callable[..., str], *rows: OfficerAct) -> OfficerActs[LicensingOfficial]:
    return OfficerActs(resource, lambda me, _: licensing.official(me), find, rows)


def _find_proposal(session: Session, me: AuthenticatedOfficer, act: OfficerAct, reference: str) -> str:
    found = licensing.find_proposal(session, me, reference)
    licensing.require_act(me, found.act, act.right)
    return found.reference


def _find_line(session: Session, me: AuthenticatedOfficer, _: OfficerAct, agency: str, line: str) -> str:
    licensing.find_agency(session, me, agency)
    return line


def _find_change(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return licensing.find_channel_change(session, me, reference_in(reference)).reference


def _find_collision(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return licensing.find_collision(session, me, reference_in(reference))[0].reference


def _of_authority(_session: Session, me: AuthenticatedOfficer, _: OfficerAct) -> str:
    """What is new is made at the officer's authority."""
    return me.standing.authority or ""


def _find_agency(session: Session, me: AuthenticatedOfficer, _: OfficerAct, agency: str) -> str:
    return licensing.find_agency(session, me, agency)[1].agency_id


def _preview(
    call: ActCall[LicensingOfficial],
    act: LicenceAct,
    stated: Mapping[str, Any],
    about: str | None = None,
    **ground: Any,
) -> Draft:
    licensing.require_act(call.me, act, Act.PROPOSE)
    draft = draft_act(call, ActRequest(act, about, stated, **ground))
    require_no_interest(call.me, draft.after.agency_id)
    return draft


def _propose(
    call: ActCall[LicensingOfficial],
    act: LicenceAct,
    stated: Mapping[str, Any],
    about: str | None = None,
    **ground: Any,
) -> str:
    licensing.require_act(call.me, act, Act.PROPOSE)
    made = proposals.propose(call, ActRequest(act, about, stated, **ground))
    if made.agency_id is not None:
        require_no_interest(call.me, call.session.get_one(Agency, made.agency_id).reference)
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
    _find_proposal,
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


def _enter(call: ActCall[LicensingOfficial], **entry: Any) -> str:
    return deposits.enter(call, call.reference, DepositEntry(**entry)).reference


DEPOSITS = _acts(
    Resource.DEPOSIT,
    _find_agency,
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
    _find_line,
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
    call: ActCall[LicensingOfficial], agency_id: str, kind: ChannelKind, value: str, replaces: str | None = None
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
    _find_change,
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


def _confirm(call: ActCall[LicensingOfficial], text: str, true_entry: str | None = None) -> object:
    true = reference_in(true_entry) if true_entry else None
    return related_acts.confirm_collision(call, call.reference, text, true)


COLLISIONS = _acts(
    Resource.CLONE,
    _find_collision,
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
    _find_agency,
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


def _order_list(call: ActCall[LicensingOfficial]) -> None:
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
