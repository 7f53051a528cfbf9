"""Where does the example relay to in the acceptance tests? A small SMTP server that accepts, defers and refuses."""

import socketserver
import threading
import time


class Smarthost:
    """Takes mail for `ok…`, answers 451 to `later…` and 550 to `never…`; keeps what it took.

    `pause` is how long it thinks about a message: with the default, a scrape sees a delivery in flight."""

    def __init__(self, address="127.0.0.1", pause=1.5):
        host = self
        self.accepted = 0
        self.messages = []
        self.sessions = 0

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                host.sessions += 1
                self.say("220 smarthost")
                while line := self.rfile.readline(2048):
                    verb = line.strip().upper()
                    if verb.startswith(b"RCPT TO:<LATER"):
                        self.say("451 later")
                    elif verb.startswith(b"RCPT TO:<NEVER"):
                        self.say("550 never")
                    elif verb == b"DATA":
                        self.say("354 go on")
                        message = b""
                        while (line := self.rfile.readline(2048)) not in (b".\r\n", b""):
                            message += line
                        time.sleep(pause)
                        host.messages.append(message.decode(errors="replace"))
                        host.accepted += 1
                        self.say("250 taken")
                    elif verb == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 fine")

            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server((address, 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
