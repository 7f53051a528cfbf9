"""What does a graphical mail client say to an IMAP server, and what must it hear?

The dialogue is Thunderbird's: it opens INBOX, shows a message with an attachment by its parts, files it in a folder
that it makes, and waits for news.
"""

import re
import socket

MESSAGE = b"""From: =?utf-8?q?Andr=C3=A9?= <andre@example.net>\r
To: undisclosed-recipients:;\r
Subject: =?utf-8?q?The_caf=C3=A9?=\r
Date: Mon, 7 Feb 2022 21:52:25 +0100\r
Message-ID: <picture@example.net>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="=_1"\r
\r
--=_1\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: base64\r
\r
VGhlIGNhZsOpIGlzIG9wZW4u\r
--=_1\r
Content-Type: image/png; name="door.png"\r
Content-Transfer-Encoding: base64\r
Content-Disposition: attachment; filename="door.png"\r
\r
iVBORw0KGgo=\r
--=_1--\r
"""

# A command, and each line of the answer but the tagged one, which is OK. `#` is any number.
DIALOGUE = [
    ("capability", ["* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE NAMESPACE UIDPLUS UNSELECT"]),
    ("authenticate PLAIN AGFsaWNlAHNlY3JldA==", []),
    ("namespace", ['* NAMESPACE (("" "/")) NIL NIL']),
    ('lsub "" "*"', [f'* LSUB () "/" "{name}"' for name in ("Drafts", "INBOX", "Sent", "Trash")]),
    ('list "" "INBOX"', ['* LIST () "/" "INBOX"']),
    ('select "INBOX"', [
        r"* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)", "* 1 EXISTS", "* 0 RECENT", "* OK [UNSEEN 1] First unseen",
        "* OK [UIDVALIDITY #] UIDs valid", "* OK [UIDNEXT 2] Predicted next UID",
        r"* OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Kept",
    ]),
    ("UID fetch 1:* (FLAGS)", ["* 1 FETCH (UID 1 FLAGS ())"]),
    ("UID fetch 1 (UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS (From To Cc Subject Date Message-ID Content-Type)])", [
        f"* 1 FETCH (UID 1 RFC822.SIZE {len(MESSAGE)} FLAGS () "
        "BODY[HEADER.FIELDS (From To Cc Subject Date Message-ID Content-Type)] {#}",
        "From: =?utf-8?q?Andr=C3=A9?= <andre@example.net>", "To: undisclosed-recipients:;",
        "Subject: =?utf-8?q?The_caf=C3=A9?=", "Date: Mon, 7 Feb 2022 21:52:25 +0100", "Message-ID: <picture@example.net>",
        'Content-Type: multipart/mixed; boundary="=_1"', "", ")",
    ]),
    ("UID fetch 1 (ENVELOPE)", [
        '* 1 FETCH (UID 1 ENVELOPE ("Mon, 7 Feb 2022 21:52:25 +0100" "=?utf-8?q?The_caf=C3=A9?=" '
        + " ".join(3 * ['(("=?utf-8?q?Andr=C3=A9?=" NIL "andre" "example.net"))'])
        + ' ((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL)) NIL NIL NIL "<picture@example.net>"))',
    ]),
    ("UID fetch 1 (BODYSTRUCTURE)", [
        '* 1 FETCH (UID 1 BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "base64" 24 1 NIL NIL NIL NIL)'
        '("image" "png" ("name" "door.png") NIL NIL "base64" 12 NIL ("attachment" ("filename" "door.png")) NIL NIL)'
        ' "mixed" ("boundary" "=_1") NIL NIL NIL))',
    ]),
    ("UID fetch 1 (BODY.PEEK[1.MIME] BODY.PEEK[1])", [
        "* 1 FETCH (UID 1 BODY[1.MIME] {#}", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
        "", " BODY[1] {24}", "VGhlIGNhZsOpIGlzIG9wZW4u)",
    ]),
    ("UID fetch 1 (BODY[2]<0.8>)", ["* 1 FETCH (UID 1 BODY[2]<0> {8}", r"iVBORw0K FLAGS (\Seen))"]),
    ("UID search CHARSET US-ASCII BODY open", ["* SEARCH 1"]),
    ('create "Archives/2022"', []),
    ('subscribe "Archives/2022"', []),
    ('list "" "Archives/%"', ['* LIST () "/" "Archives/2022"']),
    ('uid copy 1 "Archives/2022"', []),
    (r"uid store 1 +FLAGS (\Deleted \Seen)", [r"* 1 FETCH (UID 1 FLAGS (\Deleted \Seen))"]),
    ("uid expunge 1", ["* 1 EXPUNGE"]),
    ('STATUS "Archives/2022" (UIDNEXT MESSAGES UNSEEN RECENT)',
     ['* STATUS "Archives/2022" (UIDNEXT 2 MESSAGES 1 UNSEEN 0 RECENT 0)']),
    ("noop", []),
    ("close", []),
    ("logout", ["* BYE # logging out"]),
]


def pattern(line):
    return ".*".join(re.escape(piece) for piece in line.split("#"))


def play(port):
    """Says the dialogue to a server in whose INBOX is `MESSAGE` alone; the number of commands."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection, connection.makefile("rwb") as stream:
        assert stream.readline().startswith(b"* OK ")
        for number, (command, expected) in enumerate(DIALOGUE, 1):
            stream.write(f"{number} {command}\r\n".encode())
            stream.flush()
            lines = []
            while not (line := stream.readline().decode().removesuffix("\r\n")).startswith(f"{number} "):
                lines.append(line)
                assert len(lines) < 100, lines
            assert line.startswith(f"{number} OK "), f"{command}: {line}"
            matches = len(lines) == len(expected) and all(map(re.fullmatch, map(pattern, expected), lines))
            assert matches, f"{command}:\n" + "\n".join(lines) + "\ninstead of\n" + "\n".join(expected)
    return len(DIALOGUE)
