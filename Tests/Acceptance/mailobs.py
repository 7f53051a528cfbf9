#!/usr/bin/env python3
"""Does the command `mailobs` read, judge and ask as its help says, over real files, pipes and sockets?

Needs Debian's valgrind for the one figure: that linting ten times as many series takes about ten times as many instructions.
Usage: mailobs.py PATH_TO_MAILOBS PATH_TO_EXAMPLE_MAIL_SERVER
"""

import json
import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading

from example_server import ExampleServer

MAILOBS = sys.argv[1]
GOOD = "# HELP x_bytes Size.\n# TYPE x_bytes gauge\nx_bytes 1\n"
BAD = "# TYPE x_total gauge\nx_total 1\n"
OPENMETRICS = "# HELP x Calls.\n# TYPE x counter\nx_total 1\n# EOF\n"


def run(*arguments, text=b"", timeout=60, **more):
    """Exit code, output and complaints."""
    text = text.encode() if isinstance(text, str) else text
    done = subprocess.run([MAILOBS, *arguments], input=text, capture_output=True, timeout=timeout, **more)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def expect(result, code, out="", err=""):
    """Compares the exit code, and what is printed, by regular expressions for all of it."""
    assert result[0] == code and re.fullmatch(out, result[1], re.S) and re.fullmatch(err, result[2], re.S), result
    # Nothing that was read steers a terminal.
    shown = result[1] + result[2]
    assert all(byte == "\n" or " " <= byte < "\x7f" or byte > "\x9f" for byte in shown), repr(shown)


class Server:
    """Answers every connection with the same bytes, or with none."""

    def __init__(self, answer, hold=False):
        self.answer, self.hold, self.requests, self.held = answer, hold, [], []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()
        for connection in self.held:
            connection.close()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65536)
                if not piece:
                    break
                request += piece
            self.requests.append(request.decode())
            try:
                for piece in self.answer:
                    connection.sendall(piece)
            except OSError:
                pass
            if self.hold:
                self.held.append(connection)
            else:
                connection.close()


def answer(body=b"", status="200 OK", fields=("Content-Type: text/plain; version=0.0.4",), length=True):
    body = body.encode() if isinstance(body, str) else body
    head = "".join(f"{field}\r\n" for field in fields) + (f"Content-Length: {len(body)}\r\n" if length else "")
    return [f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body]


def misuse():
    for arguments in ((), ("x",), ("parse",), ("lint", "a", "b"), ("parse", "--json", "-"), ("lint", "--ignore", "x", "-"),
                      ("healthcheck",), ("healthcheck", "--timeout", "0", "http://127.0.0.1:1"), ("parse", "--format", "x", "-"),
                      ("lint", "--help=x"), ("healthcheck", "foo"), ("healthcheck", "-"), ("parse", "--format", "\x9b\u202e", "-"),
                      ("--version", "x"), ("parse", "--\x1b[31m", "-")):
        expect(run(*arguments), 64, "", r"mailobs: [^\n]+\nusage: mailobs .*")
    for arguments in (("--help",), ("-h",), ("help",), ("parse", "--help"), ("lint", "-h"), ("help", "healthcheck")):
        expect(run(*arguments), 0, "usage: mailobs .*")
    expect(run("--version"), 0, r"mailobs \d+\.\d+\.\d+\n")


def files(folder):
    file = folder / "x.prom"
    file.write_text(GOOD)
    families = json.loads(run("parse", str(file))[1])
    assert families[0]["name"] == "x_bytes" and families[0]["samples"] == [
        {"name": "x_bytes", "labels": {}, "value": 1, "line": 3}], families
    expect(run("lint", str(file)), 0)
    expect(run("lint", "-", text=BAD), 1, r"-:1: error: x_total: there is no help; [^\n]* \[missing-help\]\n"
           r"-:1: error: x_total: [^\n]* \[total-suffix\]\n|.*\[total-suffix\].*\[missing-help\]\n")
    expect(run("lint", "--ignore=missing-help,total-suffix", "-", text=BAD), 0)
    # Warnings alone are no failure.
    expect(run("lint", "-", text=GOOD.replace("x_bytes 1", 'x_bytes{a="b@c.example"} 1')), 0, r"-:3: warning: [^\n]+\n")
    lines = run("lint", "--json", "-", text=BAD)[1].splitlines()
    keys = {"file", "line", "severity", "rule", "family", "label", "message", "advice"}
    assert len(lines) == 2 and all(set(json.loads(line)) == keys for line in lines), lines
    # The format: by the last line, or as told.
    assert json.loads(run("parse", "-", text=OPENMETRICS)[1])[0]["type"] == "counter"
    assert json.loads(run("parse", "-", "--format", "text", text=OPENMETRICS)[1])[0]["name"] == "x"
    expect(run("parse", "-", "--format=openmetrics", text=GOOD), 1, "", r"-:4:1: # EOF is missing\n")
    expect(run("parse", "-"), 0, r"\[\]\n")
    # What cannot be read.
    expect(run("parse", str(folder / "none")), 1, "", r"mailobs: \S*/none: No such file or directory\n")
    expect(run("lint", str(folder)), 1, "", r"mailobs: \S+: Is a directory\n")
    expect(run("parse", str(folder / "a\nb\x1b[31m")), 1, "", r"mailobs: [^\n]*a\\nb\\u\{1B\}\[31m: No such[^\n]*\n")
    file.write_text('x{a="1" 1\n')
    expect(run("parse", str(file)), 1, "", rf"{re.escape(str(file))}:1:9: [^\n]+\n")
    file.chmod(0)
    if not os.access(file, os.R_OK):
        expect(run("parse", str(file)), 1, "", r"mailobs: [^\n]*Permission denied\n")
    # A name that is no UTF-8.
    name = os.path.join(os.fsencode(folder), b"\xe9\xff.prom")
    with open(name, "wb") as odd:
        odd.write(GOOD.encode())
    expect(run("lint", name), 0)
    # A pipe that is written to slowly.
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen([MAILOBS, "parse", str(pipe)], stdout=subprocess.PIPE)
    with open(pipe, "wb", buffering=0) as writer:
        for byte in GOOD.encode():
            writer.write(bytes([byte]))
    assert json.loads(process.communicate(timeout=60)[0])[0]["name"] == "x_bytes" and process.returncode == 0


def hostile(folder):
    steering = "\x1b[31m\x9b5m\u202e\u2028\x07"
    texts = {
        "a value": f'x{{a="{steering}@b"}} 1\n', "a number": f"x {steering}\n", "a label": f"x{{{steering}}} 1\n",
        "a name": f'{{"{steering}"}} 1\n', "a help": f"# HELP x {steering}\n# TYPE x gauge\nx 1\n", "a type": f"# TYPE x {steering}\n",
        "a quoted label": f'x{{"{steering}"="1"}} 1\n', "a timestamp": f"x 1 {steering}\n", "NUL": 'x{a="\0"} 1\n',
    }
    for name, text in texts.items():
        for form in ("text", "openmetrics"):
            code, out, err = run("lint", "-", "--format", form, text=text)
            assert code == 1 or name == "a help" and form == "text", (name, code, out, err)
            assert not set(out + err) & set("\x1b\x9b\u202e\u2028\x07\0"), (name, out, err)
            for command in (("lint", "--json"), ("parse",)):
                out = "".join(run(*command, "-", "--format", form, text=text)[1:])
                assert not set(out) & set("\x1b\x9b\u202e\u2028\x07\0"), (name, command, out)
    # Counts that no histogram has.
    numbers = ("0", "1", "20", "1e300", "1.7e308", "-1", "-1.7e308", "NaN", "+Inf", "-Inf", "9.3e18", "1e-320")
    for one in numbers:
        for other in numbers:
            buckets = "".join(f'h_bucket{{a="{a}",le="{le}"}} {n}\n' for a in (1, 2) for le, n in (("0.5", one), ("1.0", other), ("+Inf", "20")))
            code, out, err = run("lint", "-", text=f"# HELP h H.\n# TYPE h histogram\n{buckets}")
            assert code in (0, 1) and not err and not re.search(r"(\d{4,}|1[1-9]\d|-\d+) %", out), (one, other, code, out, err)
    for raw in (b'x{a="\xff"} 1\n', b"\xff\n", b"x 1\r\n", bytes(range(256)), b"\0" * 1000):
        code, out, err = run("parse", "-", text=raw)
        assert code == 1 and re.fullmatch(r"-:\d+:\d+: [^\n]+\n", err), (raw, code, out, err)

    def endless(piece):
        """A reader that is fed without end, and how much memory it takes."""
        process = subprocess.Popen([MAILOBS, "lint", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            while True:
                process.stdin.write(piece)
        except BrokenPipeError:
            pass
        # What is left in the buffer goes nowhere.
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        _, status, usage = os.wait4(process.pid, 0)
        err = process.stderr.read().decode()
        process.stdout.close(), process.stderr.close()
        assert os.waitstatus_to_exitcode(status) == 1 and re.fullmatch(r"mailobs: -: there are more than 64 MiB\n", err), err
        assert usage.ru_maxrss < 300_000, usage.ru_maxrss

    endless(b"y" * (1 << 20))
    endless(b"x 1\n" * (1 << 18))
    # More samples than the parser takes, within its bytes.
    expect(run("parse", "-", text=b"x 1\n" * 1_000_001, timeout=300), 1, "", r"-:1000001:1: there are more than 1000000 samples\n")
    expect(run("parse", "-", text=b'x{a="' + b"y" * (1 << 20) + b'"} 1\n'), 1, "", r"-:1:1: the line has more than 65536 bytes\n")
    many = "".join(f'x{{aB{number}="u{number}@b.example"}} 1\n' for number in range(20_000))
    out = run("lint", "-", text=many, timeout=300)[1]
    assert len(out.splitlines()) < 40, len(out.splitlines())


def ends(folder):
    """Outputs that end or fail."""
    many = folder / "many.prom"
    many.write_text("".join(f"x_{number} 1\n" for number in range(20_000)))
    for command, code in (("parse", 0), ("lint", 1)):
        process = subprocess.Popen([MAILOBS, command, str(many)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(1)
        process.stdout.close()
        assert process.wait(timeout=60) == code and not process.stderr.read(), command
        process.stderr.close()
        with open("/dev/full", "w") as full:
            done = subprocess.run([MAILOBS, command, str(many)], stdout=full, stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 1 and b"No space left" in done.stderr, done
        closed = ["/bin/sh", "-c", f'"$0" {command} "$1" >&-', MAILOBS, str(many)]
        done = subprocess.run(closed, stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 1 and b"cannot be written" in done.stderr, done


def urls():
    with Server(answer(GOOD)) as server:
        assert json.loads(run("parse", server.url)[1])[0]["name"] == "x_bytes"
        assert server.requests[0].startswith("GET /metrics HTTP/1.1\r\n"), server.requests
        accept = re.search(r"(?m)^Accept: (.*)\r$", server.requests[0])[1]
        assert "application/openmetrics-text;version=1.0.0" in accept and "text/plain" in accept and "protobuf" not in accept, accept
        run("parse", server.url + "/other?a=b", "--format", "text")
        assert server.requests[1].startswith("GET /other?a=b HTTP/1.1\r\n") and "openmetrics" not in server.requests[1]
        for command, path in (("lint", "/metrics"), ("healthcheck", "/health")):
            for tail in ("", "/", "?a=b", "/?a=b"):
                run(command, server.url + tail)
                assert server.requests[-1].startswith(f"GET {path}{tail.strip('/')} HTTP/1.1\r\n"), (tail, server.requests[-1])
    fails = [
        (answer(status="404 Not Found"), "the server answered 404"), (answer(status="401 No"), "the server answered 401: .*curl.*"),
        (answer(status="302 Found", fields=("Location: http://x/\x1b[31m",)), ".*"),
        (answer(status="302 Found", fields=("Location: http://x/y",)), 'the server answered 302, a redirect to "http://x/y", .*'),
        (answer(status="500 No"), "the server answered 500"),
        (answer(GOOD, fields=("Content-Type: text/html",)), 'the answer is of the type "text/html", .*'),
        (answer(GOOD, fields=("Content-Type: application/vnd.google.protobuf",)), "the answer is of the type .*"),
        (answer(b"\x1f\x8b", fields=("Content-Type: text/plain", "Content-Encoding: gzip")), 'the body is encoded as "gzip", .*'),
        ([b"SSH-2.0-x\r\n"], "the answer is not HTTP/1.1: .*"), ([], "the connection ended before an answer.*"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx 1\n"], "the connection ended in the middle of the answer.*"),
    ]
    for body, reason in fails:
        with Server(body) as server:
            for command in ("parse", "lint"):
                expect(run(command, server.url), 1, "", rf"mailobs: {re.escape(server.url)}: {reason}\n")
    # Errors in the text are told with the URL, without what may be secret in its query.
    with Server(answer("x{\n")) as server:
        expect(run("lint", server.url + "/m?token=secret"), 1, "", rf"{re.escape(server.url)}/m:1:3: [^\n]+\n")
    # Without an end, and without an answer.
    with Server([b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"] + [b"x 1\n" * (1 << 18)] * 100) as server:
        expect(run("parse", server.url), 1, "", r"mailobs: [^\n]*: there are more than 64 MiB\n")
    with Server([], hold=True) as server:
        for command in ("parse", "lint"):
            expect(run(command, server.url, "--timeout", "300ms"), 1, "", r"mailobs: [^\n]*: no answer in 0.3 seconds, while answering\n")
        expect(run("healthcheck", server.url, "--timeout", "300ms"), 1, r"unhealthy: [^\n]*: no answer in [^\n]*\n")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        refused = f"http://127.0.0.1:{closed.getsockname()[1]}"
    expect(run("parse", refused), 1, "", r"mailobs: [^\n]*refused[^\n]*\n")
    expect(run("healthcheck", refused), 1, r"unhealthy: [^\n]*refused[^\n]*\n")
    expect(run("parse", "https://127.0.0.1/metrics"), 1, "", r"mailobs: [^\n]*: https is not spoken here[^\n]*\n")
    expect(run("healthcheck", "https://127.0.0.1/"), 1, r"unhealthy: [^\n]*https is not spoken here[^\n]*\n")
    expect(run("lint", "ftp://127.0.0.1/"), 1, "", r"mailobs: [^\n]*the scheme is none of[^\n]*\n")
    expect(run("lint", "http://u:secret@127.0.0.1/"), 1, "", r"mailobs: (?![^\n]*secret)[^\n]*a user name or a password[^\n]*curl[^\n]*\n")
    assert "header" not in run("healthcheck", "http://u:secret@127.0.0.1/")[1]
    expect(run("lint", "unix:/nowhere/x.sock"), 1, "", r"mailobs: [^\n]*No such file[^\n]*\n")


def example(folder):
    """The example's own metrics, by both formats and both ways in."""
    with ExampleServer(sys.argv[2], "--traffic", "20") as server:
        url = f"http://127.0.0.1:{server.ports['metrics']}"
        for form in ((), ("--format", "text"), ("--format", "openmetrics")):
            code, out, err = run("lint", url, *form)
            assert code == 0 and not err and "error:" not in out, (form, code, out, err)
            families = json.loads(run("parse", url, *form)[1])
            assert len(families) > 60 and any(family["samples"] for family in families), len(families)
        expect(run("healthcheck", url), 0, r"healthy: [^\n]*answered 200[^\n]*\n")
        expect(run("healthcheck", url, "--timeout=5s"), 0, r"healthy: [^\n]*\n")
        expect(run("healthcheck", url + "/nothing"), 1, r"unhealthy: [^\n]*answered 404[^\n]*\n")
        process = server.process
    expect(run("healthcheck", url), 1, r"unhealthy: [^\n]*\n")
    assert process.poll() == 0


def linear(folder):
    """Instructions for ten times as many series: about ten times as many."""
    counts = []
    # Valgrind reads no debugging information of Swift's.
    stripped = folder / "mailobs"
    subprocess.run(["strip", "-o", str(stripped), MAILOBS], check=True)
    for number in (1_000, 10_000):
        file = folder / f"{number}.prom"
        file.write_text("# HELP x X.\n# TYPE x gauge\n" + "".join(f'x{{a="v{i}",b="{i % 7}",c="{i // 9}"}} {i}\n' for i in range(number)))
        out = folder / f"{number}.callgrind"
        subprocess.run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", stripped, "lint", str(file)],
                       stdout=subprocess.DEVNULL, check=False, timeout=500)
        counts.append(int(re.search(r"(?m)^(?:totals|summary): (\d+)", out.read_text())[1]))
    assert counts[1] < counts[0] * 14, counts
    return counts


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part in (misuse, lambda: files(folder), lambda: ends(folder), urls, lambda: example(folder), lambda: hostile(folder)):
            part()
        counts = linear(folder)
    print(f"misuse, files, pipes, URLs, the example and what is hostile; {counts} instructions for 1,000 and 10,000 series")


if __name__ == "__main__":
    main()
