"""Acts on paper forms: begun by their number, typed in as far as one likes, sent once or discarded."""

from datetime import date

from registry.complaints.casework.actions import Officer
from registry.complaints.intake import paper_forms
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct, OfficerActCall, calling_sealed, case_acts, find_by_reference
from registry.officers.rights import Act, Resource
from schemas.complaints import MAX_OF_ANSWERS, PaperAnswersSchema, PaperBeginningSchema


def _begin(call: OfficerActCall[Officer], number: str, received_on: date) -> str:
    return paper_forms.begin(call, sealer(), number, received_on)


PAPERS = case_acts(
    Resource.PAPER,
    lambda _session, me, _act: me.standing.unit,
    OfficerAct(
        "begin", Act.WRITE, _begin, "startPaperForm",
        """Start to type in a paper form, or resume one of yours.

        It is named by its printed number and the day on which it was handed in: 90 days back at most. A form that was
        typed in, or sent on the pages by the person who has its slip, is 409. Idempotent with an Idempotency-Key.
        """,
        PaperBeginningSchema, path="", page="", drafts="paper form", is_versioned=False,
    ),
)  # fmt: skip

PAPER_FORMS = case_acts(
    Resource.PAPER,
    find_by_reference,
    OfficerAct(
        "save", Act.WRITE, calling_sealed(paper_forms.save_page), "updatePaperForm",
        """Save some answers of a paper form.

        Those not named stay as they are; null takes one back, but identity stays until it is typed anew. All faults are
        named at once, by the question's code, and then nothing was changed.
        """,
        PaperAnswersSchema, method="patch", path="", max_bytes=MAX_OF_ANSWERS,
    ),
    OfficerAct(
        "discard", Act.WRITE, calling_sealed(paper_forms.discard), "discardPaperForm",
        "Discard what was typed into the wrong paper form. Its number stays valid.",
        method="delete", path="", is_shown_after=False,
    ),
    OfficerAct(
        "send", Act.WRITE, calling_sealed(paper_forms.send), "submitPaperForm",
        """Submit a paper form as a case of your unit, filed on the day on which the paper was handed in.

        Once: the number on the slip opens its mailbox from then on.
        """,
        statuses=(404, 409, 503),
    ),
)  # fmt: skip
