"""The table of commands: under which heading each stands in `registry --help`, where it is, and its short help."""

from typing import NamedTuple


class Listed(NamedTuple):
    """A command that is not loaded yet: `module:function`, and the first sentence of its help."""

    place: str
    help: str


GROUPS: dict[str, dict[str, Listed]] = {
    "Serving": {
        "serve": Listed("registry.cli.serve:serve", "Answer HTTP requests until interrupted."),
        "worker": Listed(
            "registry.cli.worker:worker",
            "Fetch lists on schedule, warn by mail before one goes stale, change channels when due, sign the log, tell watchers.",
        ),
        "stream": Listed(
            "registry.cli.stream:stream",
            "Answer GET /api/v1/events/stream until interrupted; a proxy leads that path here and does not buffer it.",
        ),
        "mcp": Listed(
            "registry.cli.stream:mcp",
            "Answer agents by the Model Context Protocol: verify, corridor, checks, fees, agencies, lists, reasons, help lines.",
        ),
        "lists": Listed("registry.cli.worker:lists", "Lists of questions that organisations sent."),
    },
    "Database and data folder": {
        "doctor": Listed(
            "registry.cli.doctor:doctor",
            "Look at settings, database, keys, worker, clock, disk and scanner, and say what is not well and what to do.",
        ),
        "db": Listed("registry.cli.database:database", "Move the database between revisions, and say where it is."),
        "demo": Listed("registry.cli.demo:demo", "Load invented data to look at and to try with."),
        "backup": Listed(
            "registry.cli.backup:backup",
            "Copy database, keys, files and settings of the data folder to FOLDER, while the registry serves.",
        ),
        "restore": Listed(
            "registry.cli.backup:restore",
            "Put a backup back into an empty REGISTRY_HOME and an empty database, and purge again what is over by now.",
        ),
        "reindex": Listed(
            "registry.cli.database:reindex",
            "Build the keys that numbers and names are looked up by anew, and what answers to lists copy of each record.",
        ),
        "clock": Listed(
            "registry.cli.clock:clock", "This machine's clock: compare it, and accept it where what is stored is wrong."
        ),
        "erase": Listed(
            "registry.cli.erase:erase",
            "Destroy name, numbers, place and contacts of the natural person behind the agency REFERENCE, for ever.",
        ),
    },
    "Official lists and the law": {
        "import": Listed(
            "registry.cli.imports:import_command",
            "Load FILE, a list of licences as its authority publishes it: CSV, JSON, XLSX, XLS, ODS, HTML, DOCX or PDF.",
        ),
        "sources": Listed(
            "registry.cli.sources:sources",
            "The lists we read: how fresh each is, what waits for approval, and mappings for new ones.",
        ),
        "law": Listed(
            "registry.cli.law:law",
            "The law the registry stands on: its rows, what is to be read again, and whether files are sound.",
        ),
    },
    "Agencies and licences": {
        "channels": Listed(
            "registry.cli.agencies:channels",
            "List changes of what agencies registered as their own: phone, e-mail, website, WeChat id, bank account.",
        ),
        "collisions": Listed(
            "registry.cli.agencies:collisions",
            "Find and list agencies of near names, or that share an address, telephone, website, account or number.",
        ),
    },
    "Officers and organisations": {
        "units": Listed("registry.cli.units:units", "Who takes complaints."),
        "officers": Listed("registry.cli.officers:officers", "Officers who sign in to the console."),
        "audit": Listed(
            "registry.cli.audit:audit",
            "Who read and moved which case: check that no line was changed or taken out, and keep a copy elsewhere.",
        ),
        "employers": Listed("registry.cli.employers:employers", "Organisations that check in bulk."),
    },
    "Complaints": {
        "complaints": Listed("registry.cli.complaints:complaints", "What people who file need on paper."),
        "cases": Listed(
            "registry.cli.complaints:cases",
            "Stored complaints: destroy what is kept long enough, and compare their files with the database.",
        ),
        "triage": Listed(
            "registry.cli.complaints:triage_command",
            "Show the rules of triage, or what priority answers would have and why.",
        ),
        "partners": Listed(
            "registry.cli.units:partners",
            "To whom a case may be referred: inspectorates, NGOs, unions, police, prosecutors.",
        ),
        "statistics": Listed(
            "registry.cli.statistics:statistics", "Open numbers about complaints, by closed quarters."
        ),
    },
    "Keys and the public log": {
        "keys": Listed(
            "registry.cli.keys:keys",
            "The keys that the registry signs with, in REGISTRY_HOME/keys; what the log says of each.",
        ),
        "log": Listed(
            "registry.cli.log:log",
            "The log of everything published: check it from inside, and go on after a restored backup.",
        ),
        "witness": Listed(
            "registry.cli.log:witness",
            "Serve a witness: it signs each head of the logs it was told of that follows from the last it saw.",
        ),
        "ranges": Listed(
            "registry.cli.ranges:ranges",
            "Range files: numbers are looked up without telling which, on any web server, with proof of presence and absence.",
        ),
        "dataset": Listed(
            "registry.cli.dataset:dataset",
            "The open dataset: licences and events of legal persons, for anybody to take whole and to keep up with.",
        ),
        "export-static": Listed(
            "registry.cli.log:export_static",
            "Write the published log below FOLDER at the paths it is served at, for a web server, a mirror or a drawer.",
        ),
        "close": Listed("registry.cli.log:close", "Sign a final head and publish nothing more, for ever."),
    },
    "Checks from outside": {
        "verify-offline": Listed(
            "registry.cli.client:verify_offline",
            "Give the three verdicts of a bundle, credential, code, receipt, manifest, status list, checkpoint, proof or PDF.",
        ),
        "monitor": Listed(
            "registry.cli.client:monitor",
            "Follow the log of a registry, and hold its status lists, range files and API to it.",
        ),
    },
    "Texts and descriptions": {
        "i18n": Listed(
            "registry.cli.i18n:i18n",
            "Texts of the pages: what is missing or not reviewed yet, and templates for translators.",
        ),
        "voices": Listed(
            "registry.cli.i18n:voices_command",
            "Questions read aloud: optional recordings in REGISTRY_HOME/voices.",
        ),
        "openapi": Listed("registry.cli.openapi:openapi", "Write the OpenAPI 3.1 document of the API."),
    },
}

COMMANDS: dict[str, Listed] = {name: listed for group in GROUPS.values() for name, listed in group.items()}
