"""What is sent over SMTP in the acceptance tests? Good mail, mail refused on purpose, and bad manners."""

import smtplib
import socket

from transcript import PROTOCOL_ERRORS, RecordingSMTP

EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE" + "-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
SIZE_LIMIT = 100_000


class SMTPTraffic:
    """Drives one server and writes down, as its clients, what the metrics must say in the end."""

    def __init__(self, port, transcript):
        self.port = port
        self.transcript = transcript

    def connect(self):
        return RecordingSMTP(self.transcript, "127.0.0.1", self.port)

    # One message, by hand, so that each reply can be judged.
    def send(self, client, recipients, body, sender="sender@example.net", via="data"):
        add = self.transcript.add
        code, _ = client.mail(sender)
        assert code == 250, code
        accepted = []
        for recipient in recipients:
            code, _ = client.rcpt(recipient)
            if code == 250:
                accepted.append(recipient)
            elif code == 550:
                add('rusmes_smtp_messages_rejected_total{reason="unknown_recipient"}')
            elif code == 554:
                add('rusmes_smtp_messages_rejected_total{reason="relay_denied"}')
            local = recipient.split("@")[0].lower()
            if recipient.endswith("@example.com") and local not in ("alice", "bob"):
                result = "success" if "+" in local or local == "postmaster" else "failure"
                add(f'rusmes_alias_hook_results_total{{hook="exists",result="{result}"}}')
        if not accepted:
            client.rset()
            return None
        code, _ = client.data(body) if via == "data" else self.chunks(client, body)
        octets = len(smtplib._fix_eols(body).encode())
        self.judge(code, accepted, octets)
        return code

    def chunks(self, client, body):
        """The same message by BDAT, in two chunks."""
        data = smtplib._fix_eols(body).encode()
        half = len(data) // 2
        client.wrote_line("BDAT")
        client.send(b"BDAT %d\r\n" % half + data[:half])
        assert client.getreply()[0] == 250
        client.wrote_line("BDAT")
        client.send(b"BDAT %d LAST\r\n" % (len(data) - half) + data[half:])
        return client.getreply()

    def judge(self, code, accepted, octets):
        """What follows from the reply to a message."""
        add = self.transcript.add
        if code not in PROTOCOL_ERRORS and code != 552:
            add("rusmes_mail_processed_total")
            add("rusmes_message_processing_latency_seconds_count")
        if code != 250:
            return
        add("rusmes_smtp_messages_received_total")
        add("rusmes_queue_puts_total")
        add("rusmes_queue_items_written_total")
        add('rusmes_smtp_hook_results_total{result="accept"}')
        add("rusmes_smtp_message_size_bytes_count")
        add("rusmes_smtp_message_size_bytes_sum", octets)
        add("rusmes_smtp_recipients_per_message_count")
        add("rusmes_smtp_recipients_per_message_sum", len(accepted))
        add("rusmes_queue_wait_seconds_count")
        for recipient in accepted:
            domain = recipient.split("@")[1]
            add(f'rusmes_messages_per_domain_total{{domain="{domain}"}}')
            if domain == "example.com":
                add('rusmes_delivery_attempts_total{recipient="local",result="delivered"}')
                add('rusmes_delivery_attempt_duration_seconds_count{recipient="local"}')
                add("rusmes_delivery_total_duration_seconds_count")
                add("rusmes_mail_delivered_total")
                local = recipient.split("@")[0]
                if "+" in local or local == "postmaster":
                    add('rusmes_alias_hook_results_total{hook="resolve",result="success"}')

    def reject(self, reason):
        self.transcript.add(f'rusmes_smtp_messages_rejected_total{{reason="{reason}"}}')

    def hundred_messages(self):
        """100 messages over several connections, some of them refused on purpose."""
        for connection in range(5):
            with self.connect() as client:
                client.ehlo("client.example")
                for number in range(14):
                    body = f"Subject: mail {connection}.{number}\n\n.leading dot\n" + "text\n" * (10 * number)
                    recipients = ["alice@example.com"] if number % 2 else ["alice@example.com", "bob@example.com"]
                    via = "bdat" if number % 5 == 4 else "data"
                    assert self.send(client, recipients, body, via=via) == 250
                assert self.send(client, ["postmaster@example.com", "bob+list@example.com"], "Subject: a\n\nx\n") == 250
                self.refused_on_purpose(client)

    def refused_on_purpose(self, client):
        """Five messages that no sane server takes."""
        assert self.send(client, ["nobody@example.com", "alice@elsewhere.invalid"], "") is None
        for body, reason in ((f"Subject: v\n\n{EICAR}\n", "virus"), (f"Subject: s\n\n{GTUBE}\n", "spam")):
            assert self.send(client, ["alice@example.com"], body) == 554
            self.reject(reason)
            self.transcript.add('rusmes_smtp_hook_results_total{result="reject"}')
        assert self.send(client, ["alice@example.com"], "Received: x\n" * 60 + "\nloop\n") == 554
        self.reject("policy")
        self.transcript.add("rusmes_smtp_loops_detected_total")
        assert self.send(client, ["alice@example.com"], "Subject: big\n\n" + "x" * 70 + "\n" + "y\n" * SIZE_LIMIT) == 552
        self.reject("size")

    def bad_commands(self):
        """Malformed, unknown, misplaced and over-long lines: each gets its error and costs nothing else."""
        lines = [
            ("XYZZY", 500), ("MAIL FROM:<a@b.example>", 503), ("RCPT TO:<a@b.example>", 503), ("DATA", 503),
            ("EHLO", 501), ("HELO bad name", 501), ("EHLO client.example", 250), ("MAIL FROM:nobody", 501),
            ("MAIL FROM:<a@b.example> SIZE=x", 501), ("MAIL FROM:<a@b.example> FOO=1", 555), ("BDAT x", 501),
            ("VRFY alice", 252), ("EXPN list", 502), ("HELP", 214), ("STARTTLS", 454), ("NOOP x", 250),
            ("AUTH GSSAPI", 504), ("RSET", 250), (b"NOOP \xff\xfe", 500), (b"\x00\x01\x02", 500), ("", 500),
        ]
        with self.connect() as client:
            for line, code in lines:
                assert client.raw_line(line) == code, line
            assert client.raw_line("NOOP " + "x" * 505) == 250
            # Over the limit a line is thrown away unread: it counts as an unknown command.
            client.wrote_line("toolong")
            client.send(b"NOOP " + b"x" * 506 + b"\r\n")
            assert client.getreply()[0] == 500
        with self.connect() as client:
            client.ehlo("client.example")
            client.raw_line("MAIL FROM:<a@example.net>")
            client.raw_line("RCPT TO:<alice@example.com>")
            client.raw_line("DATA")
            client.send(b"x" * 999 + b"\r\n.\r\n")
            assert client.getreply()[0] == 500
            self.reject("syntax")
            assert client.raw_line("MAIL FROM:<a@example.net> SIZE=999999999") == 552
            self.reject("size")

    def authentication(self):
        """PLAIN and LOGIN, right and wrong, and one try too many."""
        def attempt(client, mechanism, user, password, expected, result):
            client.user, client.password = user, password
            try:
                code, _ = client.auth(mechanism, getattr(client, f"auth_{mechanism.lower()}"))
            except smtplib.SMTPAuthenticationError as error:
                code = error.smtp_code
            assert code == expected, (mechanism, code)
            self.transcript.add(f'rusmes_authentication_mechanisms_total{{mechanism="{mechanism.lower()}"}}')
            self.transcript.add(f'rusmes_authentication_attempts_total{{protocol="smtp",result="{result}"}}')

        for mechanism in ("PLAIN", "LOGIN"):
            with self.connect() as client:
                client.ehlo("client.example")
                attempt(client, mechanism, "alice", "wrong", 535, "failure")
                attempt(client, mechanism, "alice", "secret", 235, "success")
        with self.connect() as client:
            client.ehlo("client.example")
            for _ in range(5):
                attempt(client, "PLAIN", "bob", "wrong", 535, "failure")
            attempt(client, "PLAIN", "bob", "hush", 454, "rate_limited")

    def lmtp(self):
        """LHLO: one reply for each recipient."""
        with self.connect() as client:
            client.raw_line("LHLO client.example")
            client.raw_line("MAIL FROM:<>")
            client.raw_line("RCPT TO:<alice@example.com>")
            client.raw_line("RCPT TO:<bob@example.com>")
            client.raw_line("DATA")
            client.send(b"Subject: lmtp\r\n\r\n.\r\n")
            assert [client.getreply()[0] for _ in range(2)] == [250, 250]
            self.judge(250, ["alice@example.com", "bob@example.com"], len(b"Subject: lmtp\r\n\r\n"))

    def strangers(self):
        """HTTP, TLS and SSH on the SMTP port; a port check; and clients that just leave."""
        for data, name in (
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "http"),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "tls"),
            (b"SSH-2.0-OpenSSH_9.2\r\n", "other"),
        ):
            self.transcript.add(f'rusmes_smtp_wrong_protocol_total{{protocol="{name}"}}')
            self.transcript.add("rusmes_smtp_errors_total")
            answer = self.raw(data)
            assert b"\r\n554 " in answer, answer
            self.transcript.add('rusmes_smtp_replies_total{code="554"}')
        self.raw(b"")
        # A client that leaves in the middle of a session is an error of the session.
        self.raw(b"EHLO client.exam")
        self.transcript.add("rusmes_smtp_errors_total")

    def raw(self, data):
        """Octets without manners: sent, and the connection ended; what the server said."""
        add = self.transcript.add
        add("rusmes_smtp_connections_total")
        add('rusmes_tls_sessions_total{tls="no"}')
        add("rusmes_smtp_session_duration_seconds_count")
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            answer = connection.recv(4096)
            add('rusmes_smtp_replies_total{code="220"}')
            if data:
                connection.sendall(data)
                # Of a stranger's octets the server counts those it has read.
                add('rusmes_session_bytes_total{protocol="smtp",direction="received"}', len(data))
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(4096):
                answer += chunk
        add('rusmes_session_bytes_total{protocol="smtp",direction="sent"}', len(answer))
        return answer

    def everything(self):
        self.hundred_messages()
        self.bad_commands()
        self.authentication()
        self.lmtp()
        self.strangers()
