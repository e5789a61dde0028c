"""Acts of licensing: what officers of an authority do to its licences and to what waits for them."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from registry.officer_desk.acting import reference_in
from registry.officer_desk.acts import Doing, OfficerAct, OfficerActs, plainly
from registry.officer_desk.licensing import (
    agency_opened,
    change_opened,
    collision_opened,
    official,
    proposal_opened,
    require_act,
)
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.licensing import proposals, related_acts
from registry.supervision.licensing.deposits import actions as deposits
from registry.supervision.licensing.drafting import LicensingOfficial
from schemas.licensing import RefusalReasonSchema
from schemas.neighbours import CollisionConfirmationSchema, CollisionDismissalSchema, WarningLiftSchema


def _acts(resource: Resource, opened: Callable[..., str], *rows: OfficerAct) -> OfficerActs[LicensingOfficial]:
    return OfficerActs(resource, lambda me, _: official(me), opened, rows)


def _proposal(session: Session, me: AuthenticatedOfficer, act: OfficerAct, reference: str) -> str:
    found = proposal_opened(session, me, reference)
    require_act(me, found.act, act.right)
    return found.reference


def _line(session: Session, me: AuthenticatedOfficer, _: OfficerAct, agency: str, line: str) -> str:
    agency_opened(session, me, agency)
    return line


def _change(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return change_opened(session, me, reference_in(reference)).reference


def _collision(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return collision_opened(session, me, reference_in(reference))[0].reference


def _warned(session: Session, me: AuthenticatedOfficer, _: OfficerAct, agency: str) -> str:
    return agency_opened(session, me, agency)[1].agency_id


def _refuse(on: Doing[LicensingOfficial], reason: str) -> object:
    return proposals.refuse(on.session, on.officer, on.reference, reason, on.at, version=on.version)


PROPOSALS = _acts(
    Resource.LICENCE,
    _proposal,
    OfficerAct(
        "approve", Act.APPROVE, plainly(proposals.approve), "approveLicenceProposal",
        """Approve another officer's proposal.

        It stands in the next answer, the log and the status list. Refused where the record was changed since it was proposed.
        """,
    ),
    OfficerAct(
        "refuse", Act.APPROVE, _refuse, "refuseLicenceProposal", "Refuse another officer's proposal, with a reason.",
        RefusalReasonSchema,
    ),
    OfficerAct(
        "take-back", Act.PROPOSE, plainly(proposals.take_back), "takeBackLicenceProposal", "Take back what you proposed.",
    ),
)  # fmt: skip

DEPOSIT_LINES = _acts(
    Resource.DEPOSIT,
    _line,
    OfficerAct(
        "approve", Act.APPROVE, plainly(deposits.approve), "approveDepositLine",
        "Approve a draw or a reversal that another officer entered.",
    ),
    OfficerAct(
        "refuse", Act.PROPOSE, plainly(deposits.refuse), "refuseDepositLine",
        "Refuse a waiting line, or withdraw your own. It stays in the ledger and never counts.",
    ),
)  # fmt: skip

CHANNEL_CHANGES = _acts(
    Resource.CHANNEL,
    _change,
    OfficerAct(
        "approve", Act.APPROVE, plainly(related_acts.approve_change), "approveChannelChange",
        """Approve another officer's proposal.

        The agency is told at its registered addresses, and in 72 hours it is published.
        """,
    ),
    OfficerAct(
        "refuse", Act.APPROVE, plainly(related_acts.refuse_change), "refuseChannelChange",
        """Refuse a change of a channel before it takes effect.

        Also one that was approved: the owner of the old channel may have objected.
        """,
    ),
)  # fmt: skip


def _confirm(on: Doing[LicensingOfficial], text: str, true_entry: str | None = None) -> object:
    true = reference_in(true_entry) if true_entry else None
    return related_acts.confirm_collision(
        on.session, on.officer, on.reference, true, text, on.at, version=on.version
    )  # fmt: skip


def _dismiss(on: Doing[LicensingOfficial], text: str) -> None:
    related_acts.dismiss_collision(on.session, on.officer, on.reference, text, on.at, version=on.version)


COLLISIONS = _acts(
    Resource.CLONE,
    _collision,
    OfficerAct(
        "confirm", Act.APPROVE, _confirm, "confirmCollision",
        """Confirm a collision: a public clone warning is put on the true entry at once.

        The true entry is one of your authority's.
        """,
        CollisionConfirmationSchema, statuses=(404, 413, 415),
    ),
    OfficerAct(
        "dismiss", Act.APPROVE, _dismiss, "dismissCollision",
        "Dismiss a collision, with a reason. It comes up again only with new evidence.",
        CollisionDismissalSchema, statuses=(404, 413, 415),
    ),
)  # fmt: skip


def _lift(on: Doing[LicensingOfficial], number: int | None = None) -> object:
    return related_acts.lift(on.session, on.officer, on.reference, number, on.at, version=on.version)


CLONE_WARNINGS = _acts(
    Resource.CLONE,
    _warned,
    OfficerAct(
        "lift", Act.APPROVE, _lift, "liftCloneWarning",
        "Lift a clone warning from an agency's entry. The entry's history keeps it.",
        WarningLiftSchema, statuses=(404, 413, 415),
    ),
)  # fmt: skip
