"""Many event streams held by one process that does nothing but read them: `PORT USER FIRST COUNT PACE`.

Says "open" once all are there, then a line of JSON for each event: when the first and when the last of its streams had
it, by the clock that all processes share, in ns. Ends with its standard input.
"""

import json
import select
import socket
import sys
import time
from dataclasses import dataclass

from tests.bench.load import get
from tests.bench.people import token_of
from tests.bench.server_process import raise_file_limit

PATH = "/api/artworks/stream"
EVENT = b"event: art-"
LIMIT_S = 60.0


@dataclass
class _Arrivals:
    count: int = 0
    first_ns: int = 0


def main() -> None:
    """Open the streams at that pace (a second), then listen."""
    port, user, first, count, pace = int(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:6])
    raise_file_limit()
    poll = select.epoll()
    poll.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
    streams: dict[int, socket.socket] = {}
    open_ones: set[int] = set()
    heard: dict[int, int] = {}
    arrivals: dict[int, _Arrivals] = {}
    begun_s = time.monotonic()
    while True:
        while len(streams) < min(count, int((time.monotonic() - begun_s) * pace) + 1):
            stream = socket.create_connection(("127.0.0.1", port))
            stream.sendall(get(PATH, token_of(user, first + len(streams))))
            streams[stream.fileno()] = stream
            poll.register(stream.fileno(), select.EPOLLIN)
        if len(open_ones) < count and time.monotonic() - begun_s > LIMIT_S + count / pace:
            raise TimeoutError(f"only {len(open_ones)} of {count} streams could be opened")
        for number, _ in poll.poll(0.001 if len(streams) < count else 1.0):
            if number not in streams:
                return
            data = streams[number].recv(65_536)
            if number not in open_ones and b": connected" in data:
                open_ones.add(number)
                if len(open_ones) == count:
                    print("open", flush=True)
            if not data:
                raise ConnectionError("the server ended a stream")
            for _ in range(data.count(EVENT)):
                index = heard[number] = heard.get(number, 0) + 1
                _note(arrivals.setdefault(index, _Arrivals()), count)


def _note(event: _Arrivals, count: int) -> None:
    now_ns = time.monotonic_ns()
    event.first_ns = event.first_ns or now_ns
    event.count += 1
    if event.count == count:
        print(json.dumps({"firstNs": event.first_ns, "lastNs": now_ns}), flush=True)


if __name__ == "__main__":
    main()
