#!/usr/bin/env python3
"""Do mail clients that people have get along with the example over IMAP, and do its metrics stay true?

mbsync (over a restart of the server), offlineimap, fetchmail, mutt, and the dialogue of a graphical client. Needs Debian's
isync, offlineimap3, fetchmail and mutt. Usage: imap_clients.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import contextlib
import imaplib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import graphical_client
from example_server import ExampleServer


def mail(subject):
    return (
        f"From: me@example.net\r\nTo: alice@example.com\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject}@example.net>\r\nDate: Mon, 7 Feb 2022 21:52:25 +0100\r\n\r\nThe text of {subject}\r\n"
    ).encode()


class Client:
    """A folder for one client, and the server that it talks to."""

    def __init__(self, server, folder):
        self.folder = folder
        self.server = server
        self.environment = {**os.environ, "HOME": str(folder), "FETCHMAILHOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8"}

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def run(self, *command, expected=(0,)):
        """Runs the client to its end; what it said."""
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=120, env=self.environment, cwd=self.folder,
            stdin=subprocess.DEVNULL)
        said = done.stdout + done.stderr
        assert done.returncode in expected, f"{command} ended with {done.returncode}:\n{said}"
        return said

    def add(self, subject, maildir):
        """A new mail in a Maildir of the client's own."""
        for name in ("new", "cur", "tmp"):
            (maildir / name).mkdir(parents=True, exist_ok=True)
        (maildir / "new" / f"{time.time_ns()}.own.here").write_bytes(mail(subject).replace(b"\r\n", b"\n"))

    @contextlib.contextmanager
    def log_in(self):
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=30) as connection:
            connection.login("alice", "secret")
            yield connection

    def deliver(self, *subjects, mailbox="INBOX"):
        with self.log_in() as connection:
            for subject in subjects:
                assert connection.append(mailbox, None, None, mail(subject))[0] == "OK"

    def stored(self, mailbox="INBOX", search="ALL"):
        """The subjects of the server's messages that a search finds."""
        with self.log_in() as connection:
            assert connection.select(mailbox, readonly=True)[0] == "OK", mailbox
            subjects = []
            for number in connection.search(None, search)[1][0].split():
                field = connection.fetch(number, "(BODY.PEEK[HEADER.FIELDS (Subject)])")[1][0][1]
                subjects.append(field.decode().split(":", 1)[1].strip())
            return sorted(subjects)


def kept(maildir):
    """The subjects of the mails in a Maildir, and their files."""
    found = {}
    for path in [*(maildir / "cur").iterdir(), *(maildir / "new").iterdir()]:
        subject = next(line for line in path.read_text().splitlines() if line.startswith("Subject: "))
        found[subject.removeprefix("Subject: ")] = path
    return found


def expect(found, *subjects):
    assert sorted(found) == sorted(subjects), f"{sorted(found)} in place of {sorted(subjects)}"


def mbsync(client):
    def sync(expected=(0,)):
        configuration = client.write("mbsyncrc", f"""
IMAPAccount example
Host 127.0.0.1
Port {client.server.ports["imap"]}
User alice
Pass secret
SSLType None
AuthMechs LOGIN

IMAPStore far
Account example

MaildirStore near
Path {client.folder}/mail/
Inbox {client.folder}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
""")
        return client.run("mbsync", "-c", configuration, "all", expected=expected)

    inbox = client.folder / "mail" / "INBOX"
    (client.folder / "mail").mkdir()
    client.deliver("first", "second")
    sync()
    expect(kept(inbox), "first", "second")
    # A mailbox and a mail that only the client has, a flag that it set.
    client.add("own", inbox)
    client.add("work", client.folder / "mail" / "Work")
    path = kept(inbox)["first"]
    path.rename(inbox / "cur" / (path.name.split(":")[0] + ":2,FS"))
    sync()
    expect(client.stored(), "first", "second", "own")
    expect(client.stored("Work"), "work")
    expect(client.stored(search="FLAGGED SEEN"), "first")
    # What one side expunges goes on the other.
    with client.log_in() as connection:
        connection.select("INBOX")
        connection.store("2", "+FLAGS", "(\\Deleted)")
        connection.expunge()
    kept(inbox)["own"].unlink()
    sync()
    expect(client.stored(), "first")
    expect(kept(inbox), "first")
    return sync


def mbsync_after_restart(client, sync):
    """The new server has other mail under the UIDs of the old: nobody may lose anything."""
    client.deliver("other", "another")
    said = sync(expected=(0, 1))
    assert "UIDVALIDITY" in said, said
    stored = client.stored()
    assert {"other", "another"} <= set(stored), stored
    assert "first" in kept(client.folder / "mail" / "INBOX")


def offlineimap(client):
    configuration = client.write("offlineimaprc", f"""
[general]
accounts = example
metadata = {client.folder}/metadata
[Account example]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = {client.folder}/mail
[Repository far]
type = IMAP
remotehost = 127.0.0.1
remoteport = {client.server.ports["imap"]}
remoteuser = alice
remotepass = secret
auth_mechanisms = LOGIN
ssl = no
starttls = no
""")

    def sync():
        client.run("offlineimap", "-c", configuration, "-o", "-u", "basic")

    client.deliver("first", "second")
    sync()
    mails = client.folder / "mail"
    expect(kept(mails / "INBOX"), "first", "second")
    client.add("own", mails / "INBOX")
    client.add("work", mails / "Work")
    path = kept(mails / "INBOX")["first"]
    path.rename(path.parent.parent / "cur" / (path.name.split(":")[0] + ":2,FS"))
    kept(mails / "INBOX")["second"].unlink()
    sync()
    expect(client.stored(), "first", "own")
    expect(client.stored("Work"), "work")
    expect(client.stored(search="FLAGGED SEEN"), "first")


def fetchmail(client):
    fetched = client.folder / "fetched"
    configuration = client.write("fetchmailrc", f"""
poll 127.0.0.1 service {client.server.ports["imap"]} protocol IMAP auth password
  user alice password secret sslproto '' mda "cat >> {fetched}"
""")
    client.deliver("first", "second")
    client.run("fetchmail", "-f", configuration)
    text = fetched.read_text()
    assert "The text of first" in text and "The text of second" in text, text
    expect(client.stored())
    # 1: nothing there.
    client.run("fetchmail", "-f", configuration, expected=(1,))


def mutt(client):
    configuration = client.write("muttrc", f"""
set imap_user=alice imap_pass=secret imap_authenticators=login
set ssl_starttls=no ssl_force_tls=no
set folder=imap://127.0.0.1:{client.server.ports["imap"]}/ spoolfile=+INBOX
set copy=no move=no confirmappend=no confirmcreate=no delete=yes quit=yes wait_key=no
""")
    client.deliver("first", "doomed", "filed")
    keys = (
        "<tag-pattern>~s filed<enter><tag-prefix><copy-message>=Work/Mutt<enter>"
        "<delete-pattern>~s doomed<enter><flag-message><quit>"
    )
    command = f"mutt -F {configuration} -e \"push '{keys}'\""
    client.run("script", "-qec", command, "/dev/null")
    expect(client.stored(), "first", "filed")
    expect(client.stored("Work/Mutt"), "filed")


def graphical(client):
    with client.log_in() as connection:
        assert connection.append("INBOX", None, None, graphical_client.MESSAGE)[0] == "OK"
    before = client.server.samples()["rusmes_imap_commands_total"]
    commands = graphical_client.play(client.server.ports["imap"])
    counted = client.server.samples()["rusmes_imap_commands_total"] - before
    assert counted == commands, f"{counted:g} commands counted, {commands} sent"


def check_metrics(client, name):
    """No error, each command answered, and the gauges of the store as its client counts."""
    with client.log_in() as connection:
        mailboxes = [line.split(b'"')[-2].decode() for line in connection.list()[1]]
        messages = sum(int(connection.select(f'"{mailbox}"', readonly=True)[1][0]) for mailbox in mailboxes)
    deadline = time.monotonic() + 30
    while (samples := client.server.samples())['rusmes_active_connections{protocol="imap"}'] > 0:
        assert time.monotonic() < deadline, "a connection is still counted"
        time.sleep(0.1)
    responses = {key: value for key, value in samples.items() if key.startswith("rusmes_imap_responses_total")}
    expected = {
        "rusmes_imap_errors_total": 0, 'rusmes_imap_responses_total{result="bad"}': 0,
        "rusmes_imap_commands_total": sum(responses.values()), "rusmes_mailboxes": len(mailboxes),
        "rusmes_messages": messages,
    }
    wrong = {key: samples.get(key) for key, value in expected.items() if samples.get(key, 0) != value}
    assert not wrong, f"after {name}: {wrong} in place of {expected}"
    print(f"{name}: {samples['rusmes_imap_commands_total']:g} commands, {messages} messages in {len(mailboxes)} mailboxes")


def main():
    @contextlib.contextmanager
    def serving(folder, name):
        with ExampleServer(sys.argv[1], "--user", "alice:secret", listeners=("imap", "metrics")) as server:
            client = Client(server, folder)
            yield client
            check_metrics(client, name)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for number, session in enumerate([graphical, offlineimap, fetchmail, mutt]):
            own = folder / str(number)
            own.mkdir()
            with serving(own, session.__name__) as client:
                session(client)
        own = folder / "mbsync"
        own.mkdir()
        with serving(own, "mbsync") as first:
            sync = mbsync(first)
        with serving(own, "mbsync after a restart") as second:
            first.server = second.server
            mbsync_after_restart(first, sync)


if __name__ == "__main__":
    main()
