#!/usr/bin/env python3
"""Does a real collector take what is exported?

otlp_collector.py TRACE-SAMPLES [EXPORTING-PROCESS]: starts rotel, a collector from PyPI, sends it random requests over
HTTP, plain and compressed, and compares what it prints with what was sent; and so for a process that exports by itself.
"""

import collections
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import rotel

AGENT = pathlib.Path(rotel.__file__).parent / "rotel-agent"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Collector:
    """A rotel that prints what it gets."""

    def __init__(self, folder):
        self.port, self.grpc_port = free_port(), free_port()
        self.path = pathlib.Path(folder) / "collector.log"
        self.log = self.path.open("w")
        self.process = subprocess.Popen(
            [AGENT, "start", "--otlp-grpc-endpoint", f"127.0.0.1:{self.grpc_port}",
             "--otlp-http-endpoint", f"127.0.0.1:{self.port}", "--exporter", "blackhole",
             "--debug-log", "traces", "--debug-log-verbosity", "detailed"],
            stdout=self.log, stderr=subprocess.STDOUT)

    def __enter__(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"the collector does not start: {self.path.read_text()[-2000:]}")
                time.sleep(0.1)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def post(self, body, encoding=None):
        fields = {"Content-Type": "application/x-protobuf"} | ({"Content-Encoding": encoding} if encoding else {})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/traces", data=body, headers=fields)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()

    def spans(self):
        """Of the identifiers that it has printed: how often each."""
        found = re.findall(
            r"^ +Trace ID +: ([0-9a-f]{32})\n +Parent ID +: ([0-9a-f]*)\n +ID +: ([0-9a-f]{16})$",
            self.path.read_text(errors="replace"), re.MULTILINE)
        return collections.Counter(found)


def samples(collector, program, folder):
    """Random requests, each sent as it is and compressed; and what they hold."""
    made = subprocess.run([program, folder], check=True, capture_output=True, text=True, timeout=120)
    print(made.stdout.strip())
    expected = collections.Counter()
    for path in sorted(pathlib.Path(folder).glob("*.pb")):
        plain = collector.post(path.read_bytes())
        compressed = collector.post(path.with_suffix(".pb.gz").read_bytes(), "gzip")
        for status, body in (plain, compressed):
            if status != 200 or body:
                raise SystemExit(f"{path.stem}: the collector answers {status}, {body!r}")
        for span in json.loads(path.with_suffix(".json").read_text())["spans"]:
            expected[span["trace_id"], span["parent_span_id"], span["span_id"]] += 2
    return expected


def settled(collector, count):
    """What the collector has printed, once that is so many spans; or after a minute."""
    deadline = time.monotonic() + 60
    while (found := collector.spans()).total() < count and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def compare_samples(program, folder):
    with Collector(folder) as collector:
        expected = samples(collector, program, folder)
        found = settled(collector, expected.total())
    missing, more = expected - found, found - expected
    for name, some in (("did not get", missing), ("got besides", more)):
        for ids in list(some)[:5]:
            print(f"the collector {name} {ids}")
    print(f"{expected.total()} spans sent, {found.total()} printed by the collector")
    return bool(expected) and not missing and not more


def compare_export(program, folder):
    """A process that exports by itself: all of its spans are counted as exported, and the collector gets each once."""
    seconds, rate = 3, 1000
    with Collector(folder) as collector:
        ran = subprocess.run(
            [program, f"http://127.0.0.1:{collector.port}", str(seconds), str(rate)], check=True, capture_output=True,
            text=True, timeout=120)
        counts = json.loads(ran.stdout)
        found = settled(collector, counts["exported"])
    print(f"{counts['exported']} spans exported of {seconds * rate}, {found.total()} printed by the collector")
    return counts["exported"] == seconds * rate == found.total() == len(found)


def main():
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        is_right = compare_samples(sys.argv[1], one)
        if len(sys.argv) > 2:
            is_right = compare_export(sys.argv[2], other) and is_right
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
