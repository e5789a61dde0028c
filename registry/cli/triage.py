"""`registry triage`: the policy by which complaints are put in order, and what it makes of given answers."""

import json
from pathlib import Path
from typing import IO, Any

import click

from registry.complaints.case.answer_rules import read_answers
from registry.complaints.case.questions import QUESTIONNAIRE
from registry.complaints.triage.rules import RULES, Triaged, TriageFacts, triage, version_of
from registry.core.errors import ImportRefused
from registry.i18n.triage_words import indicator_text, priority_text, triage_reason_text
from registry.vocabulary.register import Language

EXAMPLES = """\b
Examples:
  registry triage
  registry triage answers.json
  echo '{"in_danger": "yes"}' | registry triage - --language zh-Hans

\b
ANSWERS is a JSON object of answers by question. Nothing of it is kept. Without it the rules are shown.
"""


@click.command(epilog=EXAMPLES)
@click.argument("answers", type=click.File("rb"), required=False)
@click.option("--language", type=click.Choice([language.value for language in Language]), default="en")
@click.option(
    "--independent", type=click.IntRange(1), default=1, help="Complaints about the agency in 90 days, with this."
)
@click.option("--json", "as_json", is_flag=True, help="Codes instead of words.")
def triage_command(answers: IO[bytes] | None, language: str, independent: int, as_json: bool) -> None:
    """Show the rules of triage, or what priority answers would have and why."""
    if answers is None:
        _print_rules(Language(language))
        return
    found = triage(_read(answers), TriageFacts(independent_complaints=independent))
    if as_json:
        click.echo(json.dumps(found._asdict(), ensure_ascii=False))
    else:
        _print_result(found, Language(language))


def _read(file: IO[bytes]) -> dict[str, Any]:
    try:
        raw = json.loads(file.read())
    except (ValueError, RecursionError):
        raise ImportRefused(f"{Path(file.name).name} holds no JSON; give an object of answers by question") from None
    if not isinstance(raw, dict):
        raise ImportRefused(f"{Path(file.name).name} must hold a JSON object of answers by question")
    return read_answers(raw)


def _print_rules(language: Language) -> None:
    facts = TriageFacts()
    click.echo(f"Triage {version_of(facts.thresholds)}, questionnaire {QUESTIONNAIRE.version}")
    for rule in RULES:
        click.echo(f"{rule.priority}  {rule.reason:26} {triage_reason_text(language, rule.reason)}")


def _print_result(found: Triaged, language: Language) -> None:
    click.echo(f"{found.priority}  {priority_text(language, found.priority)}")
    for reason in found.reasons:
        click.echo(f"    {reason:26} {triage_reason_text(language, reason)}")
    for heading, indicators in (("indicators", found.indicators), ("suggested by the story", found.suggested)):
        if indicators:
            click.echo(f"    {heading}: {', '.join(indicator_text(language, one) for one in indicators)}")
