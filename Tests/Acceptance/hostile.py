#!/usr/bin/env python3
"""Are probes answered in time beside each kind of hostile client, and is nothing left of it afterwards?

One kind after the other, then all at once. Beside each, a prober connects anew every 50 ms, and a kubelet with default
settings decides about restarts; the same prober asks a bare accept-and-reply server, which nobody attacks, so that
what the machine itself does to probes is known. Needs nothing but Python, on Linux.

Usage: hostile.py PATH_TO_EXAMPLE_MAIL_SERVER [--seconds 15] [--rounds 1] [--only KIND,...] [--strict]

`--strict` also holds the figures that a busy machine spoils; `hostile-soak` is the whole of it. Without it, probes that
are missed while the bare server is late as well are the machine's.
"""

import argparse
import multiprocessing
import os
import pathlib
import re
import selectors
import socket
import struct
import sys
import threading
import time

from churn import footprint
from example_server import ExampleServer
from kubelet_model import Kubelet

# A kubelet gives up after this.
LATEST = 1.0
STRICT_ABOVE_BARE = 0.1
# A server that nobody attacks answers within this, unless the machine is too busy to tell anything.
BARE_IS_LATE = 0.25
STRICT_SLICE = 0.005
STRICT_MEMORY = 64 * 1024
SOCKET_PAGES_KEPT = 256
# The other programs of a machine have buffers too; in kibibytes.
SOCKETS_AT_REST = 4 * 1024


def request(path, *fields):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: a", *fields, "", ""]).encode()


class Crowd:
    """So many connections that send `payload`, and again when `answers` bytes of replies have come.

    Whoever is closed connects anew. `reads` false: nothing is ever read, through a small window. `stays` limits how long
    a connection lasts before its client hangs up.
    """

    def __init__(self, port, count, payload, reads=True, again=True, stays=None, resets=False, rate=None):
        self.port, self.count, self.payload = port, count, payload
        self.reads, self.again, self.stays, self.resets, self.rate = reads, again, stays, resets, rate
        self.selector = selectors.DefaultSelector()
        # Those that have said everything and do not read.
        self.held = []

    def connect(self):
        client = socket.socket()
        client.setblocking(False)
        if not self.reads or self.rate:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect_ex(("127.0.0.1", self.port))
        state = {"left": self.payload, "since": time.monotonic()}
        events = selectors.EVENT_WRITE | (selectors.EVENT_READ if self.reads else 0)
        self.selector.register(client, events, state)

    def drop(self, client):
        self.selector.unregister(client)
        if self.resets:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    def run(self, end):
        for _ in range(self.count):
            self.connect()
        while time.monotonic() < end:
            for key, events in self.selector.select(0.05):
                try:
                    ended = self.step(key.fileobj, key.data, events)
                except OSError:
                    ended = True
                if ended:
                    self.drop(key.fileobj)
            if self.stays:
                now = time.monotonic()
                for key in list(self.selector.get_map().values()):
                    if now - key.data["since"] > self.stays:
                        self.drop(key.fileobj)
            while self.held and time.monotonic() - self.held[0][0] > (self.stays or 5):
                self.held.pop(0)[1].close()
            for _ in range(min(50, self.count - len(self.selector.get_map()) - len(self.held))):
                self.connect()
            if self.rate:
                time.sleep(0.2)

    def step(self, client, state, events):
        if events & selectors.EVENT_WRITE:
            if state["left"]:
                state["left"] = state["left"][client.send(state["left"]):]
            if not state["left"] and self.reads:
                self.selector.modify(client, selectors.EVENT_READ, state)
            elif not state["left"]:
                self.selector.unregister(client)
                self.held.append((time.monotonic(), client))
        elif self.reads:
            data = client.recv(self.rate // 5 if self.rate else 1 << 16)
            if not data:
                return True
            if self.again and not state["left"] and data.endswith((b"\n", b"}")):
                state["left"] = self.payload
                self.selector.modify(client, selectors.EVENT_READ | selectors.EVENT_WRITE, state)
        return False


LONG_ACCEPT = "Accept: " + "a/b," * 3900
LONG_TARGET = "/" + "%41/" * 1000 + "?" + "&".join(f"%6E{n}=%41" for n in range(120))
MANY_FIELDS = [f"X-{n}: {'y' * 230}" for n in range(60)]
TINY_CHUNKS = request("/live", "Transfer-Encoding: chunked").replace(b"GET", b"POST", 1) + b"1\r\na\r\n" * 2500 + b"0\r\n\r\n"
KINDS = {
    "pipelined": lambda port: Crowd(port, 64, request("/health?verbose") * 1000),
    "pipelined probes": lambda port: Crowd(port, 250, request("/live") * 1000),
    "never read": lambda port: Crowd(port, 250, request("/") * 1000, reads=False),
    "long Accept": lambda port: Crowd(port, 250, request("/health", LONG_ACCEPT)),
    "many exclusions": lambda port: Crowd(port, 32, request("/ready?" + "&".join(f"exclude=c{n}" for n in range(120)))),
    "long target": lambda port: Crowd(port, 250, request(LONG_TARGET)),
    "many fields": lambda port: Crowd(port, 250, request("/health", *MANY_FIELDS)),
    "tiny chunks": lambda port: Crowd(port, 250, TINY_CHUNKS),
    "ten times the limit": lambda port: Crowd(port, 1000, request("/live")),
    "silent": lambda port: Crowd(port, 400, b"", stays=0.5),
    "half a head": lambda port: Crowd(port, 400, b"GET /live HTTP/1.1\r\nX: "),
    "half a body": lambda port: Crowd(port, 300, b"POST /live HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\nx"),
    "slow readers": lambda port: Crowd(port, 16, request("/metrics") * 50, rate=20 << 10),
    "hang up": lambda port: Crowd(port, 50, request("/metrics"), stays=0.02, resets=True),
    "short time-outs": lambda port: Crowd(port, 8, request("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 0.01")),
    "junk": lambda port: Crowd(port, 50, b"\x16\x03\x01\x02\x00\x01" * 100, stays=0.2),
}


def attack(kind, port, end):
    # What is measured is the server, and not how many attackers one machine can run beside it.
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.nice(19)
    KINDS[kind](port).run(end)


def bare_server(listener):
    while True:
        client, _ = listener.accept()
        with client:
            client.recv(1000)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def probe(port):
    """How long an answer took; a missed one counts as the time-out."""
    start = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=LATEST) as client:
            client.settimeout(LATEST)
            client.sendall(request("/live", "Connection: close"))
            answer = client.recv(1000)
        if not answer.startswith(b"HTTP/1.1 200"):
            return LATEST
    except OSError:
        return LATEST
    return time.monotonic() - start


def probes(port, end, times):
    while time.monotonic() < end:
        times.append(probe(port))
        time.sleep(0.05)


def socket_memory():
    """What the system keeps for all TCP sockets, in kibibytes."""
    text = pathlib.Path("/proc/net/sockstat").read_text()
    return int(re.search(r"TCP:.* mem (\d+)", text)[1]) * 4


def settled_sockets():
    """What the system keeps for TCP sockets, when those of clients that have gone have been let go."""
    deadline = time.monotonic() + 20
    while socket_memory() > SOCKETS_AT_REST and time.monotonic() < deadline:
        time.sleep(0.1)
    return socket_memory()


def highest(server, end, before, found):
    while time.monotonic() < end:
        found.append(socket_memory() - before + footprint(server.process.pid)[1])
        time.sleep(0.1)


def late(times):
    times = sorted(times)
    return times[min(len(times) - 1, int(len(times) * 0.999))]


def beside(server, bare, kinds, seconds):
    """Probes for so long beside these kinds, and says how it went."""
    port = server.ports["metrics"]
    before = settled_sockets()
    end = time.monotonic() + seconds
    processes = [multiprocessing.Process(target=attack, args=(kind, port, end), daemon=True) for kind in kinds]
    times, bare_times, memory = [], [], []
    threads = [
        threading.Thread(target=probes, args=(port, end, times)),
        threading.Thread(target=probes, args=(bare, end, bare_times)),
        threading.Thread(target=highest, args=(server, end, before, memory)),
    ]
    with Kubelet(server) as kubelet:
        for worker in processes + threads:
            worker.start()
        for worker in threads + processes:
            worker.join()
        restarts = list(kubelet.restarts)
        flaps = [outcome for outcome in kubelet.asked("readiness") if outcome != "200"]
    missed = sum(taken >= LATEST for taken in times)
    return missed, late(times), late(bare_times), max(memory), restarts, flaps


def settled(server):
    """Resident and socket memory, and descriptors, when the clients have gone."""
    deadline = time.monotonic() + 40
    while True:
        connections = server.samples()["rusmes_observability_http_connections"]
        if connections <= 1 or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    assert connections <= 2, f"{connections} connections are left"
    descriptors, memory = footprint(server.process.pid)
    return memory, socket_memory(), descriptors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("example")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", default=",".join(KINDS))
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    kinds = options.only.split(",")
    problems = []
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    bare = multiprocessing.Process(target=bare_server, args=(listener,), daemon=True)
    bare.start()
    after = []
    with ExampleServer(options.example, listeners=("smtp", "metrics")) as server:
        for number in range(options.rounds):
            for chosen in [[kind] for kind in kinds] + ([kinds] if len(kinds) > 1 else []):
                name = chosen[0] if len(chosen) == 1 else "all at once"
                missed, latest, bare_latest, memory, restarts, flaps = beside(
                    server, listener.getsockname()[1], chosen, options.seconds)
                print(
                    f"{name:20} missed {missed}, p99.9 {latest * 1000:.1f} ms (bare {bare_latest * 1000:.1f} ms),"
                    f" resident and sockets at most {memory} KiB, restarts {restarts}, not ready {flaps[:3]}", flush=True)
                # All of them together are thousands of clients: what they leave is judged, how one machine bears them
                # beside the server is not.
                is_busy = bare_latest > BARE_IS_LATE or name == "all at once"
                is_excused = is_busy and not options.strict
                if (missed or restarts or (flaps and options.strict)) and not is_excused:
                    problems.append(f"{name}: {missed} missed, restarts {restarts}, not ready {flaps}")
                if options.strict and latest > bare_latest + STRICT_ABOVE_BARE:
                    problems.append(f"{name}: p99.9 {latest} s")
                if options.strict and name == "never read" and memory > STRICT_MEMORY:
                    problems.append(f"{name}: {memory} KiB")
            after.append(settled(server))
            print(f"after round {number + 1}: resident {after[-1][0]} KiB, sockets {after[-1][1]} KiB,"
                  f" descriptors {after[-1][2]}", flush=True)
        samples = server.samples()
        slice_ = samples["rusmes_observability_loop_longest_slice_seconds"]
        reasons = {
            series.split('"')[1]: int(value) for series, value in samples.items()
            if series.startswith("rusmes_observability_http_rejected_total{") and value}
    print(f"longest slice {slice_ * 1000:.2f} ms; refused: {reasons}")
    if options.strict:
        if slice_ > STRICT_SLICE:
            problems.append(f"a slice of {slice_} s")
        # The system counts the memory of sockets in pages, with a few kept for each processor.
        slack = (0, SOCKET_PAGES_KEPT, 0)
        if any(last > first * 1.01 + more for first, last, more in zip(after[0], after[-1], slack)):
            problems.append(f"what is left grows: {after}")
    assert not problems, "\n".join(problems)


if __name__ == "__main__":
    main()
