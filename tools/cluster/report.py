"""What a drill prints: a line for each event, the whole, and the targets that were missed."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.cluster.events import Event
from tools.cluster.load import Found, Read

MAX_SECONDS_TO_WRITE = 30.0
MIN_SHARE = 99.9
ALWAYS_GOOD = 0.5
"""Seconds: 99 of 100 reads may take as long at any time, as the objective for lookups has it (docs/operators/alerts.md)."""

HEAD = (
    "| at | what | reads answered | failed | p99 of reads, s | slowest request, s | writes again after, s "
    "| lost/doubled/forked |",
    "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One event. Times in seconds; `at` since the load began."""

    event: Event
    at: float
    reads: Sequence[Read]
    writes: Sequence[Read]
    back: float | None
    """Until something of each kind was acknowledged again that was begun after the event began (where it is beyond what can be
    borne: after its end); None: not within the time."""
    found: Found | None = None
    """Of what was acknowledged from this event to the next; None before it was looked for."""
    trouble: str | None = None
    """What the event found to be wrong."""

    @property
    def failed(self) -> int:
        return sum(not read.is_ok for read in self.reads)

    @property
    def slowest(self) -> Read:
        return max((*self.reads, *self.writes), key=lambda one: one.seconds, default=Read(self.at, True, 0.0))

    def missed(self, quiet: float) -> list[str]:
        found = [self.trouble] if self.trouble is not None else []
        if self.back is None or self.back > MAX_SECONDS_TO_WRITE:
            found.append(f"writes were not back within {MAX_SECONDS_TO_WRITE:.0f} s")
        if self.event.max_request is not None and self.slowest.seconds > self.event.max_request:
            slowest, first = self.slowest, min(one.at for one in (*self.reads, *self.writes))
            found.append(
                f"{slowest.what} took {slowest.seconds:.1f} s, {slowest.at - first:.1f} s after the first request, "
                f"{self.event.max_request:.0f} s at most"
            )
        if self.event.max_p99 is not None:
            most = max(self.event.max_p99 * quiet, ALWAYS_GOOD)
            if p99(self.reads) > most:
                found.append(f"p99 of reads {p99(self.reads):.2f} s, {most:.2f} s at most")
        return [f"{self.event.name}: {what}" for what in found]

    def row(self) -> str:
        back = "never" if self.back is None else f"{self.back:.1f}"
        cells = (
            clock(self.at),
            self.event.name,
            str(len(self.reads) - self.failed),
            str(self.failed),
            f"{p99(self.reads):.2f}",
            f"{self.slowest.seconds:.1f}",
            back,
            str(self.found or ""),
        )
        return f"| {' | '.join(cells)} |"


@dataclass(frozen=True, slots=True)
class Report:
    lines: Sequence[Line]
    found: Found
    reads: int
    failed: int
    acknowledged: dict[str, int]
    """Of each kind of write."""
    refused: int
    verified: bool
    quiet: float
    """99 of 100 reads took at most so many seconds while nothing happened."""
    unread: Sequence[str] = ()
    """Reads that failed: when, and why."""
    unlike: Sequence[str] = ()
    """What is not as it was acknowledged, by name."""

    @property
    def share(self) -> float:
        """Per cent of reads that were answered."""
        return 100.0 * (1 - self.failed / max(self.reads, 1))

    @property
    def share_borne(self) -> float:
        """Per cent of reads that were answered while no more was lost than can be borne."""
        beyond = [line for line in self.lines if line.event.is_beyond]
        failed = self.failed - sum(line.failed for line in beyond)
        return 100.0 * (1 - failed / max(self.reads - sum(len(line.reads) for line in beyond), 1))

    @property
    def is_well(self) -> bool:
        """Whether all is as acknowledged, and writes came back of themselves: no matter how fast the machine is."""
        return self.found == Found(0, 0, 0) and self.verified and all(line.back is not None for line in self.lines)

    def missed(self) -> list[str]:
        """The targets that were missed."""
        missed = [what for line in self.lines for what in line.missed(self.quiet)]
        if self.share_borne < MIN_SHARE:
            missed.append(f"{self.share_borne:.2f} % of reads were answered, {MIN_SHARE} % at least")
        if self.found != Found(0, 0, 0):
            missed.append(f"lost/doubled/forked {self.found}: {'; '.join(self.unlike[:10])}")
        if not self.verified:
            missed.append("`registry log verify` did not agree on both machines")
        return missed

    def table(self) -> str:
        acknowledged = ", ".join(f"{count} {kind}" for kind, count in self.acknowledged.items())
        missed = self.missed()
        return "\n".join(
            [
                *HEAD,
                *(line.row() for line in self.lines),
                "",
                f"While nothing happened: p99 of reads {self.quiet:.2f} s.",
                f"Reads answered: {self.share:.2f} % of {self.reads}; {self.share_borne:.2f} % while no more was lost than can "
                "be borne.",
                f"Acknowledged: {acknowledged}; {self.refused} writes were refused.",
                f"Lost {self.found.lost}, doubled {self.found.doubled}, forks {self.found.forks}; "
                f"`registry log verify` on both machines: {'all agree' if self.verified else 'NOT WELL'}.",
                *(f"  not answered at {what}" for what in self.unread[:20]),
                *(f"MISSED: {what}" for what in missed),
                *(() if missed else ("All targets were met.",)),
            ]
        )


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def p99(reads: Sequence[Read]) -> float:
    """99 of 100 reads took at most so many seconds."""
    return sorted(read.seconds for read in reads)[int(len(reads) * 0.99)] if reads else 0.0
