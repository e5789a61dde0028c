"""Range files behind nginx, with the operator's own configuration: a static mirror, and a cache before the registry."""

import itertools
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from bench import load, ranges_scale, serving
from bench.report import Row
from bench.serving import Server
from registry.api.public.ranges import CURRENT_AGE
from registry.core.settings import Settings
from registry.ranges import queries
from registry.ranges.actions import newest_epoch, record_of

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
MIN_OF_BARE, MAX_ORIGIN = 0.8, 0.01
PLAYED = 20_000
"""Questions at most that are asked of nginx."""
QUESTIONS_A_DAY = 1_000_000
"""Over which time a counted trace is spread: the epoch is asked of the registry anew each `CURRENT_AGE` seconds."""


def program() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def nginx(folder: Path, core: int, http: str, port: int) -> Iterator[Server]:
    """A server of one process, with that configuration, on the port it names."""
    folder.mkdir(parents=True, exist_ok=True)
    user = "user root;\n" if os.geteuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(
        f"{user}worker_processes 1;\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/errors;\n"
        "events { worker_connections 512; }\n"
        f"http {{\nkeepalive_requests 1000000000;\naccess_log off;\n{http}\n}}\n",
        encoding="utf-8",
    )
    command = [str(program()), "-p", str(folder), "-e", str(folder / "errors"), "-c", str(conf)]
    process = subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, [core]))
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        else:
            raise RuntimeError((folder / "errors").read_text(errors="replace")[-2000:])
        yield Server("nginx", port, process.pid, folder / "errors")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def against_bare_file(mirror: Path, rounds: int, seconds: float, core: int, folder: Path) -> Row:
    """A file of the mirror against the same bytes as a file of nginx's own, by the CPU of one answer, in turns."""
    port, bare_port = free_port(), free_port()
    packed = sorted((mirror / "ranges" / "file").glob("*.gz"))[:64]
    bare = folder / "bare"
    bare.mkdir()
    for file in packed:
        shutil.copy(file, bare / file.stem)
    conf = (DEPLOY / "mirror.conf").read_text(encoding="utf-8")
    conf = conf.replace("listen 8080", f"listen 127.0.0.1:{port}").replace("root /srv/mirror", f"root {mirror}")
    plain = f"server {{ listen 127.0.0.1:{bare_port}; root {bare}; sendfile on; tcp_nopush on; }}"
    ratios, rates = [], []
    with ExitStack() as stack:
        ours = stack.enter_context(nginx(folder / "mirrored", core, conf, port))
        theirs = stack.enter_context(nginx(folder / "plain", core, plain, bare_port))
        wanted = [load.request(f"/ranges/file/{file.stem}", "Accept-Encoding: gzip") for file in packed]
        wanted_plain = [load.request(f"/{file.stem}") for file in packed]
        for turn in range(rounds):
            pair = [(ours, wanted), (theirs, wanted_plain)]
            found = {
                server.port: load.measured(server, requests, seconds)
                for server, requests in (pair if turn % 2 else pair[::-1])
            }
            ratios.append(found[bare_port].cpu_us / found[port].cpu_us)
            rates.append(found[port].rate / found[bare_port].rate)
    return Row("static range by nginx against nginx's bare file", ratios, MIN_OF_BARE, rates=rates)


def origin_share(
    sessions: sessionmaker[Session],
    settings: Settings,
    questions: int,
    core: int,
    folder: Path,
    change: Callable[[], object],
) -> list[Row]:
    """Share of requests that reach the registry in a Zipf trace of private lookups behind nginx.

    Each lookup asks for the epoch, its tiles and a file, as a reader without a memory does. In the middle something is
    published. So many questions as `PLAYED` are asked of nginx; for more the cache is counted, by the same rule, and what the
    rule says of those that were asked stands beside what nginx did.
    """
    played = min(questions, PLAYED)
    port, counted = free_port(), folder / "origin.log"
    with ExitStack() as stack:
        home = settings.home
        origin = stack.enter_context(serving.ours(folder, core, settings.database_url, home=home, edges="api"))
        front = stack.enter_context(nginx(folder / "front", core, _cache_before(origin, port, counted, folder), port))
        sent, predicted = 0, set[bytes]()
        for half in range(2):
            sent += load.played(front, _trace(sessions, played // 2, random.Random(half), predicted))
            if not half:
                change()
    paths = counted.read_text().split()
    of_current = sum(path == "/ranges/current" for path in paths)
    note = f"{len(paths):,} of {sent:,} requests, {of_current} of them for the epoch; by the rule {len(predicted):,} others"
    rows = [
        Row(
            _named(played),
            [len(paths) / sent],
            # Of a longer trace the beginning finds an empty cache, and holds the rule to nginx.
            MAX_ORIGIN if questions == played else None,
            is_at_least=False,
            note=f"{note}; one publication in the middle",
        )
    ]
    if questions > played:
        reached, sent = ranges_scale.asked_of_the_origin(
            sessions, questions, random.Random(2), change, 86400 * questions / QUESTIONS_A_DAY / CURRENT_AGE
        )
        note = f"{reached:,} of {sent:,} requests, counted by the rule, {QUESTIONS_A_DAY:,} a day; one publication in the middle"
        rows.append(Row(_named(questions), [reached / sent], MAX_ORIGIN, is_at_least=False, note=note))
    return rows


def _named(questions: int) -> str:
    return f"origin share of a Zipf trace of {questions:,} questions behind nginx"


def _cache_before(origin: Server, port: int, counted: Path, folder: Path) -> str:
    conf = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    zone = re.search(r"^proxy_cache_path .*$", conf, re.MULTILINE)
    block = re.search(r"^    location /ranges/ \{.*?^    \}$", conf, re.MULTILINE | re.DOTALL)
    assert zone is not None
    assert block is not None
    location = block[0].replace("access_log off;", f"access_log {counted} origin if=$is_origin;")
    return (
        f"{zone[0].replace('/var/cache/nginx/registry', str(folder / 'cache'))}\n"
        'map $upstream_addr $is_origin { "" 0; default 1; }\n'
        "log_format origin '$uri';\n"
        f"upstream registry_lookups {{ server 127.0.0.1:{origin.port}; keepalive 32; }}\n"
        f"server {{ listen 127.0.0.1:{port}; proxy_http_version 1.1; proxy_set_header Host $host;\n{location}\n}}"
    )


def _trace(
    sessions: sessionmaker[Session], questions: int, chance: random.Random, reached: set[bytes]
) -> Iterator[bytes]:
    """The requests of some lookups; `reached` gets the hashes of tiles and files."""
    with sessions() as session:
        epoch = newest_epoch(session)
        assert epoch is not None
        stated = record_of(epoch)
        bits, keys = int(stated["p"]), int(stated["keys"])
        paths: dict[int, list[bytes]] = {}
        current = load.request("/ranges/current", "Accept-Encoding: gzip")
        for prefix in itertools.islice(ranges_scale.prefixes_asked(bits, keys, chance), questions):
            if prefix not in paths:
                *tiles, leaf = queries.path_to(session, epoch, prefix)
                reached.update([*tiles, leaf])
                wanted = [*(f"/ranges/tile/{one.hex()}" for one in tiles), f"/ranges/file/{leaf.hex()}"]
                paths[prefix] = [load.request(path, "Accept-Encoding: gzip") for path in wanted]
            yield current
            yield from paths[prefix]
