"""Connections of this process that are closed from beside the server which holds them."""

import socket
from collections.abc import Iterator

import pytest

from registry.http.connections import Connections

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def connect(server: socket.socket) -> Pair:
    """A client, and the server's end of its connection."""
    client = socket.create_connection(server.getsockname())
    accepted, _ = server.accept()
    accepted.settimeout(0.2)
    return client, accepted


def name_of(client: socket.socket) -> str:
    address, port = client.getsockname()
    return f"{address}:{port}"


def test_who_is_not_listened_to_any_more_still_gets_its_answer(listening: socket.socket) -> None:
    (stopped, its_end), (other, other_end) = connect(listening), connect(listening)
    with stopped, its_end, other, other_end:
        Connections(listening.getsockname()[1], 10).stop_receiving(name_of(stopped))
        # The server reads an end there, as if the client had closed.
        assert its_end.recv(1) == b""
        its_end.sendall(b"answer")
        assert stopped.recv(6) == b"answer"
        with pytest.raises(TimeoutError):
            other_end.recv(1)


def test_a_connection_to_another_port_is_left_alone(listening: socket.socket) -> None:
    client, its_end = connect(listening)
    with client, its_end:
        Connections(1, 10).stop_receiving(name_of(client))
        with pytest.raises(TimeoutError):
            its_end.recv(1)
