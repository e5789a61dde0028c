"""The protocol itself: a client of the package speaks to the command over its standard input and output."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from mcp import StdioServerParameters
from mcp.client import Client
from sqlalchemy.orm import Session

from registry.agents.serving import asker, http_app, server
from registry.agents.tools import BY_NAME
from registry.core.settings import Settings
from tests import make

pytestmark = pytest.mark.one_database


def run(to: Any, what: Callable[[Client], Awaitable[Any]]) -> Any:
    async def speak() -> Any:
        with anyio.fail_after(90):
            async with Client(to) as client:
                return await what(client)

    return anyio.run(speak)


async def listed_and_verified(client: Client) -> tuple[list[str], Any, Any]:
    tools = await client.list_tools()
    answer = await client.call_tool("verify", {"licence_number": "INV-1", "destination": "CZ"})
    too_much = await client.call_tool("check_advert", {"advert": "A" * 1_000_000})
    return [tool.name for tool in tools.tools], answer, too_much


def assert_holds(found: tuple[list[str], Any, Any]) -> None:
    names, answer, too_much = found
    assert names == list(BY_NAME)
    assert not answer.is_error
    assert answer.structured_content["answer"]["verdict"] == "no"
    beside = json.loads(answer.content[0].text)
    assert (beside["verdict"], beside["must_say"]) == ("no", answer.structured_content["must_say"])
    assert len(json.dumps(answer.structured_content)) > 5 * len(answer.content[0].text)
    assert too_much.is_error
    assert "at most 32768 are read" in too_much.content[0].text


@pytest.fixture
def revoked(session: Session) -> None:
    make.make_source(session, "CZ")
    licence = make.make_licence(session, number="INV-1")
    assert licence
    agency = session.execute(make.select(make.PublicRecord.reference)).scalar_one()
    make.suspend(session, agency)
    session.commit()


@pytest.mark.slow
def test_the_command_answers_on_standard_input_and_output(revoked: None, settings: Settings):
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "registry.cli", "mcp"],
        env={"REGISTRY_HOME": str(settings.home), "REGISTRY_DATABASE_URL": settings.database_url},
    )
    assert_holds(run(command, listed_and_verified))


def test_a_client_in_the_process_gets_the_same_and_http_refuses_a_large_body(
    revoked: None, app: Any, settings: Settings
):
    made = server(asker(app, settings.public_url), settings.public_url)
    assert_holds(run(made, listed_and_verified))
    from starlette.testclient import TestClient

    http = http_app(asker(app, settings.public_url), settings)
    with TestClient(http, base_url="http://127.0.0.1:8002") as client:
        question = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        question["params"] = {"name": "verify", "arguments": {"licence_number": "INV-1", "destination": "CZ"}}
        headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
        answer = client.post("/mcp", json=question, headers=headers)
        assert answer.status_code == 200
        assert answer.json()["result"]["structuredContent"]["answer"]["verdict"] == "no"
        for address, version, is_structured in (
            ("/mcp?text=true", "2025-06-18", True),
            ("/mcp", "2025-03-26", False),
        ):
            answer = client.post(address, json=question, headers=headers | {"MCP-Protocol-Version": version})
            result = answer.json()["result"]
            assert json.loads(result["content"][0]["text"])["answer"]["verdict"] == "no"
            assert ("structuredContent" in result) == is_structured
        question["params"]["arguments"]["name"] = "A" * 1_000_000
        assert client.post("/mcp", json=question, headers=headers).status_code == 413
