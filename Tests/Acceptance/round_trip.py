#!/usr/bin/env python3
"""Do other programs read back what was recorded, whatever it was? Random registries, four readers.

The strict OpenMetrics parser and the text parser of prometheus-client read names as they are; `promtool` and Prometheus
2.42, which know no UTF-8 names, are given them with `escaping=values`, which is undone before comparing.
Usage: round_trip.py PATH_TO_EXPOSITION_SAMPLES [SEED…]
"""

import http.server
import re
import subprocess
import sys
import tempfile
import threading

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from prometheus_server import Prometheus
from recorded_samples import RecordedSamples, random_seeds

SAMPLE_SUFFIXES = ("_bucket", "_count", "_sum")


def unescaped(name):
    """Undoes `escaping=values`."""
    if not name.startswith("U__"):
        return name
    suffix = next((suffix for suffix in SAMPLE_SUFFIXES if name.endswith(suffix)), "")
    name = name[3 : len(name) - len(suffix)]

    def replaced(match):
        return "_" if match[1] == "" else chr(int(match[1], 16))

    text, count = re.subn(r"_([0-9a-f]*)_", replaced, name)
    assert count, name
    return text + suffix


def parsed(families, escaped=False):
    found = {}
    for family in families:
        for sample in family.samples:
            name = unescaped(sample.name) if escaped else sample.name
            labels = [(unescaped(label) if escaped else label, value) for label, value in sample.labels.items()]
            key = (name, frozenset(labels))
            assert key not in found, f"twice: {key}"
            found[key] = float(sample.value)
    return found


def exemplars_agree(samples):
    """An exemplar stands in the bucket that its value falls into: the parser does not look."""
    seen = 0
    for family in parse_openmetrics(samples.document["openmetrics"]):
        last = float("-inf")
        for sample in family.samples:
            if sample.exemplar is None and not sample.name.endswith("_bucket"):
                continue
            le = float(sample.labels.get("le", "inf"))
            if le <= last:
                last = float("-inf")
            if sample.exemplar is not None:
                seen += 1
                assert 1.7e9 < float(sample.exemplar.timestamp) < 4e9, "not in seconds"
                if sample.name.endswith("_bucket"):
                    assert last < sample.exemplar.value <= le, (samples.seed, sample)
            last = le
    assert seen > 50, seen


class Target:
    """Serves one exposition to Prometheus."""

    def __init__(self, body, content_type):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def prometheus_agrees(samples, key, content_type):
    body = samples.document[key].encode()
    with (
        tempfile.TemporaryDirectory() as folder,
        Target(body, content_type) as target,
        Prometheus(folder, target.port) as prometheus,
    ):
        prometheus.wait_for_scrape()
        (state,) = prometheus.api("targets", state="active")["activeTargets"]
        assert state["health"] == "up", f"{samples.seed}, {key}: {state['lastError']}"
        found = {}
        for labels, value in prometheus.query('{job="rusmes"}'):
            name = labels.pop("__name__")
            if name == "up" or name.startswith("scrape_"):
                continue
            labels = [(unescaped(k), v) for k, v in labels.items() if k not in ("job", "instance")]
            found[unescaped(name), frozenset(labels)] = value
        samples.compare(found, f"Prometheus, {key}", ignore_empty_labels=True)


def promtool_agrees(samples):
    lint = subprocess.run(
        ["promtool", "check", "metrics"], input=samples.document["text_values"], capture_output=True, text=True
    )
    # It finds fault with names; what it cannot parse is an error of ours.
    assert "error while linting" not in lint.stderr and lint.returncode in (0, 3), (samples.seed, lint.stderr)


def main():
    seeds = [int(text) for text in sys.argv[2:]] or random_seeds(20)
    for number, seed in enumerate(seeds):
        for utf8 in (False, True):
            samples = RecordedSamples(sys.argv[1], seed, utf8)
            document = samples.document
            samples.compare(parsed(parse_openmetrics(document["openmetrics"])), "OpenMetrics parser")
            samples.compare(parsed(parse_openmetrics(document["openmetrics_values"]), True), "OpenMetrics, escaped")
            samples.compare(parsed(parse_text(document["text"])), "text parser")
            samples.compare(parsed(parse_text(document["text_values"]), True), "text parser, escaped")
            # Names cannot be undone from underscores; but they must be legal, and none of them twice.
            assert len(parsed(parse_openmetrics(document["openmetrics_underscores"]))) >= len(samples.expected)
            exemplars_agree(samples)
            promtool_agrees(samples)
            if number < 2:
                prometheus_agrees(samples, "text_values", "text/plain; version=0.0.4; charset=utf-8; escaping=values")
                prometheus_agrees(
                    samples, "openmetrics_values", "application/openmetrics-text; version=1.0.0; escaping=values"
                )
    print(f"four readers agree with what was recorded, with seeds {seeds}")


if __name__ == "__main__":
    main()
