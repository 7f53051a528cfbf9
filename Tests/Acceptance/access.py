#!/usr/bin/env python3
"""Do the clients that people have get in with a password or a token, and nobody else?

curl, wget, Python's and Go's clients, Prometheus, HAProxy and Chromium. Then what a web page of another origin can
read, what becomes of a token's file that changes as Kubernetes changes it, who gets in while somebody guesses
passwords from the same address, and what a machine without libcrypt can do.

Needs Debian's curl, wget, golang-go, prometheus, haproxy and chromium.
Usage: access.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import base64
import contextlib
import ctypes
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import web_pages
from churn import footprint
from example_server import ExampleServer
from prometheus_server import Prometheus
from smtp_http_clients import HAProxy

HERE = pathlib.Path(__file__).resolve().parent
USER, PASSWORD, TOKEN = "prometheus", "correct horse", "a-token.of_32~characters+0123456="
HASH = "$2b$04$..CA.uOD/eaGAOmJB.yMBuM872uvtNqimzkCcRocGwv7haFzmUZ5a"
SECRETS = (PASSWORD, TOKEN, HASH, HASH[-31:], "geheim")
# In every exposition, and in nothing else.
MARK = "rusmes_smtp_connections_total"
RELOADED = "rusmes_observability_credentials_last_reload_successful"
# A kubelet gives up after this.
LATEST_PROBE = 1.0
HASHING_FOR = 4.0


def basic(password=PASSWORD, user=USER):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def ask(port, path="/metrics", authorization=None, fields=(), source=None):
    """Status, fields and body by `http.client`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=source and (source, 0))
    with contextlib.closing(connection):
        headers = dict(fields)
        if authorization:
            headers["Authorization"] = authorization
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()


# Clients


def by_curl(url, user=None, password=None, token=None):
    login = ["-u", f"{user}:{password}"] if user else ["-H", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", *login, url], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    body, status = done.stdout.rsplit("\n", 1)
    return int(status), body


def by_curl_that_asks_first(url, user=None, password=None, token=None):
    login = ["--anyauth", "-u", f"{user}:{password}"] if user else []
    login += ["--oauth2-bearer", token] if token else []
    done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", *login, url], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    body, status = done.stdout.rsplit("\n", 1)
    return int(status), body


def by_wget(url, user=None, password=None, token=None):
    login = [f"--user={user}", f"--password={password}"] if user else []
    login += [f"--header=Authorization: Bearer {token}"] if token else []
    done = subprocess.run(
        ["wget", "-S", "-O", "-", "--tries=1", "--no-config", *login, url], capture_output=True, text=True, timeout=60)
    return int(re.findall(r"HTTP/1\.1 (\d+)", done.stderr)[-1]), done.stdout


def by_http_client(url, user=None, password=None, token=None):
    authorization = basic(password, user) if user else f"Bearer {token}" if token else None
    match = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/.*)", url)
    status, _, body = ask(int(match[1]), match[2], authorization)
    return status, body


def by_urllib(url, user=None, password=None, token=None):
    handlers = []
    if user:
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, user, password)
        handlers.append(urllib.request.HTTPBasicAuthHandler(passwords))
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def go_client(folder):
    program = folder / "go-client"
    subprocess.run(
        ["go", "build", "-o", program, "."], check=True, cwd=HERE / "go-client", env=os.environ | {"GO111MODULE": "off"},
        timeout=300)

    def by_go(url, user=None, password=None, token=None):
        login = ["basic", user, password] if user else ["bearer", token] if token else []
        done = subprocess.run([program, url, *login], capture_output=True, text=True, timeout=60, check=True)
        status, body = done.stdout.split("\n", 1)
        return int(status), body

    return by_go


def clients(port, folder):
    asked = (by_curl, by_curl_that_asks_first, by_wget, by_http_client, by_urllib, go_client(folder))
    url = f"http://127.0.0.1:{port}"
    logins = [
        ({}, 401), ({"user": USER, "password": PASSWORD}, 200), ({"token": TOKEN}, 200),
        ({"user": USER, "password": "wrong"}, 401), ({"user": "root", "password": PASSWORD}, 401),
        ({"token": "wrong"}, 401),
    ]
    for client in asked:
        for login, expected in logins:
            status, body = client(url + "/metrics", **login)
            what = f"{client.__name__} with {login}"
            assert status == expected, f"{what}: {status}"
            assert (MARK in body) == (expected == 200), f"{what}: {body[:200]}"
            if login in ({}, {"user": USER, "password": "wrong"}):
                status, _ = client(url + "/live", **login)
                assert status == 200, f"{what} at /live: {status}"
    print(f"{len(asked)} clients: with the password and with the token 200, 401 without or wrong, probes without")


def fields(port):
    status, headers, body = ask(port)
    assert status == 401 and headers.get_all("WWW-Authenticate") == [
        'Basic realm="rusmes-metrics", charset="UTF-8"', 'Bearer realm="rusmes-metrics"'], headers
    assert headers["Cache-Control"] == "no-store" and body == "Credentials are needed.\n"
    _, headers, _ = ask(port, authorization="Bearer wrong")
    assert headers.get_all("WWW-Authenticate")[1].endswith(', error="invalid_token"'), headers
    for path in ("/live", "/ready", "/startup", "/health", "/"):
        # A check fails on purpose, which some of them tell.
        assert ask(port, path)[0] in (200, 503) and ask(port, path, basic("wrong"))[0] in (200, 503), path
    # By address alone: credentials are no way there, for whoever is not trusted.
    for path in ("/metrics.json", "/debug/vars"):
        assert ask(port, path)[0] == 200
        for field in ("Forwarded: for=127.0.0.1", "X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "Via: 1.1 a",
                      "Host: attacker.test"):
            name, value = field.split(": ")
            status, headers, _ = ask(port, path, basic(), [(name, value)])
            assert status == 403 and "WWW-Authenticate" not in headers, (path, field, status)
    print("refusals: 401 with both challenges, 403 with none")


# Programs that stay


def prometheus(port, folder):
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "bearer").write_text(TOKEN + "\n")
    target = f"static_configs: [{{targets: ['127.0.0.1:{port}']}}]"
    jobs = f"""
  - {{job_name: password, basic_auth: {{username: {USER}, password_file: {folder}/password}}, {target}}}
  - {{job_name: token, authorization: {{credentials_file: {folder}/bearer}}, {target}}}
  - {{job_name: neither, {target}}}
"""
    with Prometheus(folder, port, jobs=jobs) as server:
        deadline = time.monotonic() + 60
        expected = {"password": 1.0, "token": 1.0, "neither": 0.0}
        while (up := {labels["job"]: value for labels, value in server.query("up")}) != expected:
            assert time.monotonic() < deadline, up
            time.sleep(0.2)
        stored = {labels["job"] for labels, _ in server.query(MARK)}
        assert stored == {"password", "token"}, stored
    print("Prometheus: up with basic_auth and with authorization, down without")


BALANCER = """
global
  stats socket {{folder}}/stats
defaults
  mode http
  timeout connect 10s
  timeout client 10s
  timeout server 10s
  timeout check 10s
  default-server inter 200ms fall 2 rise 2
listen probe
  bind unix@{{folder}}/a
  option httpchk GET /live
  server example 127.0.0.1:{{metrics}} check
listen password
  bind unix@{{folder}}/b
  option httpchk
  http-check send meth GET uri /metrics ver HTTP/1.1 hdr Host localhost hdr Authorization "{password}"
  server example 127.0.0.1:{{metrics}} check
listen token
  bind unix@{{folder}}/c
  option httpchk
  http-check send meth GET uri /metrics ver HTTP/1.1 hdr Host localhost hdr Authorization "Bearer {token}"
  server example 127.0.0.1:{{metrics}} check
listen neither
  bind unix@{{folder}}/d
  option httpchk GET /metrics
  server example 127.0.0.1:{{metrics}} check
"""


def load_balancer(ports, folder):
    configuration = BALANCER.format(password=basic(), token=TOKEN)
    with HAProxy(folder, ports, configuration) as haproxy:
        haproxy.wait_for(probe="UP", password="UP", token="UP", neither="DOWN")
    print("HAProxy: UP by the probe, the password and the token, DOWN without")


# Browsers


def browsers(port):
    def shown(url):
        return web_pages.seen(f"http://{url}")

    page = shown(f"{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/metrics")
    assert MARK in page, page[:500]
    page = shown(f"127.0.0.1:{port}/metrics")
    assert MARK not in page, page[:500]
    print("Chromium: shows the exposition with the password, and nothing of it without")

    found = web_pages.report(port, basic())
    known = [text for name, answer in found.items() if "/known/" in name and (text := answer.get("text"))]
    assert any(MARK in text for text in known), "a page that may read reads nothing: the test sees no leak"
    detail = json.loads(ask(port, "/health?verbose")[2])["checks"]["storage"]["reason"]
    assert any(detail in text for text in known), "the reason of the failing check is not known to whoever is trusted"
    for name, answer in found.items():
        if "/known/" in name:
            continue
        text, has_password = answer.get("text", ""), "with the password" in name
        if " http" in name:
            # Nothing comes out of another origin, whatever it says; a script shows no name.
            assert text in ("", "[]"), f"{name}: {text[:200]}"
        elif "/health" in name:
            assert detail not in text, f"{name}: {text[:200]}"
        elif "json" in name or "/debug" in name:
            assert answer.get("status", 403) == 403 and MARK not in text, f"{name}: {text[:200]}"
        else:
            assert (MARK in text) == has_password, f"{name}: {text[:200]}"
    print(f"a page of another origin: {len(found)} ways to ask, none of which reads anything")


def browsers_where_all_is_open(binary):
    """The same without credentials: what programs may read is not the page's by any name."""
    with ExampleServer(binary, listeners=("smtp", "metrics")) as server:
        port = server.ports["metrics"]
        assert MARK in ask(port, fields=[("Host", "attacker.test")])[2], "a program is refused"
        found = web_pages.report(port, basic())
    known = [answer.get("text", "") for name, answer in found.items() if "/known/" in name]
    assert any(MARK in text for text in known), "a page that may read reads nothing: the test sees no leak"
    for name, answer in found.items():
        if "/known/" not in name:
            assert MARK not in answer.get("text", ""), f"{name}: {answer['text'][:200]}"
    print(f"a page of another origin, where nobody needs a password: {len(found)} ways to ask, none reads a metric")


# Files


def rotation(binary, folder):
    """A token's file changes as in a volume of Kubernetes: a link to a folder of the day, which a new one replaces."""
    volume = folder / "volume"
    volume.mkdir()

    def publish(day, text):
        (volume / day).mkdir()
        (volume / day / "token").write_text(text)
        (volume / "next").symlink_to(day)
        os.rename(volume / "next", volume / "..data")

    def until(check, what):
        deadline = time.monotonic() + 60
        while not check():
            assert time.monotonic() < deadline, what
            time.sleep(0.2)

    publish("monday", "monday\n")
    (volume / "token").symlink_to("..data/token")
    with open(folder / "log", "w+") as log, ExampleServer(
        binary, "--metrics-token-file", str(volume / "token"), stderr=log,
    ) as server:
        port = server.ports["metrics"]

        def is_let_in(token):
            return ask(port, authorization=f"Bearer {token}")[0] == 200

        assert is_let_in("monday") and not is_let_in("tuesday")
        publish("tuesday", "tuesday")
        until(lambda: is_let_in("tuesday"), "the new token is not in force")
        assert not is_let_in("monday")
        for number, broken in enumerate(("", "geheim geheim", "geheim" * 1000)):
            publish(f"broken{number}", broken)
            until(lambda: f"{RELOADED} 0" in ask(port, authorization="Bearer tuesday")[2], f"{broken[:20]!r} is current")
            publish(f"mended{number}", "tuesday")
            until(lambda: f"{RELOADED} 1" in ask(port, authorization="Bearer tuesday")[2], "the mended one is not")
        (volume / "..data").unlink()
        until(lambda: f"{RELOADED} 0" in ask(port, authorization="Bearer tuesday")[2], "a missing file is current")
        publish("friday", "friday")
        until(lambda: is_let_in("friday"), "the token is not in force after mistakes")
        assert f"{RELOADED} 1" in ask(port, authorization="Bearer friday")[2]
        log.seek(0)
        text = log.read()
        # Of many of one kind the log has the first at once.
        assert text.count("stays in force") >= 1 and "geheim" not in text and "tuesday" not in text, text
    print("a token's file: in force when it is replaced, kept when the new one is broken, which metric and log say")


# Attacks


class Guesser:
    """Sends wrong passwords as fast as it can, each another one, from one address."""

    def __init__(self, port, connections=16, source="127.0.0.1"):
        self.port, self.source, self.is_ended = port, source, False
        self.counts, self.lock = {}, threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(connections)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_ended = True
        for thread in self.threads:
            thread.join()

    def run(self, number):
        guess = 0
        connection = None
        while not self.is_ended:
            try:
                connection = connection or http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=30, source_address=(self.source, 0))
                guess += 1
                authorization = basic(f"guess {self.source} {number} {guess}")
                connection.request("GET", "/metrics", headers={"Authorization": authorization})
                response = connection.getresponse()
                response.read()
                with self.lock:
                    self.counts[response.status] = self.counts.get(response.status, 0) + 1
            except (OSError, http.client.HTTPException):
                connection = None


def attack(binary):
    arguments = ("--metrics-user", f"{USER}:{HASH}")
    with ExampleServer(binary, *arguments, listeners=("smtp", "metrics")) as server:
        port = server.ports["metrics"]
        begun = time.monotonic()
        with Guesser(port) as guesser:
            time.sleep(1)
            memory = footprint(server.process.pid)[1]
            tries, slowest, is_in = 0, 0.0, False
            # Somebody who has never been let in, as a Prometheus after a restart of the server; it comes back.
            while not is_in:
                status = ask(port, authorization=basic())[0]
                assert status in (200, 429), status
                tries, is_in = tries + 1, status == 200
                assert time.monotonic() < begun + 120, f"kept out in {tries} tries: {guesser.counts}"
                time.sleep(0 if is_in else 1.5)
            end = time.monotonic() + HASHING_FOR
            while time.monotonic() < end:
                assert ask(port, authorization=basic())[0] == 200, "kept out again"
                asked = time.monotonic()
                assert ask(port, "/live")[0] == 200
                slowest = max(slowest, time.monotonic() - asked)
                time.sleep(0.02)
            grown = footprint(server.process.pid)[1] - memory
            lasted = time.monotonic() - begun
        counts = guesser.counts
        assert set(counts) <= {401, 429, 503}, counts
        # Five at once and one in two seconds, for guesses that come once.
        assert counts[401] <= 5 + lasted / 2 + 1, counts
        assert slowest < LATEST_PROBE, f"a probe took {slowest} s"
        assert grown < 16 * 1024, f"{grown} KiB more"
    print(f"a guesser: {counts} in {lasted:.0f} s; who is right in at try {tries} and never kept out again;"
          f" slowest probe {slowest * 1000:.0f} ms, {grown} KiB more")


def many_addresses(binary):
    """Guessers of a hundred addresses keep the hashing busy, and nobody out who comes back, nor probes or mail waiting."""
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    # As costly as people make them.
    costly = crypt(PASSWORD.encode(), b"$2b$11$" + HASH[7:29].encode()).decode()
    with ExampleServer(binary, "--metrics-user", f"{USER}:{costly}", listeners=("smtp", "metrics")) as server:
        port = server.ports["metrics"]
        with contextlib.ExitStack() as guessers:
            begun = time.monotonic()
            crowd = [guessers.enter_context(Guesser(port, 1, f"127.1.0.{number}")) for number in range(1, 101)]
            tries, slowest, is_in = 0, 0.0, False
            while not is_in:
                status = ask(port, authorization=basic())[0]
                assert status in (200, 429, 503), status
                tries, is_in = tries + 1, status == 200
                assert time.monotonic() < begun + 120, f"kept out in {tries} tries"
                until = time.monotonic() + 1.5
                while not is_in and time.monotonic() < until:
                    asked = time.monotonic()
                    assert ask(port, "/live")[0] == 200
                    slowest = max(slowest, time.monotonic() - asked)
                    time.sleep(0.05)
            lasted = time.monotonic() - begun
            for guesser in crowd:
                guesser.is_ended = True
        counts = [guesser.counts for guesser in crowd]
        hashed = sum(count.get(401, 0) for count in counts)
        assert set().union(*counts) <= {401, 429, 503}, counts
        assert slowest < LATEST_PROBE, f"a probe took {slowest} s"
    print(f"a hundred addresses: {hashed} hashes in {lasted:.0f} s; who is right in at try {tries};"
          f" slowest probe {slowest * 1000:.0f} ms")


def malformed(binary, folder):
    """What no client sends is answered, and costs nothing."""
    values = [
        "", " ", "Basic", "Basic ", "Basic %%%", "Basic " + "A" * 8000, "Bearer " + "a" * 5000, "Basic " + "=" * 100,
        basic("x" * 4000), basic("a\0b"), basic("correct horse\0"), basic("x", "prometheus\0"), "Basic\tYTpi",
        "Digest username=x", "Negotiate " + "A" * 3000, basic() + ", " + basic(), "Basic " + "\x80" * 50,
    ]
    with ExampleServer(binary, "--metrics-user", f"{USER}:{HASH}", listeners=("smtp", "metrics")) as server:
        port = server.ports["metrics"]
        for _ in range(20):
            for value in values:
                status = ask(port, authorization=value.encode("latin-1") if value else None)[0]
                assert status in (400, 401, 431), f"{value[:40]!r}: {status}"
        # None of them was an attempt: five are left.
        assert [ask(port, authorization=basic(f"guess {n}"))[0] for n in range(6)] == 5 * [401] + [429]
        two = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        two.putrequest("GET", "/metrics")
        two.putheader("Authorization", basic())
        two.putheader("Authorization", basic())
        two.endheaders()
        assert two.getresponse().status == 401
        two.close()
    print(f"{len(values)} malformed fields: refused, and none counted")


# What is missing, or cannot be


def started(binary, *arguments, environment=None):
    """What a server says that does not start."""
    done = subprocess.run(
        [binary, "--smtp", "127.0.0.1:0", "--metrics", "127.0.0.1:0", *arguments], capture_output=True, text=True,
        timeout=60, env=os.environ | (environment or {}))
    assert done.returncode not in (0, None), done
    text = done.stdout + done.stderr
    assert not any(secret in text for secret in SECRETS), text
    return text


def refused_starts(binary, folder):
    token = folder / "token"
    token.write_text(TOKEN)
    # Libraries of these names that are none are found before the system's.
    hidden = folder / "hidden"
    hidden.mkdir()
    for name in ("libcrypt.so.1", "libcrypt.so.2"):
        (hidden / name).write_bytes(b"")
    without = {"LD_LIBRARY_PATH": f"{hidden}:{os.environ.get('LD_LIBRARY_PATH', '')}"}
    text = started(binary, "--metrics-user", f"{USER}:{HASH}", environment=without)
    assert "libcrypt.so.1" in text and "libcrypt.so.2" in text and "cannot check" in text, text
    previous = {name: os.environ.get(name) for name in without}
    os.environ.update(without)
    try:
        with ExampleServer(binary, "--metrics-token-file", str(token), listeners=("smtp", "metrics")) as server:
            port = server.ports["metrics"]
            assert ask(port, authorization=f"Bearer {TOKEN}")[0] == 200 and ask(port)[0] == 401
    finally:
        for name, value in previous.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    print("without libcrypt: a token is enough, a hash is refused at the start with what is missing")

    pipe, missing = folder / "pipe", folder / "missing"
    os.mkfifo(pipe)
    for path in (pipe, missing, folder, pathlib.Path("/dev/zero")):
        assert str(path) in started(binary, "--metrics-token-file", str(path)), path
    begun = time.monotonic()
    for hash in ("$2b$31$" + HASH[7:], "$6$rounds=999999999$salt$" + "a" * 86, "$y$jFT$salt$" + "a" * 43):
        assert "too costly" in started(binary, "--metrics-user", f"{USER}:{hash}"), hash
    assert time.monotonic() - begun < 60
    for hash in ("", "geheim", "$1$salt$geheim", HASH[:-1], HASH + "a"):
        assert "basicAuth.passwordHash" in started(binary, "--metrics-user", f"{USER}:{hash}"), hash
    print("pipes, folders and devices as files, and hashes that cost hours: refused at the start, at once")


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        token = folder / "metrics-token"
        token.write_text(TOKEN + "\n")
        faults = folder / "faults"
        faults.write_text("storage\n")
        arguments = ("--metrics-user", f"{USER}:{HASH}", "--metrics-token-file", str(token), "--faults", str(faults))
        with ExampleServer(binary, *arguments, listeners=("smtp", "metrics")) as server:
            port = server.ports["metrics"]
            clients(port, folder)
            fields(port)
            prometheus(port, folder)
            load_balancer(server.ports, folder)
            browsers(port)
        browsers_where_all_is_open(binary)
        malformed(binary, folder)
        rotation(binary, folder)
        attack(binary)
        many_addresses(binary)
        refused_starts(binary, folder)


if __name__ == "__main__":
    main()
