"""Answers a call of a tool: asks the API in this process, and puts source, day and the sentence to be said around the answer.

The answer goes once, as structured content; the text beside it is JSON made of the same content, so the two cannot differ, and
what others wrote stays inside its quotes.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from registry.agents.tools import BY_NAME, LEFT_OUT, Tool
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
        """The structured answer as JSON, for a client that reads texts alone."""
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":"))

    @property
    def short_text(self) -> str:
        """What goes beside the structured answer: what must be said, verdict and codes of reasons; of an error all."""
        if self.is_error:
            return self.text
        answer = self.content["answer"]
        short = {name: one for name, one in self.content.items() if name not in ("asked", "answer")}
        if "verdict" in answer:
            short |= {"verdict": answer["verdict"], "reasons": [one["code"] for one in answer.get("reasons", ())]}
        return Called(short | {"answer": "stands in structuredContent"}, False).text


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
    unknown = sorted(set(arguments) & LEFT_OUT)
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
        {"code": one.code, "about": about}
        | ({"title": one.title} if one.title else {})
        | {"cause": one.cause, "cure": one.cure, "parameters": list(one.parameters)}
        for about, table in (("reason of a verdict", reasons()), ("error", problems()))
        for one in table
        if one.code == code
    ]
    if set(arguments) != {"code"} or not found:
        return _refused("there is no such code: give the `code` of a reason or an error, as an answer has it")
    return _result_of(tool, arguments, {"items": found}, f"{registry}/docs")
