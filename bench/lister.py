"""Has lists judged one after the other until told to stop: `python -m bench.lister PORT KEY ROWS AGENCIES`.

Says when it begins, and prints how many lists were answered at the end.
"""

import json
import random
import signal
import sys
import threading
import time
from http.client import HTTPConnection

from bench import invented


def main(port: int, key: str, rows: int, size: int) -> None:
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: stopping.set())
    numbers = [invented.number_of(random.randrange(size)) for _ in range(rows)]
    items = [{"licence_number": number, "origin": "CN", "destination": "CZ"} for number in numbers]
    body = json.dumps({"items": items}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    buffer = bytearray(1 << 20)
    print("begun", flush=True)
    answered, began = 0, time.monotonic()
    while not stopping.is_set():
        connection.request("POST", "/api/v1/verifications", body, headers)
        answer = connection.getresponse()
        # As little of the load's core as can be: callers read on a machine of their own.
        while answer.readinto(buffer):
            pass
        if answer.status != 200:
            sys.exit(f"a list was answered {answer.status}")
        answered += 1
    print(answered, time.monotonic() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
