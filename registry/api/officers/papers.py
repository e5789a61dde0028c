"""Forms of paper by the API, as at /console/papers: begun by their number, typed in as far as one likes, sent once."""

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.case.questions import QUESTIONNAIRE
from registry.complaints.casework.actions import Officer
from registry.complaints.intake import paper_forms
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import response_schema, written_answer
from registry.officer_acts.acting import acting, reference_in
from registry.officer_acts.paper_acts import PAPER_FORMS, PAPERS
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas.complaints import PaperFormSchema, PaperFormsSchema, PaperFormSummarySchema, PaperSentSchema

_LISTED = PaperFormSummarySchema.of(paper_forms.Listed)
_FORM = PaperFormSchema.of(paper_forms.Typed, computed=["received_on", "saved_on", "questionnaire", "hidden"])

ns = Namespace("papers", path="/paper-forms")

ADDRESS = "/api/v1/paper-forms"
PAPER = rights.Resource.PAPER


def _officer(me: AuthenticatedOfficer) -> Officer:
    return acting(me, PAPER, Act.WRITE)


def _form_answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object = None) -> Answer:
    typed = paper_forms.typed_so_far(session, sealer(), _officer(me), reference)
    return written_answer(
        _FORM,
        typed,
        received_on=typed.form.received_on,
        saved_on=typed.form.saved_on,
        questionnaire=QUESTIONNAIRE.version,
        hidden=sorted(typed.hidden),
    )


@ns.route("")
class PaperForms(Resource):
    @officer_may(PAPER, Act.WRITE)
    @response_schema(PaperFormsSchema(), "listPaperForms", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your unfinished paper forms, the oldest first. They are deleted 14 days after the last change."""
        found = paper_forms.unfinished(session, _officer(me))
        return Answer({"items": [_LISTED.write(one) for one in found]})

    post = act_view(
        "/paper-forms", PAPERS, PAPERS["begin"], Answered(PaperFormSchema(), _form_answer, f"{ADDRESS}/{{form_id}}")
    )


@ns.route("/<form_id>")
class OnePaperForm(Resource):
    @officer_may(PAPER, Act.WRITE)
    @response_schema(PaperFormSchema(), "getPaperForm", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, form_id: str) -> Answer:
        """Read a paper form so far. Identity is not read back: `hidden` says which of it was written."""
        return _form_answer(session, me, reference_in(form_id))

    patch = act_view(
        "/paper-forms/<form_id>", PAPER_FORMS, PAPER_FORMS["save"], Answered(PaperFormSchema(), _form_answer)
    )
    delete = act_view("/paper-forms/<form_id>", PAPER_FORMS, PAPER_FORMS["discard"], None)


serve_acts(
    ns, "/<form_id>", PAPER_FORMS,
    Answered(PaperSentSchema(), lambda _session, _me, _, case: Answer({"case_id": case.reference})), exclude=("save", "discard"),
)  # fmt: skip
