"""nginx as deploy/nginx.conf configures it, in front of a served process."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.serving import Served, free_port
from tests.waiting import until
from tools.cluster.parts import is_open, program

SAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"

OUTSIDE = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
{user}
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {sample}
}}
"""


def configuration(folder: Path, port: int, served: Served) -> str:
    """The sample with places of this machine: no TLS, one process behind all names, its files in a folder."""
    text = SAMPLE.read_text(encoding="utf-8")
    text = re.sub(r"server 127\.0\.0\.1:\d+;", f"server {urlsplit(served.base_url).netloc};", text)
    text = re.sub(r"\s*ssl_certificate(_key)? .*;", "", text)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    text = re.sub(r"/var/(cache|log)/nginx/", f"{folder}/", text)
    return text


@contextmanager
def proxied(served: Served, folder: Path) -> Iterator[int]:
    """The port of a nginx that passes on to a served process."""
    port = free_port()
    with run_nginx(configuration(folder, port, served), folder, port):
        yield port


@contextmanager
def run_nginx(sample: str, folder: Path, port: int) -> Iterator[None]:
    """A nginx with a sample of deploy/, in a new folder, until the block ends."""
    folder.mkdir()
    path = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    path.write_text(OUTSIDE.format(folder=folder, user=user, sample=sample), encoding="utf-8")
    process = subprocess.Popen([program("nginx"), "-c", path, "-e", folder / "error.log"])
    try:
        until(lambda: process.poll() is not None or is_open(port))
        yield
    finally:
        process.terminate()
        process.wait(30)
