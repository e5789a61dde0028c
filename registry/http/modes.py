"""Test mode and live mode: a test key sees the sandbox alone, any other key the registry alone; who mixes them is told."""

from collections.abc import Callable

from flask import current_app, g, has_request_context, request

from registry.core.errors import Fault, InvalidInput
from registry.core.ids import read_reference
from registry.http.transaction import Services, keep, own_verdicts, services, verdicts
from registry.verification.verdicts.question import Question, SubjectKind
from registry.vocabulary.codes import Problem

TestNumbers = frozenset[tuple[str, str]]
"""Kind and value of what the sandbox holds, as a question states them."""

TEST_NUMBERS = "registry_test_numbers"
"""Where an application that has a sandbox beside it finds a function that gives them."""

_PATH_NAMES = {"agency_id": SubjectKind.AGENCY_ID, "licence_id": SubjectKind.LICENCE_ID}
_WITHOUT_NUMBER = (SubjectKind.NAME, SubjectKind.LAW)

_REAL = (
    "stands in the real registry, and this is a test key, which sees the invented one alone: use a live key, or a "
    "number of the demo (docs: demo numbers)"
)
_INVENTED = (
    "is a number of the invented registry, and this is a live key: use a test key (rrk_test_) to try it, or the "
    "recruiter's own number"
)


def is_test() -> bool:
    """Whether the request is answered by the sandbox."""
    return services().live is not None


def accounts() -> Services:
    """Where organisations and their keys are: of a sandbox, in the registry that it stands beside."""
    existing = services()
    return existing.live or existing


def refuse_other_mode(question: Question) -> None:
    """Raise InvalidInput for a subject that only the other mode knows. Questions without a key are asked of the registry."""
    if not has_request_context() or question.kind in _WITHOUT_NUMBER:
        return
    if is_test():
        live = keep("registry_live_verdicts", lambda: own_verdicts(accounts()))
        if not verdicts().found(question).records and live.found(question).records:
            raise InvalidInput([Fault(question.kind.value, Problem.TEST_KEY_ON_REAL_DATA, _REAL)])
    elif "organisation" in g and _is_test_number(question) and not verdicts().found(question).records:
        raise InvalidInput([Fault(question.kind.value, Problem.LIVE_KEY_ON_TEST_DATA, _INVENTED)])


def refuse_other_reference(name: str, text: str | None) -> None:
    """The same of a reference, as a path or a body states it as `agency_id` or `licence_id`."""
    reference = read_reference(text or "")
    if reference is not None and name in _PATH_NAMES:
        refuse_other_mode(Question(_PATH_NAMES[name], reference))


def refuse_real_paths() -> None:
    """Before each request of a sandbox: a path that names an agency or licence of the real registry is refused."""
    for name, value in (request.view_args or {}).items():
        refuse_other_reference(name, value)


def _is_test_number(question: Question) -> bool:
    found: Callable[[], TestNumbers] | None = current_app.extensions.get(TEST_NUMBERS)
    return found is not None and (question.kind.value, question.value) in found()
