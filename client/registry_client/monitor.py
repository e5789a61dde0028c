"""One run of the monitor: follow the log, then hold the status lists, range files and the API to it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate

from registry_client.answers import choose, compare_answers, report_differences
from registry_client.follow import Progress, follow, next_head, note_unknown_kinds, recheck, require_whole
from registry_client.listing import check_lists
from registry_client.network import Fetch, Unreachable
from registry_client.proving import judge_head
from registry_client.range_monitor import check_ranges
from registry_client.remote import RemoteLog
from registry_client.store import Store
from registry_client.strict import Refused, Unreadable
from registry_client.timestamps import check_served
from registry_client.trust import PATH, TRUST_LIMIT, Trust, read_trust
from registry_client.unit_keys import note_changes
from registry_client.verdicts import State, Verdict

USUAL_ANSWERS = 500
USUAL_RANGES = 4
OLD_HEAD_HOURS = 48
"""For so long an older head than a known one is unknown; then the log was rolled back."""
SETTLING = 20
"""Seconds that the registry has to sign what it has just published, when an answer is ahead of the log."""


@dataclass(slots=True)
class MonitorReport:
    """What a run found: of the log, of the status lists, of the range files, of the answers."""

    log: Verdict = field(default_factory=Verdict)
    lists: Verdict = field(default_factory=Verdict)
    ranges: Verdict = field(default_factory=Verdict)
    answers: Verdict = field(default_factory=Verdict)
    head: dict[str, Any] = field(default_factory=dict)

    @property
    def verdicts(self) -> tuple[tuple[str, Verdict], ...]:
        return (("log", self.log), ("lists", self.lists), ("ranges", self.ranges), ("answers", self.answers))

    @property
    def exit_code(self) -> int:
        states = {verdict.state for _, verdict in self.verdicts}
        return 1 if State.BAD in states else 3 if State.UNKNOWN in states else 0


@dataclass(frozen=True, slots=True)
class MonitorOptions:
    """What a run shall do. `answers` is how many licences the API is asked of at most, `ranges` how many range files are
    rebuilt; with None all are.
    """

    at: int
    answers: int = USUAL_ANSWERS
    ranges: int | None = USUAL_RANGES
    is_whole: bool = False
    settling: float = SETTLING
    evidence: Path | None = None
    """A folder for range files that are not what the log implies."""
    timestamp_roots: tuple[Certificate, ...] = ()
    """Roots that time stamps are believed under."""


def pinned_trust(fetch: Fetch, store: Store, given: Trust | None, verdict: Verdict) -> Trust:
    """The trust file of the state; the one given, or else the registry's own, at the first run. Raises Unreadable, Unreachable.

    A later file of the same log may replace it, when its owner gives it; of another root if a key of the log is in both.
    """
    stored = store.get("trust")
    served = None
    try:
        served = read_trust(fetch(PATH, TRUST_LIMIT), "the registry's trust file")
    except Unreachable:
        if stored is None and given is None:
            raise
        verdict.unknown("trust_not_served")
    pinned = given or (None if stored is None else read_trust(stored.encode(), "trust file of the state"))
    if stored is not None and given is not None:
        before = read_trust(stored.encode(), "trust file of the state")
        is_same_log = before.origin == given.origin and bool(set(before.log_keys) & set(given.log_keys))
        if not is_same_log and (before.root_der, before.origin) != (given.root_der, given.origin):
            raise Unreadable("--trust: the state is of another registry or log: use another --state")
    if pinned is None:
        assert served is not None
        pinned = served
        verdict.note("trust_on_first_use", fingerprint=pinned.root_fingerprint)
    if served is not None and (served.root_der, served.origin) != (pinned.root_der, pinned.origin):
        verdict.bad("trust_changed", fingerprint=served.root_fingerprint)
    store.put(trust=pinned.data.decode("utf-8"))
    return pinned


def run(fetch: Fetch, store: Store, given: Trust | None, options: MonitorOptions, progress: Progress) -> MonitorReport:
    """Raises Unreadable where the state or the trust file is of no use."""
    report = MonitorReport()
    require_whole(store)
    remote = RemoteLog(fetch)
    try:
        trust = pinned_trust(fetch, store, given, report.log)
        if not _follow(remote, trust, store, report, progress):
            _judge_age_of_old_head(store, report, options.at)
            return _with_earlier_findings(report, store)
        if store.get("old_head_since"):
            store.put(old_head_since="")
        recheck(remote, store, report.log, progress, is_whole=options.is_whole)
        check_served(fetch, trust.origin, store, options.timestamp_roots, report.log)
    except Unreachable as error:
        report.log.unknown("unreachable", why=str(error))
        return _with_earlier_findings(report, store)
    _check_lists(fetch, trust, store, report, options, progress)
    _check_ranges(fetch, trust, store, report, options, progress)
    _compare(fetch, trust, store, report, options, progress)
    return _with_earlier_findings(report, store)


def _judge_age_of_old_head(store: Store, report: MonitorReport, at: int) -> None:
    """An old head may be a cache's for a while; one that stays is the log's: what came later was taken back."""
    old = next((one for one in report.log.findings if one.code == "old_head"), None)
    if old is None:
        return
    since, _, size = (store.get("old_head_since") or "").partition(" ")
    if size != str(store.size):
        since = str(at)
        store.put(old_head_since=f"{at} {store.size}")
    if at - int(since) >= OLD_HEAD_HOURS * 3600:
        report.log.bad(
            "rolled_back", hours=(at - int(since)) // 3600, size=old.values["size"], known=old.values["known"]
        )


def _check_lists(
    fetch: Fetch, trust: Trust, store: Store, report: MonitorReport, options: MonitorOptions, progress: Progress
) -> None:
    judged = check_lists(fetch, trust, store, options.at, report.lists)
    if any(finding.code == "list_beyond_head" for finding in report.lists.findings):
        # The log grew between the head and the list.
        if not _follow_again(fetch, trust, store, report, progress):
            return
        report.lists = Verdict()
        judged = check_lists(fetch, trust, store, options.at, report.lists)
    if not report.lists.findings:
        report.lists.good("no_lists")
    progress(f"{len(judged)} status lists derived anew")


def _check_ranges(
    fetch: Fetch, trust: Trust, store: Store, report: MonitorReport, options: MonitorOptions, progress: Progress
) -> None:
    if options.ranges == 0:
        report.ranges.good("ranges_not_read")
        return
    check_ranges(fetch, trust, store, options.at, options.ranges, report.ranges, options.evidence)
    if any(finding.code == "range_beyond_head" for finding in report.ranges.findings):
        # The log grew between the head and the epoch.
        if not _follow_again(fetch, trust, store, report, progress):
            return
        report.ranges = Verdict()
        check_ranges(fetch, trust, store, options.at, options.ranges, report.ranges, options.evidence)
    progress("range files rebuilt from the log")


def _follow_again(fetch: Fetch, trust: Trust, store: Store, report: MonitorReport, progress: Progress) -> bool:
    """Follow the log once more within a run: only what is wrong is said again."""
    stated = MonitorReport()
    try:
        is_taken = _follow(RemoteLog(fetch), trust, store, stated, progress)
    except Unreachable as error:
        report.log.unknown("unreachable", why=str(error))
        return False
    report.head = stated.head
    report.log.findings += [
        finding
        for finding in stated.log.findings
        if finding.state in (State.BAD, State.UNKNOWN) and finding not in report.log.findings
    ]
    return is_taken


def _follow(remote: RemoteLog, trust: Trust, store: Store, report: MonitorReport, progress: Progress) -> bool:
    """Raises Unreachable."""
    before = store.size
    try:
        seen = next_head(remote, trust, store)
        is_taken = follow(remote, seen, store, report.log, progress)
    except Refused as error:
        report.log.refused(error)
        return False
    except Unreadable as error:
        report.log.bad("log_unreadable", why=str(error))
        return False
    if is_taken:
        judge_head(seen, report.log)
        note_changes(store, before, report.log)
        note_unknown_kinds(store, report.log)
    report.head = {
        "size": seen.checkpoint.size,
        "root": seen.checkpoint.root.hex(),
        "origin": trust.origin,
        "witnesses": list(seen.witnesses),
    }
    _judge_policy(trust, store, report.log)
    return is_taken


def _judge_policy(trust: Trust, store: Store, verdict: Verdict) -> None:
    found = store.latest("policy/log", store.size)
    if found is None:
        return
    if witness_lines(found[2].get("lines", [])) != witness_lines(trust.policy_text.split("\n")):
        verdict.note("policy_differs", index=found[0])


def witness_lines(lines: object) -> list[str]:
    """The lines of a policy but those of the log's own keys, which the log speaks of itself."""
    words = [" ".join(str(line).split()) for line in lines] if isinstance(lines, list) else []
    return sorted(line for line in words if line and not line.startswith(("log ", "#")))


def _compare(
    fetch: Fetch, trust: Trust, store: Store, report: MonitorReport, options: MonitorOptions, progress: Progress
) -> None:
    if options.answers == 0:
        report.answers.good("answers_not_asked")
        return
    chosen = choose(store, options.answers)
    size = store.size
    differing = compare_answers(fetch, store, chosen, report.answers, progress)
    # What was published a moment ago is answered before its head is signed.
    end = time.monotonic() + options.settling
    while differing:
        _follow_again(fetch, trust, store, report, progress)
        found = Verdict()
        report_differences(fetch, store, differing, found)
        if not found.findings or time.monotonic() >= end:
            report.answers.findings += found.findings
            break
        time.sleep(min(1.0, max(0.0, end - time.monotonic())))
    if not report.answers.findings:
        report.answers.good("answers_follow", count=len(chosen))
    if all(finding.code != "unreachable" for finding in report.answers.findings):
        _remember(store, chosen, size, options.answers)


def _remember(store: Store, chosen: Sequence[tuple[int, str]], size: int, limit: int) -> None:
    """Where the next run goes on: behind the new ones that were asked of, and further round among the others."""
    compared = int(store.get("compared") or 0)
    new = [index for index, _ in chosen if index >= compared]
    turn = int(store.get("turn") or 0) + len(chosen) - len(new)
    store.put(compared=str(size if len(new) < limit else new[-1] + 1), turn=str(turn))


def _with_earlier_findings(report: MonitorReport, store: Store) -> MonitorReport:
    """Add what earlier runs found and no log can mend."""
    for finding in store.findings():
        if finding not in report.log.findings:
            report.log.findings.append(finding)
    return report
