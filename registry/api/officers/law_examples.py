"""Examples of overlays of the law: proposed by one operator, put into force by another, and withdrawn by both."""

from registry.api.officers.story import example

OPERATOR, OTHER_OPERATOR, OVERLAY = "XPERATXR222A", "XPERATXR222B", "XVERLAY2222C"
KID, SIGNATURE = "LAW-KEY-OF-STORY", "signature-of-the-file-in-this-story-" + "0" * 50

FILE = """version = 1
made_on = 2026-11-20
reason = "An invented decree of November."

[[limit]]
country = "CZ"
id = "cz-limit-invented-decree"
text = "Invented: no worker may be lent out to invented mines."
about = "sector"
effect = "bars"
article = "Invented Decree 1/2026, art. 1"
nace = ["05"]
source = { title = "Invented Decree 1/2026" }
mark = "s"
text_from = "publisher"
as_of = 2026-11-01
as_of_kind = "text"
check_by = 2027-11-01
"""

_ONE = "/law-overlays/{overlay_id}"

LAW = (
    example(
        "proposeLawOverlay", "unsigned", "Signed by another key", "/law-overlays", "POST", who="operator", status=400,
        body={"file": FILE, "signature": f"another-key-0000 {'0' * 86}"},
    ),
    example(
        "proposeLawOverlay", "decree", "A decree of this month", "/law-overlays", "POST", who="operator", status=201,
        body={"file": FILE, "signature": f"{KID} {SIGNATURE}"}, keeps={"overlay_id": OVERLAY},
    ),
    example("getLawOverlay", "waiting", "It waits", _ONE, path={"overlay_id": OVERLAY}, who="other"),
    example(
        "approveLawOverlay", "own", "One's own", f"{_ONE}/approve", "POST", path={"overlay_id": OVERLAY}, version=1,
        who="operator", status=409,
    ),
    example(
        "approveLawOverlay", "other", "By another", f"{_ONE}/approve", "POST", path={"overlay_id": OVERLAY}, version=1,
        who="other",
    ),
    example(
        "withdrawLawOverlay", "first", "Asked by one", f"{_ONE}/withdraw", "POST", path={"overlay_id": OVERLAY},
        version=2, who="other", body={"reason": "The decree was repealed."},
    ),
    example(
        "withdrawLawOverlay", "second", "Done by two", f"{_ONE}/withdraw", "POST", path={"overlay_id": OVERLAY},
        version=3, who="operator", body={"reason": "The decree was repealed."},
    ),
    example("listLawOverlays", "one", "Every overlay", "/law-overlays", who="operator"),
)  # fmt: skip
