#!/usr/bin/env python3
"""Do clients that people have get along with the example, and does each leave exactly the counts that it should?

swaks and curl for mail, curl for JMAP, and HAProxy, which checks whether the server is ready. Between a client and the
server stands a relay that keeps what both said. Needs Debian's swaks, curl and haproxy.
Usage: smtp_http_clients.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import contextlib
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

from example_server import ExampleServer
from recording_relay import RecordingRelay, count_imap, count_smtp
from smtp_counters import differences
from smtp_traffic import EICAR, GTUBE
from transcript import Transcript

USERS = {"alice": "secret", "bob": "hush"}
JMAP = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]


def run(*command, expected=0):
    """Runs a client to its end; its output."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == expected, f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def agree(server, transcript, what):
    """Until every series is what the clients saw, and none moved that they know nothing of."""
    deadline = time.monotonic() + 30
    while wrong := differences(server.samples(), transcript):
        assert time.monotonic() < deadline, f"after {what}:\n" + "\n".join(wrong)
        time.sleep(0.1)


# Mail


def swaks(relay, *arguments, expected=0):
    sender = ("--helo", "client.example", "--from", "sender@example.net")
    recipient = () if "--to" in arguments else ("--to", "alice@example.com")
    run("swaks", "--server", f"127.0.0.1:{relay.port}", *sender, *recipient, *arguments, expected=expected)


def smtp_clients(relay, folder):
    """Each client's name, its run, and the commands that it must have sent."""
    mail = folder / "mail"
    mail.write_bytes(b"Subject: curl\r\n\r\n.a line that begins with a dot\r\n")
    url = f"smtp://127.0.0.1:{relay.port}/client.example"
    login = ("--auth-user", "alice", "--auth-password")
    to_alice = ("--mail-from", "sender@example.net", "--mail-rcpt", "alice@example.com", "-T", str(mail))
    transaction = "mail rcpt data"

    def curl(*arguments, expected=0):
        run("curl", "-sS", url, *arguments, expected=expected)

    return [
        ("swaks", lambda: swaks(relay), f"ehlo {transaction} quit"),
        ("swaks --pipeline", lambda: swaks(relay, "--pipeline"), f"ehlo {transaction} quit"),
        ("swaks over HELO", lambda: swaks(relay, "--protocol", "SMTP"), f"helo {transaction} quit"),
        (
            "swaks over LMTP, two recipients",
            lambda: swaks(relay, "--protocol", "LMTP", "--to", "alice@example.com,bob@example.com"),
            "lhlo mail rcpt rcpt data quit",
        ),
        (
            "swaks AUTH PLAIN", lambda: swaks(relay, "--auth", "PLAIN", *login, "secret"),
            f"ehlo auth {transaction} quit",
        ),
        (
            "swaks AUTH LOGIN", lambda: swaks(relay, "--auth", "LOGIN", *login, "secret"),
            f"ehlo auth {transaction} quit",
        ),
        (
            "swaks, wrong password", lambda: swaks(relay, "--auth", "PLAIN", *login, "wrong", expected=28),
            "ehlo auth quit",
        ),
        (
            "swaks, unknown recipient", lambda: swaks(relay, "--to", "nobody@example.com", expected=24),
            "ehlo mail rcpt quit",
        ),
        (
            "swaks, relaying", lambda: swaks(relay, "--to", "x@elsewhere.invalid", expected=24),
            "ehlo mail rcpt quit",
        ),
        ("swaks, a virus", lambda: swaks(relay, "--body", EICAR, expected=26), f"ehlo {transaction} quit"),
        ("swaks, spam", lambda: swaks(relay, "--body", GTUBE, expected=26), f"ehlo {transaction} quit"),
        ("swaks wants TLS", lambda: swaks(relay, "--tls", expected=29), "ehlo quit"),
        ("swaks leaves early", lambda: swaks(relay, "--quit-after", "RCPT"), "ehlo mail rcpt quit"),
        ("curl", lambda: curl(*to_alice), f"ehlo {transaction} quit"),
        ("curl AUTH", lambda: curl("--user", "alice:secret", *to_alice), f"ehlo auth {transaction} quit"),
        ("curl, wrong password", lambda: curl("--user", "alice:x", *to_alice, expected=67), "ehlo auth quit"),
        ("curl VRFY", lambda: curl("--mail-rcpt", "alice"), "ehlo vrfy quit"),
        ("curl HELP", lambda: curl(), "ehlo help quit"),
    ]


def imap_clients(relay, folder):
    base = f"imap://127.0.0.1:{relay.port}/"

    def curl(path, *arguments, user="alice:secret", expected=0):
        return run("curl", "-sS", base + path, "--user", user, *arguments, expected=expected)

    def reads():
        assert "Return-Path: <sender@example.net>" in curl("INBOX;UID=1")

    def searches():
        assert curl("INBOX?SUBJECT%20curl").startswith("* SEARCH ")

    begin = "capability authenticate"
    return [
        ("curl lists over IMAP", lambda: curl(""), f"{begin} list logout"),
        ("curl reads over IMAP", reads, f"{begin} select fetch logout"),
        ("curl searches over IMAP", searches, f"{begin} select search logout"),
        ("curl appends over IMAP", lambda: curl("Drafts", "-T", str(folder / "mail")), f"{begin} append logout"),
        ("curl, wrong password over IMAP", lambda: curl("", user="alice:x", expected=67), f"{begin} logout"),
    ]


def mail_clients(server, transcript, folder):
    smtp, imap = (RecordingRelay(server.ports[name]) for name in ("smtp", "imap"))
    count = 0
    for relay, clients in ((smtp, smtp_clients(smtp, folder)), (imap, imap_clients(imap, folder))):
        for name, act, expected in clients:
            act()
            ((client, answer),) = relay.take()
            if relay is smtp:
                verbs = count_smtp(transcript, client, answer, USERS)
            else:
                verbs = count_imap(transcript, client, answer)
            # Some versions of curl close the connection instead of a last word.
            assert " ".join(verbs).removesuffix(" quit").removesuffix(" logout") == expected.removesuffix(
                " quit").removesuffix(" logout"), f"{name} sent {verbs}"
            agree(server, transcript, name)
            count += 1
    print(f"{count} clients for mail, after each of them the counts are those of its dialogue")


# JMAP


class JMAPByCurl:
    def __init__(self, server, transcript, folder):
        self.server, self.transcript, self.body = server, transcript, folder / "body"
        self.base = f"http://127.0.0.1:{server.ports['jmap']}"

    def __call__(self, path, *arguments, body=None, status=200, user="alice:secret", type="application/json"):
        """One request, what it must have moved, and the body of its answer."""
        add = self.transcript.add
        command = ["curl", "-sS", "-w", "%{stderr}%{http_code}", path if "://" in path else self.base + path]
        if user:
            command += ["--user", user]
            result = "success" if status != 401 else "failure"
            add('rusmes_authentication_mechanisms_total{mechanism="other"}')
            add(f'rusmes_authentication_attempts_total{{protocol="jmap",result="{result}"}}')
        if body is not None:
            self.body.write_bytes(body)
            command += ["--data-binary", f"@{self.body}", "-H", f"Content-Type: {type}"]
            if path.endswith("/jmap/api"):
                add("rusmes_jmap_requests_total")
                add("rusmes_jmap_request_duration_seconds_count")
                if status != 200:
                    add("rusmes_jmap_errors_total")
        done = subprocess.run([*command, *arguments], capture_output=True, timeout=60)
        assert done.returncode == 0 and done.stderr == str(status).encode(), (path, done)
        return done.stdout

    def call(self, *calls, using=JMAP):
        answer = json.loads(self("/jmap/api", body=json.dumps({"using": using, "methodCalls": calls}).encode()))
        for call, response in zip(calls, answer["methodResponses"], strict=True):
            if call[0] != "Email/dream":
                self.transcript.add(f'rusmes_jmap_method_duration_seconds_count{{method="{call[0]}"}}')
            if response[0] == "error":
                self.transcript.add("rusmes_jmap_errors_total")
        return [response[1] for response in answer["methodResponses"]]


def jmap_client(server, transcript, folder):
    """What a client does from the session to the octets of an attachment, with nothing but the session's own URLs."""
    jmap = JMAPByCurl(server, transcript, folder)
    session = json.loads(jmap("/.well-known/jmap"))
    account = {"accountId": session["primaryAccounts"][JMAP[1]]}
    jmap("/jmap/session", "--head")

    def url(url, **values):
        result = session[url]
        for key, value in (account | values).items():
            result = result.replace("{" + key + "}", value)
        return result

    asked = ["header:Subject:asText", "header:Received:asRaw:all", "bodyStructure", "headers", "bodyValues", "textBody"]
    ids = {"resultOf": "a", "name": "Email/query", "path": "/ids"}
    query, mails = jmap.call(
        ["Email/query", account | {"filter": {"subject": "curl"}, "limit": 1}, "a"],
        ["Email/get", account | {"#ids": ids, "properties": asked, "fetchTextBodyValues": True}, "b"],
    )
    (mail,) = mails["list"]
    assert mail["header:Subject:asText"] == "curl" and len(mail["header:Received:asRaw:all"]) == 1
    (part,) = mail["textBody"]
    text = ".a line that begins with a dot\n"
    assert mail["bodyValues"][part["partId"]]["value"] == text, mail
    download = url("downloadUrl", blobId=part["blobId"], name="x.txt", type="text/plain")
    assert jmap(download) == text.replace("\n", "\r\n").encode()
    assert b"event: state" in jmap(url("eventSourceUrl", types="*", closeafter="state", ping="0"))
    jmap(url("uploadUrl"), body=b"x", status=413)
    jmap(download.replace(part["blobId"], "b999"), status=404)
    errors = jmap.call(["Email/dream", account, "a"], ["Email/get", account | {"properties": ["x"]}, "b"])
    assert [error["type"] for error in errors] == ["unknownMethod", "invalidArguments"]
    (unknown,) = jmap.call(["Email/get", account | {"ids": []}, "a"], using=JMAP[:1])
    assert unknown["type"] == "unknownMethod"
    jmap("/jmap/api", body=b"{}", type="text/plain", status=400)
    jmap("/jmap/api", body=b"{}", user="alice:wrong", status=401)
    jmap("/jmap/api", "-X", "PUT", user=None, status=405)
    agree(server, transcript, "JMAP by curl")
    print("JMAP by curl: from the session to a download, and what is refused")


# HAProxy

CONFIGURATION = """
global
  stats socket {folder}/stats
defaults
  timeout connect 10s
  timeout client 10s
  timeout server 10s
  timeout check 10s
  default-server inter 200ms fall 2 rise 2
listen as_it_comes
  mode http
  bind unix@{folder}/a
  option httpchk
  server example 127.0.0.1:{metrics} check
listen with_a_path
  mode http
  bind unix@{folder}/b
  option httpchk /ready
  server example 127.0.0.1:{metrics} check
listen mail_by_readiness
  mode tcp
  bind unix@{folder}/c
  option httpchk GET /ready
  server example 127.0.0.1:{smtp} check port {metrics}
listen mail_by_smtp
  mode tcp
  bind unix@{folder}/d
  option smtpchk EHLO lb.example
  server example 127.0.0.1:{smtp} check
"""


class HAProxy:
    def __init__(self, folder, ports, configuration=CONFIGURATION):
        self.folder = folder
        path = folder / "haproxy.cfg"
        path.write_text(configuration.format(folder=folder, **ports))
        self.process = subprocess.Popen(["haproxy", "-db", "-f", str(path)], stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=20)

    def states(self):
        """Whether each backend's server is up, after some check."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(f"{self.folder}/stats")
            connection.sendall(b"show stat\n")
            table = b"".join(iter(lambda: connection.recv(65536), b"")).decode().splitlines()
            names = table[0].removeprefix("# ").split(",")
            rows = [dict(zip(names, line.split(","))) for line in table[1:] if line]
            return {
                row["pxname"]: row["status"].split(" ")[0]
                for row in rows if row["svname"] == "example" and row["check_status"].strip("* ") not in ("", "INI")
            }
        return {}

    def wait_for(self, **expected):
        deadline = time.monotonic() + 60
        while (states := self.states()) != expected:
            assert self.process.poll() is None, self.process.stderr.read()
            assert time.monotonic() < deadline, f"{states}, expected {expected}"
            time.sleep(0.1)


def load_balancer(server, faults, folder):
    before = server.samples()
    all_up = dict.fromkeys(("as_it_comes", "with_a_path", "mail_by_readiness", "mail_by_smtp"), "UP")
    with HAProxy(folder, server.ports) as haproxy:
        haproxy.wait_for(**all_up)
        faults.write_text("maintenance\n")
        haproxy.wait_for(**all_up | dict.fromkeys(("with_a_path", "mail_by_readiness"), "DOWN"))
        faults.write_text("")
        haproxy.wait_for(**all_up)
    after = server.samples()
    assert after["rusmes_smtp_connections_total"] > before["rusmes_smtp_connections_total"]
    for name in ("rusmes_smtp_errors_total", "rusmes_imap_errors_total", "rusmes_jmap_errors_total"):
        assert after.get(name) == before.get(name), f"{name} moved by a load balancer's checks"
    print("HAProxy: UP, DOWN in maintenance and UP again, and its checks of SMTP are no errors")


def main():
    transcript = Transcript()
    arguments = [word for name, password in USERS.items() for word in ("--user", f"{name}:{password}")]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        faults = folder / "faults"
        faults.write_text("")
        arguments += ["--faults", str(faults)]
        with ExampleServer(sys.argv[1], *arguments, listeners=("smtp", "imap", "jmap", "metrics")) as server:
            mail_clients(server, transcript, folder)
            jmap_client(server, transcript, folder)
            load_balancer(server, faults, folder)


if __name__ == "__main__":
    main()
