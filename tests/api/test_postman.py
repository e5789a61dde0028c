"""The Postman collection asks what the document describes, and keeps out what does not belong into such programs."""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api.openapi.document import document
from tools.request_collections.__main__ import write
from tools.request_collections.bruno import folder_of
from tools.request_collections.postman import collection


def requests_of(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for folder in found["item"]:
        for item in folder["item"]:
            yield item["name"], item["request"]


def address_of(request: dict[str, Any]) -> str:
    url = request["url"]
    variables = {one["key"]: one["value"] for one in url.get("variable", [])}
    path = "/".join(variables[part[1:]] if part.startswith(":") else part for part in url["path"])
    return f"/{path}"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_request_of_the_collection_is_answered(
    client: FlaskClient, example_world: Session, tmp_path: Path
) -> None:
    """As a program sends it: what is enabled, with the values that stand there."""
    requested = 0
    written = next(path for path in write(tmp_path) if path.name == "postman_collection.json")
    for name, request in requests_of(json.loads(written.read_text("utf-8"))):
        query = {one["key"]: one["value"] for one in request["url"].get("query", []) if not one["disabled"]}
        assert all(query.values()), name
        sent = [one for one in request["header"] if not one.get("disabled")]
        headers = {one["key"]: one["value"].replace("{{$guid}}", str(uuid.uuid4())) for one in sent}
        typed = request.get("body", {})
        form = {one["key"]: one["value"] for one in typed.get("urlencoded", [])}
        body = form or typed.get("raw")
        answer = client.open(
            address_of(request), method=request["method"], query_string=query, headers=headers, data=body
        )
        # Without a key, what needs one is refused; its auth says where the key goes.
        expected = (401,) if "auth" in request else (200, 201)
        assert answer.status_code in expected, (name, answer.get_data(as_text=True)[:500])
        requested += 1
    assert requested > 30


def test_neither_complaints_nor_officers_work_is_in_it() -> None:
    found = collection(document())
    paths = {"/".join(request["url"]["path"]) for _, request in requests_of(found)}
    assert "api/v1/verify" in paths
    assert "api/v1/events" in paths
    # It never ends, and would hold a run of all.
    assert "api/v1/events/stream" not in paths
    for noun in ("complaints", "cases", "officers", "sanctions", "hearings", "referrals", "audit"):
        assert not any(path.startswith(f"api/v1/{noun}") for path in paths), noun
    assert "officerToken" not in {one["key"] for one in found["variable"]}


def test_the_folder_for_bruno_holds_the_same_requests_and_no_key(tmp_path: Path) -> None:
    found = collection(document())
    files = folder_of(found)
    (tmp_path / "bruno").mkdir()
    (tmp_path / "bruno" / "of a request that is gone.bru").write_text("")
    stored = {path.relative_to(tmp_path / "bruno").as_posix() for path in write(tmp_path) if "bruno" in path.parts}
    assert stored == files.keys()
    assert {path.relative_to(tmp_path / "bruno").as_posix() for path in tmp_path.rglob("bruno/**/*.*")} == stored
    wanted = [text for name, text in files.items() if "type: http" in text]
    assert len(wanted) == len(list(requests_of(found)))
    assert all(re.search(r"^  url: \{\{baseUrl\}\}/", text, re.MULTILINE) for text in wanted)
    # Each block is closed by the one line that stands at its beginning.
    for name, text in files.items():
        if name.endswith(".bru"):
            assert len(re.findall(r"^[a-z:]+ [{\[]$", text, re.MULTILINE)) == len(
                re.findall(r"^[}\]]$", text, re.MULTILINE)
            ), name
            assert re.fullmatch(r"[A-Za-z0-9 ,()/.-]+", name), name
    assert "rrk_" not in "".join(files.values())
