#!/usr/bin/env python3
"""Do libraries of the Swift ecosystem tell what they do by our port, and to a collector, under load?

ecosystem.py ECOSYSTEM-HOST [REQUESTS]: wrk asks one Hummingbird server, which asks another by async-http-client. Each
request is then one of our histogram's, of Hummingbird's own metrics on both servers, and one trace of three spans at a
rotel: ours, async-http-client's, and Hummingbird's. Needs Debian's wrk, and promtool.
"""

import collections
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from example_server import ExampleServer
from otlp_collector import Collector, settled

CONNECTIONS, THREADS = 16, 2

# Sends so many requests by each of its threads, and then none, so that none is under way when wrk is ended.
SCRIPT = """
local sent, got, limit = 0, 0, tonumber(os.getenv("REQUESTS_OF_A_THREAD"))
function delay()
  sent = sent + 1
  return sent > limit and 3600000 or 0
end
function response()
  got = got + 1
  if got == limit then io.stderr:write("done\\n") end
end
"""

SPAN = re.compile(
    r"^ +Trace ID +: ([0-9a-f]{32})\n +Parent ID +: ([0-9a-f]*)\n +ID +: ([0-9a-f]{16})\n +Name +: (.*)\n"
    r" +Kind +: (.*)$", re.MULTILINE)


def load(port, folder, requests, seconds=300):
    """How many answers wrk has had, and whether all of them were good."""
    script = pathlib.Path(folder) / "requests.lua"
    script.write_text(SCRIPT)
    wrk = subprocess.Popen(
        ["wrk", "-t", str(THREADS), "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "60s", "-s", script,
         f"http://127.0.0.1:{port}/orders/7"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={"REQUESTS_OF_A_THREAD": str(requests // THREADS), "PATH": "/usr/bin:/bin"})
    # It would wait until its time is over.
    finished = [line for _, line in zip(range(THREADS), wrk.stderr) if line.strip() == "done"]
    wrk.send_signal(signal.SIGINT)
    told = wrk.communicate(timeout=60)[0]
    print(told.strip())
    assert len(finished) == THREADS, "wrk has not had all answers within its time"
    assert "Non-2xx" not in told and "Socket errors" not in told, "not all answers were good"
    return int(re.search(r"(\d+) requests in", told).group(1))


def series(samples, name, **labels):
    """The value of the one series of a name that has these labels."""
    found = [
        value for text, value in samples.items()
        if re.fullmatch(rf"rusmes_{name}(\{{.*\}})?", text)
        and all(f'{label}="{wanted}"' in text for label, wanted in labels.items())]
    assert len(found) == 1, f"{name} {labels}: {found} of {[one for one in samples if name in one]}"
    return found[0]


def check_metrics(server, count):
    samples = server.samples()
    ours = {"http_request_method": "GET", "http_response_status_code": "200", "http_route": "/orders/{id}"}
    theirs = ours | {"http_route": "/stock/{item}"}
    found = {
        "our histogram": series(samples, "http_server_request_duration_seconds_count", url_scheme="http", **ours),
        "Hummingbird's counter": series(samples, "hb_requests_total", **ours),
        "Hummingbird's timer": series(samples, "hb_http_server_request_duration_seconds_count", **ours),
        "the other server's counter": series(samples, "hb_requests_total", **theirs),
        "the other server's timer": series(samples, "hb_http_server_request_duration_seconds_count", **theirs)}
    for name, value in found.items():
        print(f"{name}: {value:.0f}")
        assert value == count, f"{name} has {value}, and wrk {count}"
    for name in ("http_server_active_requests", "hb_http_server_active_requests"):
        assert series(samples, name, http_request_method="GET") == 0, f"{name} is not 0 at rest"
    lost = {text: value for text, value in samples.items() if "lost_total" in text or "overflow_total" in text
            or "rejected_total" in text}
    assert not any(lost.values()), f"something is lost: {lost}"
    return samples


def check_lint(server):
    status, text = server.get("/metrics", accept="text/plain")
    assert status == 200
    lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert lint.returncode == 0 and not lint.stdout + lint.stderr, lint.stdout + lint.stderr
    print(f"promtool is silent about {len(text.splitlines())} lines")


def check_spans(collector, count):
    found = settled(collector, 3 * count)
    text = collector.path.read_text(errors="replace")
    spans = {one[2]: one for one in SPAN.findall(text)}
    traces = collections.defaultdict(list)
    for one in spans.values():
        traces[one[0]].append(one)
    shapes = collections.Counter()
    for trace in traces.values():
        chain, parent = [], ""
        while below := [one for one in trace if one[1] == parent]:
            assert len(below) == 1, f"more than one span below another: {below}"
            chain.append(f"{below[0][3]} ({below[0][4]})")
            parent = below[0][2]
        assert len(chain) == len(trace), f"a span without its parent: {trace}"
        shapes[" > ".join(chain)] += 1
    for shape, times in shapes.most_common():
        print(f"{times} traces: {shape}")
    assert found.total() == len(found) == 3 * count, f"{found.total()} spans at the collector, not {3 * count}"
    assert len(shapes) == 1 and shapes.total() == count, "not every trace is the same"
    shape = next(iter(shapes))
    server, client = r"\(SPAN_KIND_SERVER\)", r"\(SPAN_KIND_CLIENT\)"
    assert re.fullmatch(rf"GET /orders/\{{id\}} {server} > GET {client} > /stock/\{{item\}} {server}", shape), shape


def main():
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    with tempfile.TemporaryDirectory() as folder, Collector(folder) as collector:
        with ExampleServer(sys.argv[1], f"http://127.0.0.1:{collector.port}", listeners=()) as server:
            count = load(server.ports["frontend"], folder, requests)
            assert count == requests, f"wrk has had {count} answers of {requests}"
            check_metrics(server, count)
            check_lint(server)
            check_spans(collector, count)
            dropped = {text: value for text, value in server.samples().items() if "spans" in text}
            print({text: value for text, value in dropped.items() if value})


if __name__ == "__main__":
    main()
