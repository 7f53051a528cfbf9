"""What does a real Alertmanager send, and to whom? With the shipped configuration, at ports and times of a test."""

import http.server
import json
import pathlib
import re
import subprocess
import threading
import time
import urllib.request

from prometheus_server import free_port

# Seconds of the configuration, divided by this; what comes first is not waited for.
SCALE = 30


class Receiver:
    """Keeps what Alertmanager posts: a path of its configuration, and the alert as it was sent."""

    def __init__(self):
        self.received = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.received += [(self.path, alert) for alert in message["alerts"]]
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.port = self.server.server_port

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def alerts(self, path, status, labels):
        """What has come for this path with these labels, firing or resolved."""
        return [
            alert for where, alert in list(self.received)
            if where == path and alert["status"] == status and labels.items() <= alert["labels"].items()]


def shortened(text, receiver_port):
    """The configuration with the receiver's port, and times of a test."""
    def time_of(match):
        number, unit = int(match[2]), {"s": 1, "m": 60, "h": 3600}[match[3]]
        return f"{match[1]}: {max(round(1000 * number * unit / SCALE), 100)}ms"

    text = re.sub(r"\b(group_wait|group_interval|repeat_interval): (\d+)([smh])\b", time_of, text)
    text, count = re.subn(r"http://127\.0\.0\.1:9095/", f"http://127.0.0.1:{receiver_port}/", text)
    assert count > 0, "the configuration has another receiver"
    return text


class Alertmanager:
    def __init__(self, folder, config, receiver):
        folder = pathlib.Path(folder)
        path = folder / "alertmanager.yml"
        path.write_text(shortened(config.read_text(), receiver.port))
        self.port = free_port()
        self.log = open(folder / "alertmanager.log", "w")
        self.process = subprocess.Popen(
            [
                "prometheus-alertmanager", f"--config.file={path}", f"--storage.path={folder}/alertmanager",
                f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=",
            ],
            stdout=self.log, stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                self.alerts()
                break
            except OSError:
                assert self.process.poll() is None, "Alertmanager ended: see its log"
                assert time.monotonic() < deadline, "Alertmanager does not answer"
                time.sleep(0.2)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()

    def alerts(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/alerts", timeout=20) as response:
            return json.load(response)
