"""Generated requests over all of the complaints API with an open visit: each is answered as documented."""

from collections.abc import Callable
from pathlib import Path

import pytest
import schemathesis
from flask import Flask

from tests.api.fuzzing import asked_of, config_from, let_in
from tests.complaints.complainant import Complainant

pytestmark = pytest.mark.slow


CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.thorough
@pytest.mark.usefixtures("silence")
def test_every_generated_request_is_answered_as_documented(app: Flask, somebody: Callable[[], Complainant]) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config_from(CONFIG))

    let_in(
        schema,
        app.test_client(),
        lambda: somebody().filed().token,
        reads="/api/v1/complaints/mailbox",
        ending={"endVisit"},
    )
    assert asked_of(schema.exclude(path_regex="^/(?!api/v1/complaints)")) > 300
