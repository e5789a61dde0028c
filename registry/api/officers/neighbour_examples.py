"""Examples of what a licensing desk does beside licences: channels, and clones. One story in its order."""

from registry.api.officers.story import example

CLERK, REVIEWER = "CXERK222222N", "REVXEWER222P"
TRUE_ENTRY, OTHER, THIRD = "TRUEENTRY22A", "XTHER2222222", "THXRD2222222"
# What stands in ETag: these count no versions, and are known by what was read of them.
PHONE_PROPOSED, SITE_PROPOSED, NEAR_NAMES, ONE_HOUSE, TWO_WARNINGS = (
    776806007,
    54624189,
    162663902,
    762051774,
    341346214,
)
PHONE, SITE, PAIR, STRANGERS = "PHXNE2222222", "WEBSXTE22222", "PAXR22222222", "STRANGERS222"

_CHANGES = "/channel-changes"

NEIGHBOURS = (
    example(
        "proposeChannelChange", "phone", "Another telephone", _CHANGES, "POST", who="clerk", status=201,
        body={"agency_id": TRUE_ENTRY, "kind": "phone", "value": "+40 21 000 0002", "replaces": "+40 21 000 0001"},
        keeps={"change_id": PHONE},
    ),
    example(
        "proposeChannelChange", "again", "It waits already", _CHANGES, "POST", who="clerk", status=409,
        body={"agency_id": TRUE_ENTRY, "kind": "phone", "value": "+40 21 000 0003", "replaces": "+40 21 000 0001"},
    ),
    example(
        "proposeChannelChange", "site", "One more", _CHANGES, "POST", who="clerk", status=201,
        body={"agency_id": TRUE_ENTRY, "kind": "website", "value": "https://agency.example"}, keeps={"change_id": SITE},
    ),
    example("listChannelChanges", "two", "What waits", _CHANGES, who="reviewer"),
    example(
        "approveChannelChange", "own", "One's own", f"{_CHANGES}/{{change_id}}/approve", "POST",
        path={"change_id": PHONE}, version=PHONE_PROPOSED, who="clerk", status=409,
    ),
    example(
        "approveChannelChange", "another", "By another", f"{_CHANGES}/{{change_id}}/approve", "POST",
        path={"change_id": PHONE}, version=PHONE_PROPOSED, who="reviewer",
    ),
    example(
        "approveChannelChange", "stale", "It was approved meanwhile", f"{_CHANGES}/{{change_id}}/approve", "POST",
        path={"change_id": PHONE}, version=PHONE_PROPOSED, who="reviewer", status=412,
    ),
    example(
        "refuseChannelChange", "refused", "Not theirs", f"{_CHANGES}/{{change_id}}/refuse", "POST",
        path={"change_id": SITE}, version=SITE_PROPOSED, who="reviewer",
    ),
    example("getChannelChange", "refused", "One change", f"{_CHANGES}/{{change_id}}", path={"change_id": SITE}, who="clerk"),
    example("listCollisions", "two", "Pairs that wait", "/collisions", who="reviewer"),
    example(
        "getCollision", "names", "Of nearly one name", "/collisions/{collision_id}", path={"collision_id": PAIR},
        who="clerk",
    ),
    example(
        "confirmCollision", "warned", "Somebody imitates it", "/collisions/{collision_id}/confirm", "POST",
        path={"collision_id": PAIR}, version=NEAR_NAMES, who="reviewer",
        body={"true_entry": TRUE_ENTRY, "text": "A firm of nearly the same name is not this agency."},
    ),
    example(
        "dismissCollision", "house", "One house, two firms", "/collisions/{collision_id}/dismiss", "POST",
        path={"collision_id": STRANGERS}, version=ONE_HOUSE, who="reviewer", body={"text": "An office house of many."},
    ),
    example(
        "warnOfClone", "chat", "A warning without a pair", "/clone-warnings/{agency_id}", "POST",
        path={"agency_id": TRUE_ENTRY}, who="reviewer", status=201,
        body={"text": "A chat group in this agency's name asks for deposits."},
    ),
    example("listCloneWarnings", "one", "Entries with a warning", "/clone-warnings", who="clerk"),
    example(
        "getCloneWarnings", "two", "The warnings on one", "/clone-warnings/{agency_id}", path={"agency_id": TRUE_ENTRY},
        who="clerk",
    ),
    example(
        "liftCloneWarning", "stale", "Others were said meanwhile", "/clone-warnings/{agency_id}/lift", "POST",
        path={"agency_id": TRUE_ENTRY}, version=7, body={"number": 2}, who="reviewer", status=412,
    ),
    example(
        "liftCloneWarning", "second", "The second is over", "/clone-warnings/{agency_id}/lift", "POST",
        path={"agency_id": TRUE_ENTRY}, version=TWO_WARNINGS, body={"number": 2}, who="reviewer",
    ),
)  # fmt: skip
