"""Faults beside their fields: a page that shows a form again says at each field what is wrong with it.

The page is made first; then each fault goes before the control that has its name, and the summary at the head leads to it by
the words of its own label. A fault of a field that the page does not show stays in the summary alone.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import escape


class FieldFault(NamedTuple):
    """What is wrong with one field: its name in the form, what it is called where no label says it, and words."""

    field: str
    called: str
    words: str


_CONTROL = r"<(?:input|select|textarea)\b(?=[^>]*\bname=\"{name}\")(?![^>]*\btype=\"(?:hidden|checkbox|radio)\")[^>]*>"
_ID = re.compile(r'\bid="([^"]+)"')
_DESCRIBED = re.compile(r'\baria-describedby="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")


def anchor(field: str) -> str:
    """Where the summary leads before the page is known: replaced by the control's own id."""
    return f"#field-{field}"


def with_faults(body: str, faults: Iterable[FieldFault]) -> str:
    """The page with each fault beside its field."""
    for fault in faults:
        body = _with_fault(body, fault)
    return body


def _with_fault(body: str, fault: FieldFault) -> str:
    control = re.search(_CONTROL.format(name=re.escape(fault.field)), body)
    if control is None:
        return body
    tag, note = control[0], f"fault-{fault.field}"
    named = _ID.search(tag)
    identity = named[1] if named else f"field-{fault.field}"
    if named is None:
        tag = _with(tag, f'id="{identity}"')
    described = _DESCRIBED.search(tag)
    if described is None:
        tag = _with(tag, f'aria-describedby="{note}"')
    else:
        tag = tag.replace(described[0], f'aria-describedby="{described[1]} {note}"')
    tag = _with(tag, 'aria-invalid="true"')
    label = re.search(rf'<label[^>]*\bfor="{re.escape(identity)}"[^>]*>(.*?)</label>', body, re.DOTALL)
    words = f'<span class="fault" id="{note}">{escape(fault.words)}</span>'
    body = body[: control.start()] + words + tag + body[control.end() :]
    body = body.replace(f'href="{anchor(fault.field)}"', f'href="#{identity}"')
    if label is not None:
        called = f'<b data-field="{fault.field}">{escape(fault.called)}</b>'
        body = body.replace(called, f"<b>{_TAG.sub('', label[1]).strip()}</b>")
    return body


def _with(tag: str, attribute: str) -> str:
    end = -2 if tag.endswith("/>") else -1
    return f"{tag[:end]} {attribute}{tag[end:]}"
