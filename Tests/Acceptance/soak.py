#!/usr/bin/env python3
"""Are probes answered in time, and does nothing leak, while everything is done to the metrics port at once?

Scrapes, probes, slow clients, resets, junk, clients that never read, and mail sessions that take every descriptor
the server may have. Needs nothing but Python, on Linux.

Usage: soak.py PATH_TO_EXAMPLE_MAIL_SERVER [SECONDS] [SEED]
"""

import http.client
import multiprocessing
import os
import random
import socket
import struct
import sys
import time

from churn import footprint
from example_server import ExampleServer

# So few that a hundred clients are too many.
DESCRIPTORS = 100
# A kubelet gives up after this, and counts a failure.
LATEST = 1.0
PROBE = b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def connect(port, timeout=5):
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def scrape(ports, rng):
    client = http.client.HTTPConnection("127.0.0.1", ports["metrics"], timeout=10)
    accept = rng.choice(["text/plain", "application/openmetrics-text; version=1.0.0", "*/*"])
    for _ in range(rng.randrange(1, 5)):
        client.request("GET", rng.choice(["/metrics", "/metrics.json", "/debug/vars", "/"]), headers={"Accept": accept})
        client.getresponse().read()
    client.close()
    time.sleep(0.05)


def slow_heads(ports, rng):
    """Thirty clients that send a byte now and then."""
    clients = []
    for _ in range(30):
        clients.append(connect(ports["metrics"]))
        clients[-1].sendall(b"GET /metrics HTTP/1.1\r\nX: ")
    for _ in range(rng.randrange(10)):
        for client in clients:
            try:
                client.sendall(b"a")
            except OSError:
                pass
        time.sleep(1)
    for client in clients:
        client.close()


def never_read(ports, rng):
    clients = [connect(ports["metrics"]) for _ in range(10)]
    for client in clients:
        try:
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 200)
        except OSError:
            pass
    time.sleep(rng.random() * 4)
    for client in clients:
        client.close()


def slow_bodies(ports, rng):
    clients = [connect(ports["metrics"]) for _ in range(10)]
    for client in clients:
        client.sendall(b"POST /live HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + b"x" * rng.randrange(999))
    time.sleep(rng.random() * 4)
    for client in clients:
        reset(client)


def resets(ports, rng):
    for _ in range(50):
        client = connect(ports["metrics"])
        whole = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
        client.sendall(whole[: rng.randrange(len(whole) + 1)])
        reset(client)
    time.sleep(0.1)


def junk(ports, rng):
    client = connect(ports["metrics"])
    client.sendall(rng.choice([rng.randbytes(rng.randrange(1, 5000)), b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\n\n"]))
    client.recv(1000)
    client.close()
    time.sleep(0.02)


def exhaust(ports, rng):
    """Mail sessions and idle connections, more than there are descriptors."""
    clients = []
    for index in range(DESCRIPTORS):
        try:
            clients.append(connect(ports["smtp" if index % 3 else "metrics"]))
        except OSError:
            break
    time.sleep(rng.random() * 2)
    for client in clients:
        client.close()
    time.sleep(1)


ATTACKS = [scrape, scrape, slow_heads, never_read, slow_bodies, resets, junk, exhaust]


def repeat(attack, ports, seed, end):
    rng = random.Random(seed)
    while time.monotonic() < end:
        try:
            attack(ports, rng)
        except (OSError, http.client.HTTPException):
            # Being refused is what these clients are for.
            time.sleep(0.01)


def attacked(ports, seed, seconds):
    """Starts every attack, each in a process of its own."""
    end = time.monotonic() + seconds
    processes = [
        multiprocessing.Process(target=repeat, args=(attack, ports, seed + index, end))
        for index, attack in enumerate(ATTACKS)
    ]
    for process in processes:
        process.start()
    return processes


def probe(port, path):
    """How long an answer took, and what is wrong with it."""
    start = time.monotonic()
    try:
        with connect(port) as client:
            client.sendall(PROBE % path)
            answer = client.recv(1000)
        problem = None if answer.startswith(b"HTTP/1.1 200") else f"{path.decode()}: {answer[:40]}"
    except OSError as error:
        problem = f"{path.decode()}: {error}"
    return time.monotonic() - start, problem


def probed(server, name, seconds):
    """Probes for so long, as a kubelet does but more often, and says how it went."""
    times, problems, most = [], [], 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # That no descriptor is left makes a server unready, and rightly so.
        for path in (b"/live", b"/ready?exclude=descriptors", b"/startup"):
            taken, problem = probe(server.ports["metrics"], path)
            times.append(taken)
            if problem:
                problems.append(problem)
        most = max(most, footprint(server.process.pid)[0])
        time.sleep(0.05)
    times.sort()
    late = sum(taken > LATEST for taken in times)
    descriptors, memory = footprint(server.process.pid)
    print(
        f"{name:7} {len(times):6} probes: p50 {times[len(times) // 2] * 1000:.1f} ms,"
        f" p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms, worst {times[-1] * 1000:.1f} ms; {late} late,"
        f" {len(problems)} failed {problems[:3]}; descriptors {descriptors} (most {most}), resident {memory} KiB",
        flush=True)
    return late + len(problems), descriptors, memory, most


def settle(server):
    """Until what the attacks have left has gone: the longest deadline of a connection is that of its head."""
    time.sleep(8)
    status, _ = server.get("/metrics")
    assert status == 200, status


def main():
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    quiet = min(10, max(3, seconds / 10))
    print(f"{seconds:.0f} s, seed {seed}, load average {os.getloadavg()[0]:.1f}")
    few = ("sh", "-c", f'ulimit -n {DESCRIPTORS}; exec "$@"', "sh")
    with ExampleServer(sys.argv[1], listeners=("smtp", "imap", "metrics"), prefix=few) as server:
        # Warm: the first connections allocate what all later ones share.
        for process in attacked(server.ports, seed + 1000, quiet):
            process.join()
        settle(server)
        bad, descriptors, memory, _ = probed(server, "before", quiet)
        processes = attacked(server.ports, seed, seconds)
        bad_during, _, _, most = probed(server, "during", seconds)
        for process in processes:
            process.join()
        settle(server)
        bad_after, descriptors_after, memory_after, _ = probed(server, "after", quiet)
        reasons = {
            series.split('"')[1]: int(value) for series, value in server.samples().items()
            if series.startswith("rusmes_observability_http_rejected_total{") and value}
    print(f"refused: {reasons}")
    assert bad + bad_during + bad_after == 0, "probes were late or failed"
    assert most >= DESCRIPTORS - 10, f"the descriptors were never exhausted: {most} at most"
    assert descriptors_after <= descriptors + 1, f"{descriptors} descriptors before, {descriptors_after} after"
    assert memory_after < memory + 8 * 1024, f"{memory} KiB before, {memory_after} KiB after"


if __name__ == "__main__":
    main()
