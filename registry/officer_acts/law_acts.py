"""Acts on overlays of the law: what operators put into force and withdraw, each by two of them."""

from registry.http.act_tables import calling
from registry.officer_acts.acts import OfficerAct, OfficerActCall, acts_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.register.law.overlays import actions, queries
from schemas.law import OverlayProposalSchema, OverlayWithdrawalSchema


def operator_of(me: AuthenticatedOfficer) -> actions.Operator:
    return actions.Operator(me.officer.reference, me.standing.unit)


def _propose(call: OfficerActCall[actions.Operator], file: str, signature: str, filename: str | None = None) -> str:
    return actions.propose(call, file.encode(), signature, filename or "overlay").reference


LAW = acts_of(
    Resource.LAW, lambda me, _: operator_of(me), lambda _session, me, _act: me.standing.unit,
    OfficerAct(
        "propose", Act.PROPOSE, _propose, "proposeLawOverlay",
        """Propose a signed overlay of the law. Nothing is in force until another operator approves it.

        Refused, naming row and field, where it is not signed by an active law key, not later than the last one, or
        contradicts a row in force without naming it. Idempotent with an Idempotency-Key.
        """,
        OverlayProposalSchema, path="", page="", form={"filename": "file.filename"}, drafts="law overlay",
        is_versioned=False, statuses=(409, 413, 415),
    ),
)  # fmt: skip

LAW_OVERLAYS = acts_of(
    Resource.LAW,
    lambda me, _: operator_of(me),
    lambda session, _me, _act, reference: queries.overlay_named(session, reference).reference,
    OfficerAct(
        "approve", Act.APPROVE, calling(actions.approve), "approveLawOverlay",
        """Put another operator's overlay of the law into force.

        The next answer stands on it, and the log says so. Refused where it no longer fits the law as it is.
        """,
    ),
    OfficerAct(
        "withdraw", Act.APPROVE, calling(actions.withdraw), "withdrawLawOverlay",
        """Withdraw an overlay of the law, with a reason.

        One that waits is refused at once. One in force ends when a second operator withdraws it too.
        """,
        OverlayWithdrawalSchema,
    ),
)  # fmt: skip
