"""What a page of the console asks before it acts: in which role, with which keys, and from which version its form was made."""

from flask import request

from registry.core.errors import Fault, InvalidInput
from registry.http.complaint_services import sealer
from registry.officer_desk.acting import acting, names_in, roles_of
from registry.vocabulary.codes import Problem

__all__ = ["acting", "names_in", "roles_of", "sealer", "version_sent"]


def version_sent() -> int:
    """The version that the form was made from. Raises InvalidInput: a form without one could undo an unseen change."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput([Fault.of("version", Problem.MISSING, "missing_version")])
    return int(text)
