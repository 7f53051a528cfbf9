"""Where do the traces of an acceptance test go? A collector that reads them by the official classes, and can be bad."""

import collections
import gzip
import http.server
import pathlib
import re
import threading
import time

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = {
    Message.SPAN_KIND_INTERNAL: "internal", Message.SPAN_KIND_SERVER: "server", Message.SPAN_KIND_CLIENT: "client",
    Message.SPAN_KIND_PRODUCER: "producer", Message.SPAN_KIND_CONSUMER: "consumer"}
TYPES = {"string_value": "string", "int_value": "int", "bool_value": "boolean", "double_value": "double"}


def values(attributes):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


class Span:
    """A span as it came; times are nanoseconds since 1970."""

    def __init__(self, message, resource):
        self.process = resource.get("process.pid")
        self.trace, self.id, self.parent = (
            one.hex() for one in (message.trace_id, message.span_id, message.parent_span_id))
        self.name, self.kind = message.name, KINDS[message.kind]
        self.start, self.end = message.start_time_unix_nano, message.end_time_unix_nano
        self.attributes = values(message.attributes)
        self.types = {one.key: TYPES[one.value.WhichOneof("value")] for one in message.attributes}
        self.events = [(one.name, one.time_unix_nano, values(one.attributes)) for one in message.events]
        self.links = [(one.trace_id.hex(), one.span_id.hex()) for one in message.links]
        self.has_failed = message.status.code == message.status.STATUS_CODE_ERROR

    def __getitem__(self, key):
        return self.attributes.get(key)

    def __repr__(self):
        return f"{self.name} {self.id} in {self.trace} below {self.parent or 'nothing'} {self.attributes}"


class Receiver:
    """Takes OTLP over HTTP; `answer` is called before each answer, and may wait or raise to break the connection."""

    def __init__(self, answer=lambda: None):
        receiver = self
        self.lock = threading.Lock()
        self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                try:
                    answer()
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    # The exporter has given the batch up.
                    self.close_connection = True
                    return
                receiver.take(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body):
        request = ExportTraceServiceRequest()
        request.ParseFromString(body)
        spans = [
            Span(message, values(resource.resource.attributes))
            for resource in request.resource_spans for scope in resource.scope_spans for message in scope.spans]
        with self.lock:
            self.received += spans

    @property
    def spans(self):
        with self.lock:
            return list(self.received)

    def wait(self, condition, seconds=60):
        """The spans, once they meet a condition."""
        deadline = time.monotonic() + seconds
        while not condition(spans := self.spans):
            if time.monotonic() > deadline:
                raise AssertionError(f"the collector has only {collections.Counter(one.name for one in spans)}")
            time.sleep(0.05)
        return spans

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def check_whole(spans):
    """Whatever the spans are of: each once, each ended, none without the parent that it names."""
    ids = collections.Counter((one.trace, one.id) for one in spans)
    assert not (twice := [key for key, count in ids.items() if count > 1]), f"twice: {twice[:5]}"
    for one in spans:
        assert 0 < one.start <= one.end, f"no end: {one}"
        assert not one.parent or (one.trace, one.parent) in ids, f"an orphan: {one}"
        for name, at, _ in one.events:
            assert one.start <= at <= one.end, f"{name} happened outside of {one}"


def tree(spans, trace, origin):
    """A trace as text: each span below the one that it belongs to, with when it began and how long it took."""
    below = collections.defaultdict(list)
    for one in spans:
        if one.trace == trace:
            below[one.parent].append(one)
    lines = []

    def show(parent, depth):
        for one in sorted(below[parent], key=lambda span: span.start):
            began, took = (one.start - origin) / 1e9, (one.end - one.start) / 1e9
            result = one["mail.delivery.result"] or one["smtp.outcome"] or ""
            lines.append(f"{began:8.3f} s {took:8.4f} s  {'  ' * depth}{one.name} {result}".rstrip())
            show(one.id, depth + 1)

    show("", 0)
    return "\n".join(lines)
