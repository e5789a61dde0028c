"""Answers a call of a tool: asks the API in this process, and puts source, day and the sentence to be said around the answer.

The text that a model reads is the structured answer as JSON and nothing else, so the two cannot differ, and what others wrote
stays inside its quotes.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from registry.agents.tools import BY_NAME, Tool
from registry.api.docs.advice import problems, reasons
from registry.core.clock import day_at, now

MAX_BYTES = 32 * 1024
"""Of the arguments of a call, as JSON: an advert of ten thousand characters fits."""

Ask = Callable[[str, str, Mapping[str, Any]], tuple[int, Any]]
"""Method, path and fields of a request; gives its status and its JSON."""


class Called(NamedTuple):
    """What a call gives: the structured answer, and whether it is an error."""

    content: dict[str, Any]
    is_error: bool

    @property
    def text(self) -> str:
        """The structured answer as the model reads it."""
        return json.dumps(self.content, ensure_ascii=False, indent=1)


def call(name: str, arguments: Mapping[str, Any], ask: Ask, registry: str) -> Called:
    """Call a tool by its name. Whatever is wrong with the call is an answer too, and says what to do."""
    tool = BY_NAME.get(name)
    if tool is None:
        return _refused(f"there is no tool of this name; there are {', '.join(BY_NAME)}")
    try:
        size = len(json.dumps(arguments, ensure_ascii=False).encode())
    except (TypeError, ValueError, RecursionError):
        return _refused("the arguments are no JSON object of texts and numbers")
    if size > MAX_BYTES:
        return _refused(
            f"the arguments take {size} bytes, and at most {MAX_BYTES} are read: send the part that matters"
        )
    unknown = sorted(set(arguments) & tool.left_out)
    if unknown:
        return _refused(f"{unknown[0]} is not known here")
    if tool.path is None:
        return _explained(tool, arguments, registry)
    status, answer = ask(tool.method, tool.path, arguments)
    if status != 200:
        return Called({"tool": tool.name, "error": answer, "must_say": _NO_ANSWER}, True)
    return _result_of(tool, arguments, answer, f"{registry}{tool.path}")


_NO_ANSWER = "The question was not answered. An error says nothing about any agency."


def _refused(detail: str) -> Called:
    return Called({"error": {"detail": detail}, "must_say": _NO_ANSWER}, True)


def _result_of(tool: Tool, arguments: Mapping[str, Any], answer: Any, source: str) -> Called:
    on = answer.get("on") if isinstance(answer, dict) else None
    return Called(
        {
            "must_say": tool.must_say,
            "tool": tool.name,
            "day": on or day_at(now(), None).isoformat(),
            "source": source,
            "asked": dict(arguments),
            "answer": answer,
        },
        False,
    )


def _explained(tool: Tool, arguments: Mapping[str, Any], registry: str) -> Called:
    """Cause and cure of a code, as docs/users/reasons.md has them."""
    code = arguments.get("code")
    found = [
        {"code": one.code, "about": about, "title": one.title, "cause": one.cause, "cure": one.cure}
        | {"parameters": list(one.parameters)}
        for about, table in (("reason of a verdict", reasons()), ("error", problems()))
        for one in table
        if one.code == code
    ]
    if set(arguments) != {"code"} or not found:
        return _refused("there is no such code: give the `code` of a reason or an error, as an answer has it")
    return _result_of(tool, arguments, {"items": found}, f"{registry}/docs")
