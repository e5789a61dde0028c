"""Names that webhooks lead to, asked of real name servers: those that answer, and one that never does."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from registry.watches.delivery.connections import Caller, Names
from tests.watches.receiving import listening

NAME = "hooks.works.example"


@contextmanager
def name_server(known: Mapping[str, tuple[str, ...]] | None) -> Iterator[tuple[int, list[str]]]:
    """Answers for what it knows, `A` or `AAAA`; None: answers nothing. Gives its port and what was asked."""
    wanted: list[str] = []
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, sender = server.recvfrom(4096)
                if not data:
                    return
                question = dns.message.from_wire(data)
                (one,) = question.question
                kind = "A" if one.rdtype == 1 else "AAAA"
                wanted.append(f"{one.name} {kind}")
                if known is None:
                    continue
                answer = dns.message.make_response(question)
                answer.flags |= dns.flags.RA
                if str(one.name) != f"{NAME}.":
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                elif kind in known:
                    answer.answer.append(dns.rrset.from_text(one.name, 60, "IN", kind, *known[kind]))
                server.sendto(answer.to_wire(), sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], wanted
        finally:
            with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as stop:
                stop.sendto(b"", server.getsockname())
            thread.join()


def test_a_name_server_that_never_answers_holds_no_thread_and_is_not_asked_again_at_once() -> None:
    with name_server(None) as (port, requested), listening() as listener:
        names = Names(["127.0.0.1"], port, look_up=0.3)
        caller = Caller(is_unsafe=True, resolve=lambda host, port: names(host, port))
        began = time.monotonic()
        with ThreadPoolExecutor(4) as threads:
            troubles = [
                threads.submit(caller.post, f"http://{NAME}:{listener.server_port}/", b"{}", {}) for _ in range(4)
            ]
            # An address is no name, and needs no look-up.
            assert caller.post(listener.url, b"{}", {}).is_taken
            assert {one.result().trouble for one in troubles} == {
                "the name servers of its name did not answer within 4 seconds"
            }
        # No thread waited for the system's own look-up, of ten seconds and more.
        assert time.monotonic() - began < 8
        count = len(requested)
        again = caller.post(f"http://{NAME}:{listener.server_port}/", b"{}", {})
        caller.close()
    assert "did not answer" in str(again.trouble)
    assert len(requested) == count >= 1
    assert len(listener.got) == 1


@pytest.mark.parametrize(
    ("known", "trouble"),
    [
        ({"A": ("127.0.0.1",)}, "its name leads to an address that is not on the public internet"),
        ({"A": ("93.184.215.14",), "AAAA": ("fd00::1",)}, "its name leads to an address that is not on the public internet"),
        ({"AAAA": ("64:ff9b::7f00:1",)}, "its name leads to an address that is not on the public internet"),
        ({"A": ("169.254.169.254", "93.184.215.14")}, "its name leads to an address that is not on the public internet"),
        ({}, "its name cannot be resolved"),
    ],
)  # fmt: skip
def test_what_a_name_server_answers_is_looked_at(known: dict[str, tuple[str, ...]], trouble: str) -> None:
    with name_server(known) as (port, requested):
        caller = Caller(resolve=Names(["127.0.0.1"], port))
        assert caller.post(f"https://{NAME}/", b"{}", {}).trouble == trouble
        caller.close()
    # The full name alone, for both families, once.
    assert requested == [f"{NAME}. A", f"{NAME}. AAAA"]


def test_a_resolved_name_is_called_and_an_unknown_one_is_reported() -> None:
    with name_server({"A": ("127.0.0.1",)}) as (port, requested), listening() as listener:
        caller = Caller(is_unsafe=True, resolve=Names(["127.0.0.1"], port))
        assert caller.post(f"http://{NAME}:{listener.server_port}/", b"{}", {}).is_taken
        gone = caller.post(f"http://other.works.example:{listener.server_port}/", b"{}", {})
        caller.close()
    assert gone.trouble == "its name cannot be resolved"
    assert len(listener.got) == 1
    assert requested[-1] == "other.works.example. A"
