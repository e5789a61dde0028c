"""How officers look in an answer. Fields are named by hand: what a feature adds does not get out by itself."""

from typing import Any

from registry.officers.rights import RIGHTS
from registry.officers.sessions import Present


def standing_shown(me: Present) -> dict[str, Any]:
    return {
        "officer_id": me.officer.reference,
        "name": me.officer.name,
        "language": me.officer.language,
        "unit": me.standing.unit,
        "country": me.standing.country,
        "authority": me.standing.authority,
        "roles": sorted(me.standing.roles),
        "rights": [{"resource": what, "act": act} for (what, act) in RIGHTS if me.standing.may(what, act)],
        "conflicts": sorted(me.conflicts),
    }
