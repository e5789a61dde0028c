"""An S3 store of the tests' own: moto's server on loopback."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from moto.server import ThreadedMotoServer

from registry.core.settings import Bucket


@dataclass(frozen=True, slots=True)
class ObjectServer:
    bucket: Bucket
    server: ThreadedMotoServer

    def names(self) -> set[str]:
        """Every key in the bucket, asked of the server itself."""
        listed = requests.get(f"{self.bucket.endpoint}/{self.bucket.name}?list-type=2", timeout=10).text
        return {part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]}

    def body(self, name: str) -> bytes:
        return requests.get(f"{self.bucket.endpoint}/{self.bucket.name}/{name}", timeout=10).content


@contextmanager
def object_server() -> Iterator[ObjectServer]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    requests.post(f"{endpoint}/moto-api/reset", timeout=10)
    assert requests.put(f"{endpoint}/attachments", timeout=10).ok
    try:
        yield ObjectServer(Bucket("attachments", "of/complaints", endpoint, "us-east-1", "name", "secret"), server)
    finally:
        server.stop()
