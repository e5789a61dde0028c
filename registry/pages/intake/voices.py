"""A question read aloud by a machine voice, for those who read little: fetched only when its button is pressed."""

from flask import Blueprint, Response, request

from registry.complaints.case.questions import QUESTIONNAIRE, Question
from registry.core.errors import NotFound
from registry.http.headers import content_policy
from registry.http.transaction import services
from registry.i18n.voices import VOICES, voice
from registry.pages.intake.rendering import AWAY
from registry.vocabulary.register import Language

pages = Blueprint("intake_voices", __name__)

_PLACES = {question.code: place for place, question in enumerate(QUESTIONNAIRE, start=1)}


def address_of(language: Language, question: Question) -> str:
    """Where a question is heard; empty where it was not recorded. It tells the place of the question, as its page does."""
    if language not in VOICES or not voice(services().settings.home, language, question).path.is_file():
        return ""
    return f"/{language}/box/{_PLACES[question.code]}/voice"


def with_sound(response: Response, language: Language) -> Response:
    """Let a page play what comes from us."""
    response.headers["Content-Security-Policy"] = content_policy(
        form_action=f"'self' {AWAY[language]}", media_src="'self'"
    )
    return response


@pages.get("/<language:language>/box/<int:place>/voice")
def sound(language: Language, place: int) -> Response:
    """The recording, or the part of it that a player asks for. It says the same to everyone, so no visit is needed."""
    path = (
        voice(services().settings.home, language, QUESTIONNAIRE.questions[place - 1]).path if _is_asked(place) else None
    )
    if path is None or language not in VOICES or not path.is_file():
        raise NotFound("this question is not read aloud here")
    body = path.read_bytes()
    response = Response(body, mimetype="audio/mpeg")
    response.make_conditional(request, accept_ranges=True, complete_length=len(body))
    return response


def _is_asked(place: int) -> bool:
    return 1 <= place <= len(QUESTIONNAIRE.questions)
