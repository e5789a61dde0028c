"""The examples of the documentation are a story that happens: each is asked, and answered as is written there."""

from flask.testing import FlaskClient

from registry.api.examples import COMPLAINTS, examples_of
from registry.api.namespaces import INTAKE
from registry.api.openapi.document import views_of
from tests.api.complaints import story


def test_the_story_goes_as_documented(client: FlaskClient, then: object, unit: str) -> None:
    for example, answer in story.play(client):
        if answer is not None:
            assert answer == example.answer, example.request_line()


def test_every_operation_stands_in_the_story() -> None:
    named = [view.response_spec.operation for namespace in INTAKE for _, _, view in views_of(namespace)]  # type: ignore[attr-defined]
    assert len(named) == len(set(named))
    assert {example.operation for example in examples_of(COMPLAINTS)} == set(named)
