"""An overlay as everybody may see it: what it states, since when, by whose key, and the signed file itself."""

from typing import Any

from registry.register.law.loading import BadLaw
from registry.register.law.overlays.models import LawOverlay
from registry.register.law.overlays.queries import stated_in


def overlay_payload(row: LawOverlay) -> dict[str, Any]:
    """Of an overlay that is or was in force. One that this release can no longer read has no rows."""
    try:
        stated = stated_in(row)
        facts = {"made_on": stated.made_on, "reason": stated.reason, "rows": list(stated.touched)}
        facts["withdrawn"] = [{"row": one.row, "reason": one.reason} for one in stated.withdrawn]
    except BadLaw:
        facts = {"made_on": row.proposed_at.date(), "reason": "", "rows": [], "withdrawn": []}
    return facts | {
        "version": row.number,
        "in_force_from": row.decided_at,
        "withdrawn_at": row.withdrawn_at,
        "withdrawal_reason": row.reason if row.withdrawn_at is not None else None,
        "log_index": row.log_index,
        "kid": row.kid,
        "signature": row.signature,
        "file": row.body.decode(),
    }
