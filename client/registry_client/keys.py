"""What the state of a key makes of what it signed."""

from registry_client.entries import KeyRecord
from registry_client.strict import SKEW, parsed_instant
from registry_client.verdicts import Verdict


def may_have_signed(record: KeyRecord | None, issued: int) -> bool:
    """Whether something without an entry of its own may stand on this key. A key nothing is known of is believed."""
    if record is None or record.state == "active":
        return True
    return record.state == "retired" and issued <= parsed_instant(record.at, "key entry: at") + SKEW


def judge_key(record: KeyRecord | None, kid: str, issued: int, index: int, is_proven: bool, verdict: Verdict) -> None:
    """Say what the key is worth for something signed at `issued` that names the log's entry `index`, proven or not.

    A thief of a key can write any date, so for a compromised key only the order of the log counts.
    """
    if record is None:
        verdict.note("key_state_unknown", kid=kid)
    elif record.state == "retired":
        if may_have_signed(record, issued):
            verdict.note("key_retired_since", kid=kid, retired=record.at)
        else:
            verdict.bad("key_retired_before", kid=kid, retired=record.at)
    elif record.state == "compromised":
        last_good = -1 if record.last_good_index is None else record.last_good_index
        if index > last_good:
            verdict.bad("key_compromised_before", kid=kid, last_good=last_good, index=index)
        elif not is_proven:
            verdict.unknown("key_compromised", kid=kid, last_good=last_good)
        else:
            verdict.note("key_compromised_since", kid=kid, last_good=last_good, index=index)


def judge_key_of_receipt(record: KeyRecord | None, kid: str, size: int, verdict: Verdict) -> None:
    """The same for what has no entry of its own but names the size of the log when it was signed."""
    if record is None:
        verdict.note("key_state_unknown", kid=kid)
    elif record.state == "retired":
        if size <= record.index:
            verdict.note("key_retired_since", kid=kid, retired=record.at)
        else:
            verdict.bad("key_retired_before", kid=kid, retired=record.at)
    elif record.state == "compromised":
        last_good = -1 if record.last_good_index is None else record.last_good_index
        verdict.unknown("key_compromised", kid=kid, last_good=last_good)
