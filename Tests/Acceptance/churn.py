#!/usr/bin/env python3
"""Does anything leak when clients vanish? Connections dropped at random points of all three protocols.

Needs nothing but Python, on Linux. Usage: churn.py PATH_TO_EXAMPLE_MAIL_SERVER [CONNECTIONS] [SEED]
"""

import pathlib
import random
import socket
import struct
import sys
import time

from example_server import ExampleServer
from transcript import basic

DIALOGUES = {
    "smtp": b"EHLO c.example\r\nAUTH PLAIN AGFsaWNlAHNlY3JldA==\r\nMAIL FROM:<a@example.net>\r\n"
    b"RCPT TO:<alice@example.com>\r\nDATA\r\nSubject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n",
    "imap": b"a LOGIN alice secret\r\nb SELECT INBOX\r\nc APPEND Drafts {5}\r\nhello\r\nd FETCH 1 BODY[]\r\n"
    b"e IDLE\r\nDONE\r\nf LOGOUT\r\n",
    "jmap": b"POST /jmap/api HTTP/1.1\r\nHost: x\r\nAuthorization: " + basic("alice", "secret").encode()
    + b"\r\nContent-Length: 90\r\n\r\n"
    + b'{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",{"a":1},"0"]]}'.ljust(90),
}


def drop_one(server, protocol, rng):
    """Connects, says a random part of a dialogue, and leaves politely, silently or by a reset."""
    dialogue = DIALOGUES[protocol]
    if rng.random() < 0.2:
        dialogue = rng.randbytes(rng.randrange(1, 200))
    with socket.create_connection(("127.0.0.1", server.ports[protocol]), timeout=20) as connection:
        connection.sendall(dialogue[: rng.randrange(len(dialogue) + 1)])
        manner = rng.random()
        if manner < 0.2:
            connection.settimeout(0.02)
            try:
                connection.recv(4096)
            except OSError:
                pass
        if manner < 0.5:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def footprint(pid):
    """Open descriptors, and resident memory in kibibytes."""
    descriptors = len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return descriptors, int(line.split()[1])
    raise AssertionError("no VmRSS")


def settled(server, started):
    """The footprint once no session is left."""
    deadline = time.monotonic() + 30
    while True:
        samples = server.samples()
        active = {key: samples[f'rusmes_active_connections{{protocol="{key}"}}'] for key in DIALOGUES}
        descriptors, memory = footprint(server.process.pid)
        if not any(active.values()) and (started is None or descriptors <= started[0]):
            return descriptors, memory
        assert time.monotonic() < deadline, f"left open: {active}, {descriptors} descriptors"
        time.sleep(0.2)


def run(server, connections, rng):
    for _ in range(connections):
        try:
            drop_one(server, rng.choice(list(DIALOGUES)), rng)
        except OSError:
            # The server may refuse or end it first: that is its right.
            pass


def main():
    connections = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"{connections} connections, seed {seed}")
    rng = random.Random(seed)
    with ExampleServer(sys.argv[1], listeners=("smtp", "imap", "jmap", "metrics")) as server:
        # Warm: the first sessions allocate what all later ones share.
        run(server, connections // 10, rng)
        before = settled(server, None)
        stored = server.samples()["rusmes_storage_bytes"]
        run(server, connections, rng)
        after = settled(server, before)
        stored = server.samples()["rusmes_storage_bytes"] - stored
        status, _ = server.get("/live")
        assert status == 200
    growth = after[1] - before[1]
    print(f"descriptors {before[0]} then {after[0]}; resident {before[1]} KiB then {after[1]} KiB; {stored:.0f} octets stored")
    # What was stored on the way is the store's own: a message and its index cost about 2 KiB.
    assert growth < 16 * 1024 + stored / 1024 * 20, f"{growth} KiB more than before"


if __name__ == "__main__":
    main()
