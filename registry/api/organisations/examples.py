"""Examples of organisations' programs, each area a story in its order. Tests play them and hold examples.json to what comes back.

Keys and references are new each time; in the stories they are these.
"""

from registry.api.organisations.receipt_examples import RECEIPTS
from registry.api.organisations.story import EmployerExample, example
from registry.api.organisations.watch_examples import WATCHES

# What each story has from the start
ORGANISATION, KEY, OTHER_KEY = "XRGANSATN22A", "KEYXX222222B", "XTHERKEY222C"

NEW_KEY, MEMBER = "NEWKEYX2222D", "MEMBERX2222H"

ORGANISATIONS = (
    example("getOrganisation", "own", "Whose key this is", "/organisation"),
    example("listMembers", "one", "Its people", "/organisation/members"),
    example("listKeys", "two", "Its keys", "/organisation/keys"),
    example(
        "createKey", "nightly", "For a nightly check", "/organisation/keys", "POST",
        body={"label": "nightly check", "scopes": ["verify", "jobs"], "days": 180}, status=201, keeps={"key_id": NEW_KEY},
    ),
    example(
        "createKey", "beyond", "No key gives what it has not", "/organisation/keys", "POST",
        body={"label": "more", "scopes": ["watches"]}, who="narrow", status=403,
    ),
    example(
        "rotateKey", "overlap", "The old one stays good for ten days", "/organisation/keys/{key_id}/exchange", "POST",
        path={"key_id": NEW_KEY}, body={"overlap_days": 10}, status=201, keeps={"key_id": "EXCHNGED222E"},
    ),
    example(
        "revokeKey", "leaked", "One that leaked", "/organisation/keys/{key_id}", "DELETE", path={"key_id": OTHER_KEY},
        status=204,
    ),
)  # fmt: skip

JOB, DONE_JOB = "JBXX2222222Z", "DNEJB222222M"

_JOB = {"job_id": JOB}
LISTS = (
    example("createJob", "not_a_list", "What is no table is refused", "/verification-jobs", "POST", body={}, status=400),
    example("listJobs", "two", "A list that waits and one that is done", "/verification-jobs"),
    example(
        "setJobColumns", "by_name", "The column that holds the names", "/verification-jobs/{job_id}/columns", "PUT", path=_JOB,
        body={"kind": "verification", "columns": {"key": "ref", "name": "who"}},
    ),
    example("startJob", "start", "Have it answered", "/verification-jobs/{job_id}/start", "POST", path=_JOB, status=202),
    example("getJob", "queued", "It waits for its turn", "/verification-jobs/{job_id}", path=_JOB),
    example(
        "getJobResults", "not_yet", "Results before it is done", "/verification-jobs/{job_id}/results/{form}",
        path={**_JOB, "form": "csv"}, status=409,
    ),
    example(
        "getJobRowProof", "first", "The first row by itself", "/verification-jobs/{job_id}/proofs/{row}",
        path={"job_id": DONE_JOB, "row": "0"},
    ),
    example("cancelJob", "cancel", "End it", "/verification-jobs/{job_id}/cancel", "POST", path=_JOB),
    example("deleteJob", "remove", "Remove the list", "/verification-jobs/{job_id}", "DELETE", path=_JOB, status=204),
)  # fmt: skip

EMPLOYER_EXAMPLES: tuple[EmployerExample, ...] = (*ORGANISATIONS, *RECEIPTS, *LISTS, *WATCHES)
