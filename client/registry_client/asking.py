"""The options of the commands that ask the API. They need the extra `api`; what they do stands in api/commands.py."""

import argparse
from collections.abc import Callable

LANGUAGES = ("en", "zh-Hans", "zh-Hant", "it", "fr", "ro")

EXIT_CODES = """\
exit codes:
  0  yes (bulk: yes to all); done
  1  no (bulk: no to one at least; proof: it does not hold)
  2  wrong usage, or the input cannot be read
  3  unknown (bulk: no to none, and not yes to all)
  4  the registry did not answer, or refused (verify --private: a proof does not hold)
  5  listen --run: the command failed; the event comes again
  130  interrupted (bulk --resume: the same command goes on)

the registry and the key are given by options, or by
REGISTRY_CLIENT_URL, REGISTRY_CLIENT_KEY or REGISTRY_CLIENT_KEY_FILE
"""

VERIFY_EXAMPLES = """\
examples:
  {name} --uscc 91990001MADEM00112 --origin CN --destination IT --sector 14.10 --url https://registry.example.org
  {name} --vat IT99999019997 --destination IT && echo licensed
  {name} --name '示例启航' --lang it --json
  {name} 示例L0002 --private --trust trust.json --destination IT
"""

BULK_EXAMPLES = """\
examples:
  {name} suppliers.csv --output answers.csv
  {name} corridors.xlsx --corridors --json > answers.jsonl
  {name} suppliers.csv --destination IT --sector 14.10 --keep --output answers.csv
  {name} million.csv --resume million.job --output answers.csv    once more after Ctrl-C: the same job
"""

PROOF_EXAMPLES = """\
examples:
  {name} JOB 17 --trust trust.json --output row-17.json
  {name} LIST 17 --output row-17.json && registry-client verify-offline row-17.json --trust trust.json
"""

WATCH_EXAMPLES = """\
examples:
  {name} --agency DEGQTSQUSDTU --label 'Our supplier in Prato'
  {name} --numbers numbers.txt --label 'All suppliers'
  {name} --list
  {name} --end WATCH
"""

TRIGGER_EXAMPLES = """\
examples:
  {name} licence.suspended                    to each webhook of a test key
  {name} licence.suspended --webhook WEBHOOK
  {name} webhook.test                         with a live key too
"""

LISTEN_EXAMPLES = """\
examples:
  {name} --state events.cursor                what happens, line by line; goes on where it was
  {name} --state events.cursor --stream       the same, as it happens
  {name} --state events.cursor --once         what is new, and end
  {name} --receive 8080 --secret-file secret  deliveries of a webhook, checked, line by line
  {name} --state events.cursor --run './stop-shift.sh'       a command for each, with the event on its input
"""

Command = Callable[[str, str, str], argparse.ArgumentParser]

QUESTION = {
    "authority": "who issued the licence number",
    "uscc": "unified social credit code (China)",
    "vat": "EU VAT number",
    "lei": "legal entity identifier",
    "euid": "European identifier of a company",
    "registration-number": "number in a trade register; with --country",
    "country": "country of the registration number",
    "agency-id": "the registry's own reference",
    "name": "a name; never yes by itself",
    "claimed-name": "the name that was given beside a number",
    "origin": "where workers come from",
    "destination": "where the job is",
    "sector": "NACE code of the job",
    "activity": "what the recruiter does",
    "on": "the day, like 2026-11-24 (today)",
}

CONSTANTS = {
    "origin": "where all of them recruit",
    "destination": "where all the jobs are",
    "sector": "NACE code of all the jobs",
    "nace-revision": "revision of that code",
    "activity": "what all of them do",
    "on": "the day for all of them",
}
"""What is said once for a whole list."""


def add_commands(command: Command) -> None:
    """The six commands."""
    one = command("verify", "May this recruiter recruit? Ask the registry.", VERIFY_EXAMPLES)
    one.add_argument("licence_number", metavar="NUMBER", nargs="?", help="number on the licence")
    for name, text in QUESTION.items():
        one.add_argument(f"--{name}", metavar="X", help=text)
    one.add_argument(
        "--private",
        action="store_true",
        help="tell no one the number: fetch the file of some hundred numbers in which it would stand, and prove it",
    )
    one.add_argument("--trust", metavar="FILE", help="trust file, which --private needs")
    one.add_argument("--at", metavar="INSTANT", help="with --private: read as of then (now)")
    one.add_argument(
        "--seen",
        metavar="FILE",
        help="with --private: remember the newest head and epoch there, and refuse older ones; - for nowhere (a folder of yours)",
    )
    one.add_argument("--receipt", metavar="FILE", help="keep the answer as a signed receipt there")
    two = command("bulk", "Ask about each row of a CSV or XLSX file.", BULK_EXAMPLES)
    two.add_argument("file", metavar="FILE", help="a header and rows; the columns are guessed and shown")
    two.add_argument("--output", metavar="FILE", help="write the answers as CSV there (standard output)")
    two.add_argument("--corridors", action="store_true", help="rows are corridors: sending, receiving, destination")
    for name, text in CONSTANTS.items():
        two.add_argument(f"--{name}", metavar="X", help=f"{text}, where a row says nothing else (needs a key)")
    two.add_argument(
        "--resume",
        metavar="FILE",
        help="keep there which job it is: after an interruption the same command goes on with it",
    )
    two.add_argument("--keep", action="store_true", help="keep the answers in the organisation's file of receipts")
    five = command("proof", "Prove one row of a list that was answered, without the others.", PROOF_EXAMPLES)
    five.add_argument(
        "job", metavar="JOB", help="reference of a job or of an archived list, as `bulk --keep` prints it"
    )
    five.add_argument("row", metavar="ROW", help="place of the row, counted from 0")
    five.add_argument("--output", metavar="FILE", help="keep the proof there, as JSON")
    five.add_argument("--trust", metavar="FILE", help="trust file: hold the proof to what the registry signed")
    three = command("watch", "Watch agencies, licences or numbers; list or end watches.", WATCH_EXAMPLES)
    what = three.add_mutually_exclusive_group(required=True)
    what.add_argument("--agency", metavar="ID", help="watch this agency")
    what.add_argument("--licence", metavar="ID", help="watch this licence")
    what.add_argument("--numbers", metavar="FILE", help="watch the agencies these numbers lead to, one a line")
    what.add_argument("--list", action="store_true", help="show what is watched")
    what.add_argument("--pause", metavar="WATCH", help="be told nothing for a while")
    what.add_argument("--resume", metavar="WATCH", help="be told again")
    what.add_argument("--end", metavar="WATCH", help="delete a watch")
    three.add_argument("--label", metavar="TEXT", help="your own name for it")
    four = command("listen", "Print what happens to what you watch, one JSON object a line.", LISTEN_EXAMPLES)
    how = four.add_mutually_exclusive_group(required=True)
    how.add_argument("--state", metavar="FILE", help="read the feed of events; the file keeps how far")
    how.add_argument("--receive", metavar="[HOST:]PORT", help="receive a webhook's deliveries (127.0.0.1)")
    four.add_argument(
        "--run",
        metavar="COMMAND",
        help="run this for each event in place of printing it: the event as JSON on its standard input, REGISTRY_EVENT_ID, "
        "REGISTRY_EVENT_TYPE and REGISTRY_AGENCY_ID beside; no shell reads it; unless it ends with 0 the event comes again",
    )
    four.add_argument("--once", action="store_true", help="end when nothing is new")
    four.add_argument(
        "--stream",
        metavar="URL",
        nargs="?",
        const="",
        help="be told as it happens; URL where the stream has an address of its own",
    )
    four.add_argument("--poll", metavar="SECONDS", type=float, default=5.0, help="between two looks (5)")
    four.add_argument("--secret-file", metavar="FILE", help="secrets of the webhook, one a line")
    six = command("trigger", "Have a test event of any type delivered to your webhooks.", TRIGGER_EXAMPLES)
    six.add_argument("type", metavar="TYPE", help="like licence.suspended; all but webhook.test need a test key")
    six.add_argument("--webhook", metavar="ID", help="this one (all that are enabled)")
    for parser in (one, two, three, four, five, six):
        parser.add_argument("--url", metavar="URL", help="address of the registry")
        parser.add_argument("--key-file", metavar="FILE", help="file whose first line is the key")
