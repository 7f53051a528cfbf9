"""What did a client and the server really say to each other? A relay in between that keeps it, and what it must count."""

import re
import socket
import threading

from smtp_traffic import SMTPTraffic
from transcript import PROTOCOL_ERRORS, SMTP_COMMANDS


class RecordingRelay:
    """A free port that leads to the server; `said` has both sides of each connection, in octets."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.said = []
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            both = [b"", b""]
            self.said.append(both)
            for index, (source, sink) in enumerate(((client, server), (server, client))):
                thread = threading.Thread(target=self.copy, args=(source, sink, both, index), daemon=True)
                self.open.append(thread)
                thread.start()

    @staticmethod
    def copy(source, sink, both, index):
        try:
            while data := source.recv(65536):
                both[index] += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()

    def take(self):
        """The connections since the last time, when they have ended."""
        for thread in self.open:
            thread.join(timeout=20)
            assert not thread.is_alive(), "a connection did not end"
        taken, self.said, self.open = self.said, [], []
        return [(bytes(client), bytes(server)) for client, server in taken]


def count_smtp(transcript, client, server, users):
    """Writes down what one SMTP connection must have moved. Who pipelines is answered in the same order."""
    add = transcript.add
    traffic = SMTPTraffic(None, transcript)
    add("rusmes_smtp_connections_total")
    add('rusmes_tls_sessions_total{tls="no"}')
    add("rusmes_smtp_session_duration_seconds_count")
    for direction, octets in (("received", client), ("sent", server)):
        add(f'rusmes_session_bytes_total{{protocol="smtp",direction="{direction}"}}', len(octets))
    codes = [int(line[:3]) for line in server.split(b"\r\n") if line[3:4] == b" "]
    for code in codes:
        add(f'rusmes_smtp_replies_total{{code="{code}"}}')
        if code in PROTOCOL_ERRORS:
            add("rusmes_smtp_errors_total")
    codes = iter(codes[1:])
    verbs, accepted, is_lmtp = [], [], False
    while client:
        line, _, client = client.partition(b"\r\n")
        words = line.decode().split(" ")
        verb = words[0].lower()
        verb = verb if verb in SMTP_COMMANDS else "other"
        verbs.append(verb)
        add(f'rusmes_smtp_commands_total{{command="{verb}"}}')
        add(f'rusmes_smtp_command_duration_seconds_count{{command="{verb}"}}')
        code = next(codes)
        if verb == "mail":
            accepted = []
        elif verb == "lhlo":
            is_lmtp = True
        elif verb == "rcpt":
            recipient = re.search(r"<(.*)>", line.decode()).group(1)
            if code == 250:
                accepted.append(recipient)
            elif code == 550:
                traffic.reject("unknown_recipient")
            elif code == 554:
                traffic.reject("relay_denied")
            if recipient.endswith("@example.com") and recipient.split("@")[0] not in users:
                add('rusmes_alias_hook_results_total{hook="exists",result="failure"}')
        elif verb == "auth":
            while code == 334:
                _, _, client = client.partition(b"\r\n")
                code = next(codes)
            result = {235: "success", 535: "failure"}[code]
            add(f'rusmes_authentication_mechanisms_total{{mechanism="{words[1].lower()}"}}')
            add(f'rusmes_authentication_attempts_total{{protocol="smtp",result="{result}"}}')
        elif verb == "data" and code == 354:
            content, _, client = client.partition(b"\r\n.\r\n")
            content = re.sub(rb"(^|\r\n)\.", rb"\1", content + b"\r\n")
            # LMTP answers once for each recipient.
            code = [next(codes) for _ in (accepted if is_lmtp else [None])][0]
            traffic.judge(code, accepted, len(content))
            if code == 554:
                reason = "virus" if b"EICAR" in content else "spam"
                traffic.reject(reason)
                add('rusmes_smtp_hook_results_total{result="reject"}')
    assert next(codes, None) is None, "a reply to no command"
    return verbs


def count_imap(transcript, client, server):
    """Writes down what one IMAP connection must have moved."""
    add = transcript.add
    add("rusmes_imap_connections_total")
    add('rusmes_tls_sessions_total{tls="no"}')
    add("rusmes_imap_session_duration_seconds_count")
    for direction, octets in (("received", client), ("sent", server)):
        add(f'rusmes_session_bytes_total{{protocol="imap",direction="{direction}"}}', len(octets))
    verbs = {}
    for line in lines_without_literals(client):
        tag, verb, *rest = line.split(" ")
        verb = (rest[0] if verb == "UID" else verb).lower()
        verbs[tag] = verb
        add("rusmes_imap_commands_total")
        add(f'rusmes_imap_command_duration_seconds_count{{command="{verb}"}}')
    for line in lines_without_literals(server):
        tag, result = line.split(" ")[:2]
        if tag not in verbs:
            continue
        add(f'rusmes_imap_responses_total{{result="{result.lower()}"}}')
        if result == "BAD":
            add("rusmes_imap_errors_total")
        if verbs[tag] in ("login", "authenticate"):
            mechanism = "plain" if verbs[tag] == "authenticate" else "login"
            add(f'rusmes_authentication_mechanisms_total{{mechanism="{mechanism}"}}')
            result = "success" if result == "OK" else "failure"
            add(f'rusmes_authentication_attempts_total{{protocol="imap",result="{result}"}}')
    return list(verbs.values())


def lines_without_literals(octets):
    lines, line = [], b""
    while octets:
        piece, _, octets = octets.partition(b"\r\n")
        line += piece
        literal = re.search(rb"\{(\d+)\+?\}$", piece)
        if literal:
            octets = octets[int(literal.group(1)):]
        else:
            lines.append(line.decode("utf-8", "replace"))
            line = b""
    return lines
