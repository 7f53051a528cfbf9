#!/usr/bin/env python3
"""Does a collector get every span once, by gRPC and over TLS, and is nothing left of the export then?

otlp_grpc.py EXPORT-TRANSPORTS: runs the program, which sees the public API alone, against rotel by gRPC in plain text, against
a receiver of grpcio and one of the standard library's over TLS, which want to see the client's certificate, and against such
as cannot be trusted, hang, are not there, or answer as servers of another make do. Certificates are made by openssl.
"""

import collections
import concurrent.futures
import contextlib
import gzip
import http.server
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import zlib

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from otlp_collector import Collector, settled

SPANS = 1000
LIMIT = 2.2


def certificates(folder):
    """A root, and what it vouches for: a server and a client; and another root."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    for root in ("root", "other"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                f"{root}.key", "-out", f"{root}.pem", "-days", "2", "-subj", f"/CN={root}")
    for name in ("server", "client"):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key",
                "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (folder / "extensions").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out",
                f"{name}.pem", "-days", "2", "-extfile", "extensions")


class Spans:
    """What a receiver has got."""

    def __init__(self):
        self.ids = collections.Counter()
        self.lock = threading.Lock()
        self.tokens = set()

    def take(self, request, token):
        with self.lock:
            self.tokens.add(token)
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        self.ids[span.trace_id, span.span_id] += 1


@contextlib.contextmanager
def grpc_receiver(folder, spans):
    class Receiver(trace_service_pb2_grpc.TraceServiceServicer):
        def Export(self, request, context):
            spans.take(request, dict(context.invocation_metadata()).get("authorization"))
            return trace_service_pb2.ExportTraceServiceResponse()

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Receiver(), server)
    pair = ((folder / "server.key").read_bytes(), (folder / "server.pem").read_bytes())
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials(
        [pair], root_certificates=(folder / "root.pem").read_bytes(), require_client_auth=True))
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()


def frame(kind, flags, stream, payload=b""):
    """Of HTTP/2."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def fields(stream, fields, is_last=False):
    """Header fields of less than 127 bytes each, neither indexed nor compressed."""
    block = b"".join(
        b"\0" + b"".join(bytes([len(text)]) + text.encode() for text in field) for field in fields.items())
    return frame(1, 5 if is_last else 4, stream, block)


HEAD = {":status": "200", "content-type": "application/grpc"}


def full_to_the_brim(stream):
    """Refuses, with a percent sign at the end."""
    return fields(stream, HEAD | {"grpc-status": "3", "grpc-message": "the disk is full to 100%"}, True)


def compressed(stream):
    """Accepts, compressed, as servers of grpc-go do where the request is, whatever a client accepts."""
    message = gzip.compress(b"\x0a\x00")
    return (fields(stream, HEAD | {"grpc-encoding": "gzip"})
            + frame(0, 0, stream, b"\1" + len(message).to_bytes(4) + message)
            + fields(stream, {"grpc-status": "0"}, True))


@contextlib.contextmanager
def raw_receiver(answer):
    """Answers each request by gRPC, of which it reads nothing."""
    def serve(connection):
        with connection, connection.makefile("rb") as read:
            connection.sendall(frame(4, 0, 0))
            read.read(24)
            while len(head := read.read(9)) == 9:
                payload, kind, flags = read.read(int.from_bytes(head[:3])), head[3], head[4]
                stream = int.from_bytes(head[5:])
                if kind == 4 and not flags & 1:
                    connection.sendall(frame(4, 1, 0))
                if kind == 0 and payload:
                    room = len(payload).to_bytes(4)
                    connection.sendall(frame(8, 0, 0, room) + frame(8, 0, stream, room))
                if kind <= 1 and flags & 1:
                    connection.sendall(answer(stream))

    def accept():
        # Until it is closed.
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=quietly, args=(listener.accept()[0],), daemon=True).start()

    def quietly(connection):
        with contextlib.suppress(OSError):
            serve(connection)

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def http_receiver(folder, spans, is_abrupt=False):
    """An abrupt one ends its answers with their connections, and does not say over TLS that it does."""
    class Receiver(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0" if is_abrupt else "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = zlib.decompress(body, 31)
            request = trace_service_pb2.ExportTraceServiceRequest()
            request.ParseFromString(body)
            is_right = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
            if is_right:
                spans.take(request, self.headers["Authorization"])
            self.send_response(200 if is_right else 400)
            if not is_abrupt:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.load_verify_locations(folder / "root.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    # A client that is not let in is no reason to say anything.
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def silent():
    """Takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


@contextlib.contextmanager
def full():
    """Takes no connection and refuses none."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@contextlib.contextmanager
def refusing():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def run(program, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    environment |= {f"OTEL_EXPORTER_OTLP_{name}": value for name, value in variables.items()}
    ran = subprocess.run([program, str(SPANS)], env=environment, capture_output=True, text=True, timeout=120)
    if ran.returncode or ran.stderr:
        raise SystemExit(f"the program ends with {ran.returncode}: {ran.stderr}")
    return json.loads(ran.stdout)


def judge(name, counts, found=None, is_taken=True):
    """Of two rounds, of which the second is counted."""
    outcomes = {key: count for key, count in counts.items() if key in
                ("exported", "rejected", "dropped_queue", "dropped_export", "dropped_shutdown")}
    is_right = sum(outcomes.values()) == SPANS and counts["shutdown_seconds"] <= LIMIT
    is_right &= counts["more_descriptors"] <= 0 and counts["more_threads"] <= 0
    is_right &= counts["exported"] == (SPANS if is_taken else 0)
    if found is not None:
        is_right &= found.total() == len(found) == (2 * SPANS if is_taken else 0)
    arrived = "" if found is None else f", {found.total()} arrived in two rounds, {len(found)} different"
    shown = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items() if count)
    print(f"{name}: {shown}{arrived}; ended in {counts['shutdown_seconds']:.3f} s, "
          f"{counts['more_threads']} threads and {counts['more_descriptors']} descriptors left"
          f"{'' if is_right else ' WRONG'}", flush=True)
    return is_right


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    is_right = True
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        certificates(folder)
        for compression in ("none", "gzip"):
            (folder / compression).mkdir()
            with Collector(folder / compression) as collector:
                counts = run(program, PROTOCOL="grpc", ENDPOINT=f"http://127.0.0.1:{collector.grpc_port}",
                             COMPRESSION=compression)
                found = settled(collector, 2 * SPANS)
            is_right &= judge(f"rotel by gRPC, {compression}", counts, found)
        trusted = {"CERTIFICATE": str(folder / "root.pem")}
        known = trusted | {"CLIENT_CERTIFICATE": str(folder / "client.pem"), "CLIENT_KEY": str(folder / "client.key")}
        for name, protocol, receiver in (("gRPC", "grpc", grpc_receiver), ("HTTP", "http/protobuf", http_receiver)):
            cases = [
                ("a client that is known", known, True), ("a client that is not", trusted, False),
                ("a root that is another", known | {"CERTIFICATE": str(folder / "other.pem")}, False)]
            for case, variables, is_taken in cases:
                for compression in ("none", "gzip"):
                    spans = Spans()
                    with receiver(folder, spans) as port:
                        counts = run(program, PROTOCOL=protocol, ENDPOINT=f"https://127.0.0.1:{port}",
                                     COMPRESSION=compression, HEADERS="authorization=Bearer%20secret", **variables)
                    is_right &= judge(f"{name} over TLS, {case}, {compression}", counts, spans.ids, is_taken)
                    is_right &= not is_taken or spans.tokens == {"Bearer secret"}
            if protocol == "grpc":
                for answer, is_taken in ((full_to_the_brim, False), (compressed, True)):
                    with raw_receiver(answer) as port:
                        counts = run(program, PROTOCOL=protocol, ENDPOINT=f"http://127.0.0.1:{port}", COMPRESSION="gzip")
                    is_right &= judge(f"{name}, an answer that is {answer.__name__}", counts, None, is_taken)
            else:
                spans = Spans()
                with http_receiver(folder, spans, is_abrupt=True) as port:
                    counts = run(program, PROTOCOL=protocol, ENDPOINT=f"https://127.0.0.1:{port}", **known)
                is_right &= judge(f"{name} over TLS, an answer that ends with its connection", counts, spans.ids)
            for state in (silent, full, refusing):
                for scheme in ("http", "https") if protocol == "grpc" else ("https",):
                    with state() as port:
                        counts = run(program, PROTOCOL=protocol, ENDPOINT=f"{scheme}://127.0.0.1:{port}", **trusted)
                    is_right &= judge(f"{name}, {scheme}, a collector that is {state.__name__}", counts, None, False)
    sys.exit(0 if is_right else 1)


main()
