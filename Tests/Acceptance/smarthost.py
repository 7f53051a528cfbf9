"""Where does the example relay to in the acceptance tests? A small SMTP server that accepts, defers and refuses."""

import socketserver
import threading
import time


class Smarthost:
    """Takes mail for `ok…`, answers 451 to `later…` and 550 to `never…`; counts what it took."""

    def __init__(self):
        host = self
        self.accepted = 0
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
                        while self.rfile.readline(2048) not in (b".\r\n", b""):
                            pass
                        # Slow enough for a scrape to see a delivery in flight.
                        time.sleep(1.5)
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

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
