"""What is done over IMAP in the acceptance tests? A whole life of a mailbox, and bad manners."""

import imaplib
import socket
import time

from transcript import RecordingIMAP

MESSAGE = b"From: me <me@example.net>\r\nTo: alice@example.com\r\nSubject: appended\r\n\r\nappended body\r\n"


class IMAPTraffic:
    def __init__(self, port, transcript):
        self.port = port
        self.transcript = transcript

    def connect(self):
        return RecordingIMAP(self.transcript, "127.0.0.1", self.port)

    def attempted(self, mechanism, result):
        self.transcript.add(f'rusmes_authentication_mechanisms_total{{mechanism="{mechanism}"}}')
        self.transcript.add(f'rusmes_authentication_attempts_total{{protocol="imap",result="{result}"}}')

    def log_in(self, client, user, password):
        assert client.login(user, password)[0] == "OK"
        self.attempted("login", "success")

    def mailbox_life(self):
        """Every command that imaplib has for what this server can do."""
        with self.connect() as client:
            client.authenticate("PLAIN", lambda _: b"\0alice\0secret")
            self.attempted("plain", "success")
            assert len(client.list()[1]) == 4
            assert len(client.lsub()[1]) == 4
            for _ in range(5):
                assert client.append("Drafts", "(\\Seen)", imaplib.Time2Internaldate(time.time()), MESSAGE)[0] == "OK"
            assert client.select("Drafts")[1] == [b"5"]
            assert client.status("INBOX", "(MESSAGES UNSEEN UIDNEXT)")[0] == "OK"
            assert client.search(None, "SUBJECT", "appended")[1] == [b"1 2 3 4 5"]
            assert client.uid("SEARCH", None, "SEEN")[1] == [b"1 2 3 4 5"]
            typ, data = client.fetch("1", "(FLAGS RFC822.SIZE ENVELOPE BODY[])")
            assert data[0][1] == MESSAGE, data
            assert client.uid("FETCH", "2:3", "(BODY.PEEK[TEXT])")[1][0][1] == b"appended body\r\n"
            assert client.store("1:2", "+FLAGS", "(\\Deleted)")[0] == "OK"
            assert client.copy("3", "Trash")[0] == "OK"
            assert client.uid("COPY", "4", "Sent")[0] == "OK"
            assert client.expunge()[1] == [b"2", b"1"]
            assert client.noop()[0] == "OK"
            assert client.check()[0] == "OK"
            assert client.unselect()[0] == "OK"
            assert client.select("Drafts", readonly=True)[1] == [b"3"]
            assert client.close()[0] == "OK"
            assert client.select("Nowhere")[0] == "NO"
            self.folder_life(client)

    def folder_life(self, client):
        """Mailboxes made, subscribed to, filled and taken away again, and what is refused clearly."""
        assert client.namespace()[1] == [b'(("" "/")) NIL NIL']
        assert client.create("Work/Deep")[0] == "OK"
        assert client.create("Work")[0] == "NO"
        assert client.subscribe("Work/Deep")[0] == "OK"
        assert len(client.list()[1]) == 6 and len(client.lsub()[1]) == 5
        typ, data = client.append("Work/Deep", None, None, MESSAGE)
        assert data[0].startswith(b"[APPENDUID "), data
        assert client.select("Work/Deep")[1] == [b"1"]
        assert b'BODYSTRUCTURE ("text" "plain" ' in client.fetch("1", "(BODYSTRUCTURE)")[1][0]
        assert client.fetch("1", "(BODY.PEEK[1])")[1][0][1] == b"appended body\r\n"
        assert client.search("KOI8-R", "SUBJECT", "x")[0] == "NO"
        assert client.store("1", "+FLAGS.SILENT", "(\\Deleted)")[0] == "OK"
        assert client.uid("EXPUNGE", "2")[0] == "OK" and client.response("EXPUNGE")[1] == [None]
        assert client.uid("EXPUNGE", "1")[0] == "OK" and client.response("EXPUNGE")[1] == [b"1"]
        assert client.rename("Work", "Play")[0] == "NO"
        assert client.delete("Work")[0] == "NO"
        assert client.delete("Work/Deep")[0] == "OK" and client.delete("Work")[0] == "OK"
        assert client.unsubscribe("Work/Deep")[0] == "OK"

    def bad_manners(self):
        """Wrong passwords, unknown commands, and lines and literals over the limit."""
        with self.connect() as client:
            for number in range(6):
                try:
                    client.login("bob", "wrong")
                    raise AssertionError("a wrong password was taken")
                except imaplib.IMAP4.error as error:
                    limited = b"[LIMIT]" in error.args[0] if isinstance(error.args[0], bytes) else "[LIMIT]" in str(error)
                assert limited == (number == 5), number
                self.attempted("login", "rate_limited" if limited else "failure")
            try:
                client.xatom("XBOGUS")
                raise AssertionError("an unknown command was taken")
            except imaplib.IMAP4.error:
                pass
        add = self.transcript.add
        answer = self.raw(b"a NOOP " + b"x" * 70_000 + b"\r\nb LOGIN {5000}\r\nc LOGOUT\r\n")
        assert b"* BAD Line too long" in answer and b"b NO [TOOBIG]" in answer and b"c OK" in answer, answer
        add("rusmes_imap_commands_total", 3)
        add("rusmes_imap_errors_total")
        for result in ("bad", "no", "ok"):
            add(f'rusmes_imap_responses_total{{result="{result}"}}')
        add('rusmes_imap_command_duration_seconds_count{command="other"}', 2)
        add('rusmes_imap_command_duration_seconds_count{command="logout"}')
        # A client that leaves without LOGOUT is an error of its session; a port check is not.
        self.raw(b"a CAPAB")
        add("rusmes_imap_errors_total")
        self.raw(b"")

    def raw(self, data):
        add = self.transcript.add
        add("rusmes_imap_connections_total")
        add('rusmes_tls_sessions_total{tls="no"}')
        add("rusmes_imap_session_duration_seconds_count")
        add('rusmes_session_bytes_total{protocol="imap",direction="received"}', len(data))
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        add('rusmes_session_bytes_total{protocol="imap",direction="sent"}', len(answer))
        return answer

    def idle(self, deliver, hold=2.5):
        """Waits for the news of a message that `deliver` sends, long enough for a scrape to see it wait."""
        with self.connect() as client:
            self.log_in(client, "alice", "secret")
            assert client.select()[0] == "OK"
            tag = client._new_tag()
            client.count("idle")
            client.send(tag + b" IDLE\r\n")
            assert client.readline() == b"+ idling\r\n"
            deliver()
            assert client.readline().endswith(b" EXISTS\r\n")
            self.transcript.add("rusmes_push_deliveries_total")
            time.sleep(hold)
            client.send(b"DONE\r\n")
            assert client.readline().startswith(tag + b" OK")

    def what_is_stored(self, users):
        """The store as its clients see it: mailboxes, messages and octets of all accounts."""
        mailboxes = messages = octets = 0
        for user, password in users:
            with self.connect() as client:
                self.log_in(client, user, password)
                for line in client.list()[1]:
                    mailboxes += 1
                    count = int(client.select(line.split()[-1].decode(), readonly=True)[1][0])
                    messages += count
                    if count:
                        sizes = client.fetch("1:*", "(RFC822.SIZE)")[1]
                        octets += sum(int(size.split()[-1].rstrip(b")")) for size in sizes)
        return mailboxes, messages, octets

    def everything(self):
        self.mailbox_life()
        self.bad_manners()
