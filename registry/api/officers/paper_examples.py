"""Examples of forms of paper that are typed in: one story in its order."""

from registry.api.officers.story import DeskExample, example

TYPIST, FORM, SECOND_FORM = "TYPXST222222", "FXRM22222222", "FXRMTWX22222"

_FORM = "/paper-forms/{form_id}"


def _typed(operation: str, name: str, summary: str, method: str, version: int, **more: object) -> DeskExample:
    return example(
        operation, name, summary, f"{_FORM}{more.pop('step', '')}", method,
        path={"form_id": more.pop("form", FORM)}, version=version, **{"who": "typist"} | more,
    )  # fmt: skip


PAPERS = (
    example(
        "startPaperForm", "printed", "By the number on the paper", "/paper-forms", "POST", who="typist", status=201,
        body={"number": FORM, "received_on": "2026-11-20"},
    ),
    example(
        "startPaperForm", "old", "Handed in before it was printed", "/paper-forms", "POST", who="typist", status=400,
        body={"number": SECOND_FORM, "received_on": "2026-09-20"},
    ),
    _typed(
        "updatePaperForm", "told", "What was told", "PATCH", 0,
        body={"answers": {"country": "IT", "in_danger": "no", "account": "They keep my passport.",
                          "contact": {"how": "wechat", "address": "wx-her"}}},
    ),
    _typed(
        "updatePaperForm", "faults", "Two that cannot be read", "PATCH", 1, status=400,
        body={"answers": {"in_danger": "maybe", "country": "Mars"}},
    ),
    _typed("updatePaperForm", "stale", "Typed in another window meanwhile", "PATCH", 0, status=412,
           body={"answers": {"in_danger": "yes"}}),
    example("getPaperForm", "half", "Half typed", _FORM, path={"form_id": FORM}, who="typist"),
    example(
        "startPaperForm", "another", "The wrong one of the pile", "/paper-forms", "POST", who="typist", status=201,
        body={"number": SECOND_FORM, "received_on": "2026-11-23"},
    ),
    example("listPaperForms", "two", "Two that are half typed", "/paper-forms", who="typist"),
    _typed("discardPaperForm", "wrong", "Forgotten", "DELETE", 0, form=SECOND_FORM, status=204),
    _typed("submitPaperForm", "once", "A case of it", "POST", 1, step="/send"),
    _typed("submitPaperForm", "twice", "Not twice", "POST", 2, step="/send", status=409),
)  # fmt: skip
