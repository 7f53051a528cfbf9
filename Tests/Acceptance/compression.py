#!/usr/bin/env python3
"""Does what travels as gzip say the same as what does not, to whoever asks for it, and to nobody else?

Prometheus, curl, and clients by hand: with any `Accept-Encoding`, one request behind the other, many at once, and some
that leave in the middle. Then what a machine without zlib does.

Needs Debian's prometheus and curl.
Usage: compression.py PATH_TO_EXAMPLE_MAIL_SERVER PATH_TO_CHURNING_SERVER
"""

import concurrent.futures
import contextlib
import gzip
import http.client
import io
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from churn import footprint
from example_server import ExampleServer
from prometheus_server import Prometheus
from recording_relay import RecordingRelay

SERIES = 30_000
STEADY = "/metrics?name[]=rusmes_steady_total"
# The same by other routes.
ROUTES = (STEADY, "/metrics.json?name[]=rusmes_steady_total", "/debug/vars?name[]=rusmes_steady_total")
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
SAID = "answers are not compressed"


class Recorded(io.BytesIO):
    """Octets that `http.client` reads answers from, one behind the other."""

    def makefile(self, _):
        return self

    def close(self):
        pass

    def answer(self, method="GET"):
        answer = http.client.HTTPResponse(self, method=method)
        answer.begin()
        return answer, answer.read()


def content(answer, body):
    return gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body


def ask(port, path, coding=None, accept=None, method="GET"):
    """An answer and its body as it travels."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (("Accept-Encoding", coding), ("Accept", accept)):
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer, answer.read()


class SteadyServer:
    """The churning server, with many series that nothing changes."""

    def __init__(self, binary):
        self.process = subprocess.Popen(
            [binary, str(SERIES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)


# Clients


def prometheus(binary):
    with ExampleServer(binary) as server, tempfile.TemporaryDirectory() as folder:
        relay = RecordingRelay(server.ports["metrics"])
        with Prometheus(folder, relay.port) as scraper:
            scraper.wait_for_scrape()
            assert scraper.scalar("up") == 1
            assert scraper.query("rusmes_smtp_connections_total"), "nothing of what is scraped is stored"
        said = relay.take()
    sizes = []
    for asked, answered in said:
        if b" /metrics " not in asked.split(b"\r\n", 1)[0]:
            continue
        assert re.search(rb"\r\naccept-encoding: *gzip\r\n", asked, re.I), asked[:500]
        answer, body = Recorded(answered).answer()
        # On a busy machine half a second, after which this Prometheus gives up, may not be enough; a later scrape is.
        if answer.status == 503 and b"in time" in body:
            continue
        assert answer.headers["Content-Encoding"] == "gzip", answer.headers
        text = gzip.decompress(body)
        assert b"rusmes_smtp_connections_total" in text
        sizes.append((len(text), len(body)))
    assert sizes, "Prometheus has not been here"
    print(f"Prometheus: asks for gzip and reads it; {sizes[0][0]} octets came as {sizes[0][1]}")


def by_curl(port, path, *options):
    with tempfile.NamedTemporaryFile() as head:
        done = subprocess.run(
            ["curl", "-sS", "-g", "-D", head.name, *options, f"http://127.0.0.1:{port}{path}"], capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return http.client.parse_headers(io.BytesIO(head.read().split(b"\r\n", 1)[1])), done.stdout


def curl(port):
    for path in ROUTES:
        for accept in ("*/*", OPENMETRICS):
            plain_head, plain = by_curl(port, path, "-H", f"Accept: {accept}")
            head, body = by_curl(port, path, "--compressed", "-H", f"Accept: {accept}")
            assert body == plain and body, path
            assert plain_head["Content-Encoding"] is None
            assert (head["Content-Encoding"] == "gzip") == (len(body) >= 2048), path
            for name in ("Content-Type", "Vary", "Cache-Control"):
                assert head[name] == plain_head[name], name
            only_head, nothing = by_curl(port, path, "--compressed", "--head", "-H", f"Accept: {accept}")
            assert only_head.keys() == head.keys()
            assert all(only_head[name] == head[name] for name in head if name != "Date"), path
    print(f"curl --compressed: the same octets as without, on {len(ROUTES)} routes, and the same fields for HEAD")


# What is asked for


CODINGS = (
    (None, None), ("", None), ("gzip", "gzip"), ("x-gzip", "gzip"), ("*", "gzip"), ("GZIP;Q=0.5", "gzip"),
    ("br, deflate, gzip", "gzip"), ("gzip;q=0", None), ("gzip;q=0, *", None), ("identity", None), ("br", None),
    ("gzip;q=0.5, identity", None), ("gzip, identity;q=0", "gzip"), ("*;q=0, gzip", "gzip"),
    # Nothing that there is: what every client reads.
    ("identity;q=0", None), ("*;q=0", None), ("gzip;q=0, identity;q=0", None),
    # What is long is read so far.
    ("a," * 7000 + "gzip", None), ("gzip," + "a," * 7000, "gzip"), ("gzip" + ";a=b" * 3500, "gzip"), ("," * 15_000, None),
    ('"' * 15_000, None),
)


def codings(port):
    _, expected = ask(port, STEADY)
    for coding, encoding in CODINGS:
        answer, body = ask(port, STEADY, coding)
        assert answer.status == 200, (coding, answer.status)
        assert answer.headers["Content-Encoding"] == encoding, (str(coding)[:50], answer.headers)
        assert answer.headers["Vary"] == "Accept, Accept-Encoding", coding
        assert content(answer, body) == expected, coding
    assert ask(port, STEADY, "gzip," * 10_000)[0].status == 431
    for coding, encoding in (("gzip", None), ("gzip, identity;q=0", "gzip")):
        answer, body = ask(port, "/metrics?name[]=nothing", coding)
        assert answer.headers["Content-Encoding"] == encoding and content(answer, body) == b"", coding
    for path in ("/live", "/", "/health?verbose", "/nothing"):
        answer, _ = ask(port, path, "gzip, identity;q=0")
        assert answer.headers["Content-Encoding"] is None, path
    print(f"Accept-Encoding: {len(CODINGS)} values, each answered with what it asks for or as it is, and no error")


def one_behind_the_other(port):
    _, expected = ask(port, STEADY)

    def request(method, path, version="1.1", more=""):
        return f"{method} {path} HTTP/{version}\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{more}\r\n".encode()

    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(
            request("GET", STEADY) + request("HEAD", STEADY) + request("GET", "/live") + request("GET", STEADY)
            + request("GET", STEADY, more="Accept-Encoding: identity;q=0.5\r\nConnection: close\r\n"))
        said = Recorded(b"".join(iter(lambda: client.recv(1 << 16), b"")))
    for method, path in (("GET", STEADY), ("HEAD", STEADY), ("GET", "/live"), ("GET", STEADY), ("GET", STEADY)):
        answer, body = said.answer(method)
        assert answer.status == 200
        if path == STEADY:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["Content-Length"] is None and answer.headers["Transfer-Encoding"] == "chunked"
            assert body == b"" if method == "HEAD" else gzip.decompress(body) == expected
        else:
            assert body == b'{"alive":true}'
    assert said.read() == b"", "something follows the last answer"

    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(request("GET", STEADY, "1.0"))
        answer, body = Recorded(b"".join(iter(lambda: client.recv(1 << 16), b""))).answer()
    assert answer.headers["Transfer-Encoding"] is None and gzip.decompress(body) == expected
    print("one request behind the other, and HTTP/1.0: whole bodies, and nothing between them")


# Attacks


def crowd(server):
    port, process = server.port, server.process.pid
    _, expected = ask(port, STEADY)
    asked = [coding for coding, _ in CODINGS if len(coding or "") < 100]

    def scrape(number):
        answer, body = ask(port, STEADY, asked[number % len(asked)])
        assert answer.status in (200, 503), answer.status
        assert answer.status == 503 or content(answer, body) == expected
        return answer.status

    def leave(number):
        """Reads a little of it, slowly or not at all, and goes; sometimes with a reset."""
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(60)
            client.connect(("127.0.0.1", port))
            client.sendall(f"GET {STEADY} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode())
            if number % 3:
                client.recv(1 << number % 13)
            if number % 5 == 0:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            time.sleep(number % 4 * 0.05)
        return 0

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        # The first ones make the memory that is kept.
        list(pool.map(scrape, range(64)))
        descriptors, memory = footprint(process)
        statuses = list(pool.map(lambda number: (scrape if number % 2 else leave)(number), range(600)))
        most = footprint(process)[1]
    deadline = time.monotonic() + 60
    while footprint(process)[0] > descriptors:
        assert time.monotonic() < deadline, "connections are left open"
        time.sleep(0.1)
    # Every place is free again.
    for _ in range(8):
        assert ask(port, STEADY, "gzip")[0].status == 200
    grown = max(most, footprint(process)[1]) - memory
    served = statuses.count(200)
    assert served > 0 and grown < 48 * 1024, (served, grown)
    print(f"64 at once, half of whom leave: {served} of 300 served whole, {statuses.count(503)} refused, {grown} KiB more")


# What is missing


def without_zlib(binary):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        # A library of this name that is none is found before the system's.
        (folder / "libz.so.1").write_bytes(b"")
        previous = os.environ.get("LD_LIBRARY_PATH")
        os.environ["LD_LIBRARY_PATH"] = f"{folder}:{previous or ''}"
        try:
            with open(folder / "log", "w+") as log:
                with ExampleServer(binary, stderr=log) as server:
                    for coding in ("gzip", "*", "gzip, identity;q=0"):
                        for path in ("/metrics", "/metrics.json"):
                            answer, body = ask(server.ports["metrics"], path, coding)
                            assert answer.status == 200 and answer.headers["Content-Encoding"] is None
                            assert b"rusmes_smtp_connections_total" in body
                log.seek(0)
                text = log.read()
        finally:
            os.environ.pop("LD_LIBRARY_PATH") if previous is None else os.environ.update(LD_LIBRARY_PATH=previous)
    said = [line for line in text.splitlines() if SAID in line]
    assert len(said) == 1 and "libz.so.1" in said[0], text
    print(f"without zlib: answers as they are, and once in the log: {said[0]}")


def main():
    example, churning = sys.argv[1:]
    prometheus(example)
    with SteadyServer(churning) as server:
        curl(server.port)
        codings(server.port)
        one_behind_the_other(server.port)
        crowd(server)
    without_zlib(example)


if __name__ == "__main__":
    main()
