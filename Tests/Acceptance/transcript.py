"""What did the clients themselves see? Counts of commands, replies, outcomes and octets, kept on their side only."""

import base64
import collections
import imaplib
import smtplib
import socket


class Transcript:
    """Expected values of the server's series, written down by clients as they act.

    Nothing here is read from the server's metrics: a command counts when it is sent, a reply when it arrives.
    """

    def __init__(self):
        self.counts = collections.Counter()

    def add(self, series, amount=1):
        self.counts[series] += amount


SMTP_COMMANDS = (
    "helo ehlo lhlo mail rcpt data bdat rset noop vrfy expn help auth starttls quit".split()
)
PROTOCOL_ERRORS = {500, 501, 502, 503, 504, 555}


class RecordingSMTP(smtplib.SMTP):
    """`smtplib` that writes down every command it sends and every reply it gets."""

    def __init__(self, transcript, host, port):
        self.transcript = transcript
        self.in_auth = False
        transcript.add("rusmes_smtp_connections_total")
        transcript.add('rusmes_tls_sessions_total{tls="no"}')
        transcript.add("rusmes_smtp_session_duration_seconds_count")
        super().__init__(host, port, timeout=20)

    def send(self, s):
        data = s.encode("ascii") if isinstance(s, str) else bytes(s)
        self.transcript.add('rusmes_session_bytes_total{protocol="smtp",direction="received"}', len(data))
        super().send(data)

    def putcmd(self, cmd, args=""):
        self.wrote_line(f"{cmd} {args}" if args else cmd)
        super().putcmd(cmd, args)

    def wrote_line(self, line):
        """Counts a command line; lines of an AUTH dialogue are none."""
        if self.in_auth:
            return
        verb = line.split(" ")[0].lower()
        command = verb if verb in SMTP_COMMANDS else "other"
        self.transcript.add(f'rusmes_smtp_commands_total{{command="{command}"}}')
        self.transcript.add(f'rusmes_smtp_command_duration_seconds_count{{command="{command}"}}')
        self.in_auth = verb == "auth"

    def getreply(self):
        reader = self.file or self.sock.makefile("rb")
        self.file = _CountingReader(reader, self.transcript, "smtp")
        try:
            code, text = super().getreply()
        finally:
            if self.file is not None:
                self.file = self.file.inner
        self.transcript.add(f'rusmes_smtp_replies_total{{code="{code}"}}')
        if code in PROTOCOL_ERRORS:
            self.transcript.add("rusmes_smtp_errors_total")
        if code != 334:
            self.in_auth = False
        return code, text

    def raw_line(self, line):
        """Sends a line as it is and returns the reply's code."""
        data = line if isinstance(line, bytes) else line.encode("utf-8")
        self.wrote_line(data.decode("latin-1"))
        self.send(data + b"\r\n")
        return self.getreply()[0]


class _CountingReader:
    """Counts the octets of the lines it hands on."""

    def __init__(self, inner, transcript, protocol):
        self.inner = inner
        self.transcript = transcript
        self.protocol = protocol

    def readline(self, *arguments):
        line = self.inner.readline(*arguments)
        self.transcript.add(
            f'rusmes_session_bytes_total{{protocol="{self.protocol}",direction="sent"}}', len(line)
        )
        return line

    def close(self):
        self.inner.close()


class RecordingIMAP(imaplib.IMAP4):
    """`imaplib` that writes down every command, every tagged response and every octet."""

    def __init__(self, transcript, host, port):
        self.transcript = transcript
        transcript.add("rusmes_imap_connections_total")
        transcript.add('rusmes_tls_sessions_total{tls="no"}')
        transcript.add("rusmes_imap_session_duration_seconds_count")
        super().__init__(host, port, timeout=20)

    def _command(self, name, *arguments):
        verb = (arguments[0] if name.upper() == "UID" and arguments else name).lower()
        self.count(verb)
        return super()._command(name, *arguments)

    def count(self, verb):
        known = {"check": "noop", "lsub": "list", "xbogus": "other"}
        self.transcript.add("rusmes_imap_commands_total")
        self.transcript.add(
            f'rusmes_imap_command_duration_seconds_count{{command="{known.get(verb, verb)}"}}'
        )

    def readline(self):
        line = super().readline()
        self.received(line)
        words = line.split(b" ", 2)
        if len(words) > 1 and words[0] not in (b"*", b"+") and words[1] in (b"OK", b"NO", b"BAD"):
            if words[0].startswith(self.tagpre):
                result = words[1].decode().lower()
                self.transcript.add(f'rusmes_imap_responses_total{{result="{result}"}}')
                if result == "bad":
                    self.transcript.add("rusmes_imap_errors_total")
        return line

    def read(self, size):
        data = super().read(size)
        self.received(data)
        return data

    def received(self, data):
        self.transcript.add('rusmes_session_bytes_total{protocol="imap",direction="sent"}', len(data))

    def shutdown(self):
        # imaplib is content with BYE; the tagged OK after it was sent as well.
        while self.readline():
            pass
        super().shutdown()

    def send(self, data):
        self.transcript.add('rusmes_session_bytes_total{protocol="imap",direction="received"}', len(data))
        super().send(data)


def raw_exchange(port, data):
    """Sends octets as they are; everything the server says until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def basic(user, password):
    """The value of an Authorization field."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
