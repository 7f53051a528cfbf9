"""Who comes to the servers beside their own traffic, while boards are tried?"""

import contextlib
import http.server
import smtplib
import threading
import time
import urllib.error
import urllib.request

from transcript import raw_exchange


class Collector:
    """Takes any batch of spans."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def eventually(act, *arguments):
    """Acts as soon as there is room: a busy server turns clients away."""
    for _ in range(50):
        try:
            return act(*arguments)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("there is no room for a client")


def send(port, sender, recipient, text, user=()):
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        if user:
            client.login(*user)
        # What the server says to it is its affair.
        with contextlib.suppress(smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
            client.sendmail(sender, [recipient], text)


def rare_clients(server):
    """What the example's own traffic does not do: other protocols, loops, bounces, and too many connections."""
    smtp = server.ports["smtp"]
    for hello in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello\r\n"):
        eventually(raw_exchange, smtp, hello)
    eventually(raw_exchange, server.ports["imap"], b"a nonsense\r\n")
    eventually(send, smtp, "a@example.net", "alice@example.com", "Received: x\r\n" * 120 + "Subject: loop\r\n\r\nx\r\n")
    for recipient in ("ok", "later", "never"):
        for sender in ("alice@example.com", ""):
            eventually(
                send, smtp, sender, f"{recipient}@elsewhere.invalid", "Subject: out\r\n\r\nx\r\n", ("alice", "secret"))
    held = []
    with contextlib.suppress(OSError):
        while len(held) < 500:
            held.append(smtplib.SMTP("127.0.0.1", smtp, timeout=5))
    for client in held:
        client.close()
    for path in ("/health", "/ready", "/live", "/startup", "/nowhere"):
        server.get(path)
    raw_exchange(server.ports["metrics"], b"GET / HTTP/1.1\r\nno colon\r\n\r\n")


def probe(address):
    """What a kubelet and somebody lost ask of a host."""
    for path in ("/health", "/ready", "/live", "/startup", "/nowhere"):
        with contextlib.suppress(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://{address}{path}", timeout=5).close()
