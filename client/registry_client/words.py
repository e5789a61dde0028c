"""From codes to sentences, in the language that was asked for."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from registry_client import texts
from registry_client.entries import safe_text
from registry_client.mirror import MirrorReport
from registry_client.monitor import MonitorReport
from registry_client.strict import instant_text
from registry_client.trust import Trust
from registry_client.verdicts import Finding, Report, State, Verdict


class Words:
    """The texts of one language."""

    def __init__(self, language: str) -> None:
        self._column = texts.LANGUAGES.index(language)

    def of(self, table: Mapping[str, tuple[str, str]], code: str) -> str:
        """The text of a code; the code itself where it has none, for a registry may have newer ones."""
        found = table.get(code)
        return code if found is None else found[self._column]

    def finding(self, finding: Finding) -> str:
        values = {name: safe_text(self.of(texts.CODES, str(value))) for name, value in finding.values.items()}
        return texts.REASONS[finding.code][self._column].format(**values)

    def sentence(self, code: str, **values: str | int) -> str:
        return texts.SENTENCES[code][self._column].format(**values)

    def _verdict(self, name: str, verdict: Verdict) -> Iterator[str]:
        label, state = self.of(texts.VERDICTS, name), self.of(texts.STATES, verdict.state)
        first = True
        for finding in verdict:
            mark = "" if finding.state is not State.NOTE else f"({self.of(texts.STATES, State.NOTE)}) "
            head = f"  {_wide(label, 14)}{_wide(state, 9)}" if first else " " * 25
            yield f"{head}{mark}{self.finding(finding)}"
            first = False
        if first:
            yield f"  {_wide(label, 14)}{state}"

    def report(self, report: Report) -> str:
        """The report as lines for people."""
        lines = [self.of(texts.KINDS, report.kind), self.sentence("as_of", at=instant_text(report.at)), ""]
        for name, verdict in report.verdicts:
            lines += self._verdict(name, verdict)
        lines.append("")
        if report.signed and report.issued.state is State.GOOD:
            lines.append(self.sentence("what_is_signed"))
            for label, value in report.signed:
                lines.append(f"  {self.of(texts.LABELS, label)}: {self._value(value)}")
        else:
            lines.append(self.sentence("nothing_signed"))
        return "\n".join(lines)

    def _value(self, value: str) -> str:
        return ", ".join(self.of(texts.CODES, part) for part in value.split(", "))

    def monitored(self, report: MonitorReport | MirrorReport) -> str:
        lines = [self.sentence("head", **report.head)] if report.head else []
        for name, verdict in report.verdicts:
            lines += self._verdict(name, verdict)
        return "\n".join(lines)

    def trust(self, trust: Trust) -> str:
        """What two people compare by another way."""
        lines = [self.sentence("trust_intro", issuer=trust.issuer, origin=trust.origin)]
        lines.append(f"  {self.sentence('trust_root')}: {trust.root_fingerprint}")
        lines += [f"  {self.sentence('trust_log_key')}: {one}" for one in trust.log_fingerprints]
        lines += [
            "  " + self.sentence("trust_key", use=key.use, kid=key.kid, until=instant_text(key.not_after))
            for key in trust.keys.values()
        ]
        witnesses = ", ".join(trust.policy.witnesses) or "-"
        lines.append(
            "  " + self.sentence("trust_quorum", witnesses=safe_text(witnesses), quorum=safe_text(trust.policy.quorum))
        )
        return "\n".join([*lines, self.sentence("trust_compare")])

    def findings(self, verdict: Verdict) -> dict[str, Any]:
        """A verdict for programs."""
        return {
            "verdict": str(verdict.state),
            "reasons": [
                {"state": str(one.state), "code": one.code, "values": dict(one.values), "text": self.finding(one)}
                for one in verdict
            ],
        }


def _wide(text: str, columns: int) -> str:
    """Filled up to a number of a terminal's columns, of which a Chinese sign takes two."""
    taken = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (columns - taken)
