"""What a screen reader has to say of a page: Chromium's tree of accessibility, one line for each thing, in reading order."""

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

_SILENT = {
    "none",
    "generic",
    "InlineTextBox",
    "LineBreak",
    "ListMarker",
    "RootWebArea",
    "LabelText",
    "paragraph",
    "MenuListPopup",
}
"""Roles of which nothing is said of themselves; what stands in them is."""
_WHOLE = {
    "link",
    "button",
    "heading",
    "option",
    "DisclosureTriangle",
    "checkbox",
    "radio",
    "term",
    "StaticText",
    "image",
    "Video",
    "Audio",
}
"""Roles whose name says all that stands in them."""
_STATES = ("level", "invalid", "required", "expanded", "checked", "disabled", "focused", "modal")
_CHANGING = (
    (re.compile(r"\d{4}年\d{1,2}月\d{1,2}日"), "⟨日⟩"),
    (re.compile(r"\d\d:\d\d UTC"), "⟨时刻⟩"),
    (re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b"), "⟨机构编号⟩"),
    (re.compile(r"\b\d{1,2}(?:er)? [a-zéû]+ 20\d\d"), "⟨jour⟩"),
)
"""Days pass and references are drawn anew; what is compared stays."""
MAX_OPTIONS = 3


def transcript(page: Page, of: str = "main") -> str:
    """The title of the page and all that is said in its `main`, or in the whole of it."""
    line = page.context.new_cdp_session(page)
    nodes = line.send("Accessibility.getFullAXTree")["nodes"]
    line.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    begin = next(node for node in nodes if _role(node) == (of if of == "main" else "RootWebArea"))
    lines = [f"title: {page.title()}", *_lines(begin, by_id, 0)]
    text = "\n".join(lines)
    for pattern, stands_for in _CHANGING:
        text = pattern.sub(stands_for, text)
    return text


def _lines(node: dict[str, Any], by_id: dict[str, dict[str, Any]], depth: int) -> Iterator[str]:
    role, name = _role(node), node.get("name", {}).get("value", "")
    is_heard = not node.get("ignored") and role not in _SILENT
    if is_heard and (name.strip() or role != "StaticText"):
        yield "  " * depth + " ".join(_parts(role, name, node))
    if is_heard and role in _WHOLE:
        return
    children = [by_id[one] for one in node.get("childIds", ()) if one in by_id]
    if role in {"combobox", "MenuListPopup"}:
        # Thirty countries are read by no one; the first are enough to see that they are there.
        options = list(_options(children, by_id))
        for option in options[:MAX_OPTIONS]:
            yield "  " * (depth + 1) + f"option {option!r}"
        if len(options) > MAX_OPTIONS:
            yield "  " * (depth + 1) + f"and {len(options) - MAX_OPTIONS} more"
        return
    for child in children:
        yield from _lines(child, by_id, depth + is_heard)


def _options(nodes: list[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        if _role(node) == "option":
            yield node.get("name", {}).get("value", "")
        else:
            yield from _options([by_id[one] for one in node.get("childIds", ()) if one in by_id], by_id)


def _parts(role: str, name: str, node: dict[str, Any]) -> Iterator[str]:
    yield "text" if role == "StaticText" else role
    if name:
        yield f"“{' '.join(name.split())}”"
    value = node.get("value", {}).get("value")
    if value not in (None, "") and role in {"textbox", "combobox", "searchbox", "progressbar"}:
        yield f"value “{value}”"
    described = node.get("description", {}).get("value")
    if described:
        yield f"described “{' '.join(described.split())}”"
    states = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
    for state in _STATES:
        if states.get(state) not in (None, False, "false", ""):
            yield f"{state}={states[state]}" if states[state] is not True else state


def _role(node: dict[str, Any]) -> str:
    return str(node.get("role", {}).get("value", "none"))
