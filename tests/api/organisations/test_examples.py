"""The examples of organisations' programs are stories that happen: each is asked, and answered as is written there."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api.examples import ORGANISATIONS, examples_of
from registry.api.namespaces import EMPLOYERS
from registry.api.openapi.document import views_of
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from tests.api.officers.stories import Story, play
from tests.api.organisations.stories import STANDING_IN, STORIES
from tests.proofs.wallets.making import with_wallets


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_wallets(settings)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.examples[0].operation)
def test_each_story_goes_as_documented(
    client: FlaskClient, session: Session, keyring: Keyring, then: object, story: Story
) -> None:
    for example, answer in play(client, session, keyring, story, standing_in=STANDING_IN):
        assert answer == (None if example.status == 204 else example.answer), example.request_line()


def test_every_operation_stands_in_a_story() -> None:
    named = [view.response_spec.operation for namespace in EMPLOYERS for _, _, view in views_of(namespace)]  # type: ignore[attr-defined]
    assert len(named) == len(set(named))
    assert {example.operation for example in examples_of(ORGANISATIONS)} == set(named)
    assert tuple(example for story in STORIES for example in story.examples) == examples_of(ORGANISATIONS)
