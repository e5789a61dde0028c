"""Wallets asked by an organisation's programs: is this licence genuine, and for which agency does this person act?"""

from typing import Any
from urllib.parse import urlsplit

from flask import request

from registry.api.api_keys import current_organisation, needs_scope
from registry.api.public.credentials import today_payload
from registry.api.restx import Namespace, Resource, created_response
from registry.api.write_headers import act_once
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.http.credentials import seen, verifier
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import keyring, reading
from registry.organisations.models import OrganisationActor
from registry.proofs.papers.qr import Symbol
from registry.proofs.wallets import models, presentations
from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import Scope
from registry.vocabulary.supervision import Ask
from schemas.wallets import PresentationAskedSchema, PresentationAskSchema, PresentationReadSchema, PresentationSchema

ns = Namespace("presentations", path="/presentations")


@ns.route("")
class Presentations(Resource):
    @needs_scope(Scope.VERIFY)
    @request_schema(PresentationAskSchema(), body=True, idempotent=True)
    @created_response(
        PresentationAskedSchema(), "askForPresentation", (404, 409, 413, 415),
        location="/api/v1/presentations/{presentation_id}",
    )  # fmt: skip
    def post(
        self, ask: Ask, purpose: str, idempotency_key: IdempotencyKey | None, return_url: str | None = None, **job: Any
    ) -> Answer:
        """Ask a wallet for a licence, a staff card, or both.

        Show `link` to the holder: as the QR code `qr`, or as a link on the device that has the wallet. The holder sees your
        organisation's name and the purpose before anything is shown. The request and what comes of it are deleted after five
        minutes. `origin`, `destination` and `nationality` are the job that the verdict is for.
        """

        def act(call: Call[OrganisationActor]) -> Answer:
            caller = current_organisation()
            asker = verifier()
            made = presentations.begin(
                call.session,
                keyring(),
                asker,
                call.at,
                ask=ask,
                purpose=purpose,
                name=caller.name,
                job=job,
                organisation_id=call.actor.id,
                return_url=None if return_url is None else _read_return_url(return_url),
            ).presentation
            link = presentations.link_of(keyring(), asker, made)
            qr = Symbol(link).data_address
            return Answer({"presentation_id": made.reference, "link": link, "qr": qr, "until": made.until})

        return act_once("presentation", idempotency_key, act)


@ns.route("/<presentation_id>")
class OnePresentation(Resource):
    @needs_scope(Scope.VERIFY)
    @request_schema(PresentationReadSchema())
    @response_schema(PresentationSchema(), "getPresentation", (404,), cacheable=False)
    def get(self, presentation_id: str, response_code: str | None = None) -> Answer:
        """Read what came of a request, for five minutes after it was made.

        With `return_url` the result is told to who brings the `response_code` of that address alone, so that no one makes
        another's wallet answer. Compare name and face: only a person who stands before you can be the holder.
        """
        at = now()
        ours = current_organisation().id
        found = presentations.presentation_of(reading(), at, organisation_id=ours, reference=presentation_id)
        needs_code = found.return_url is not None and found.return_code is not None
        if needs_code and not presentations.is_return_code(found, response_code):
            raise NotFound("the response_code is not the one that the wallet brought back")
        return Answer(_presentation_payload(found))


def _read_return_url(text: str) -> str:
    """An address of the organisation to which the holder's browser goes. Raises InvalidInput."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.netloc or parts.fragment or "@" in parts.netloc:
        detail = "must be an https address without a fragment, such as https://recruiting.example.org/checked"
        raise InvalidInput([Fault("return_url", Problem.INVALID_VALUE, detail)])
    return text


def _presentation_payload(found: models.Presentation) -> dict[str, Any]:
    language = requested_language(request.environ)
    result = seen(found)
    shown = None if result is None else result.shown
    person = None
    if shown is not None and shown.card_id is not None:
        person = {name: getattr(shown, name) for name in ("card_id", "given_name", "family_name", "portrait_digest")}
    return {
        "presentation_id": found.reference,
        "ask": found.ask,
        "state": found.state,
        "refusal": found.refusal,
        "agency_id": shown and shown.agency_id,
        "agency_names": shown.agency_names if shown else [],
        "licence_id": shown and shown.licence_id,
        "person": person,
        "today": None if result is None else today_payload(result.verdict, language),
        "until": found.until,
    }
