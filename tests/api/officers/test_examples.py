"""The examples of the documentation are stories that happen: each is asked, and answered as is written there."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api.examples import OFFICERS, examples_of
from registry.api.namespaces import DESK
from registry.api.openapi.document import views_of
from registry.core.keyring import Keyring
from tests.api.officers.stories import STORIES, Story, play


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.examples[0].operation)
def test_each_story_goes_as_documented(
    client: FlaskClient, session: Session, keyring: Keyring, then: object, story: Story
) -> None:
    for example, answer in play(client, session, keyring, story):
        assert answer == (None if example.status == 204 else example.answer), example.request_line()


def test_every_operation_stands_in_a_story() -> None:
    named = [view.response_spec.operation for namespace in DESK for _, _, view in views_of(namespace)]  # type: ignore[attr-defined]
    assert len(named) == len(set(named))
    assert {example.operation for example in examples_of(OFFICERS)} == set(named)
    assert tuple(example for story in STORIES for example in story.examples) == examples_of(OFFICERS)
