"""How does an acceptance test start the example server, know where it listens, and read its metrics?"""

import re
import signal
import subprocess
import urllib.request


class ExampleServer:
    """The example on free ports, as a context manager; `with` ends it with SIGTERM and checks its exit.

    `prefix` is a command that becomes the server, having changed what the server inherits; `stderr` is where its log
    goes, if not to the test's own."""

    def __init__(self, binary, *arguments, listeners=("smtp", "metrics"), prefix=(), stderr=None):
        flags = [word for name in listeners for word in (f"--{name}", "127.0.0.1:0")]
        self.process = subprocess.Popen(
            [*prefix, binary, *flags, *arguments], stdout=subprocess.PIPE, stderr=stderr, text=True)
        self.ports = {}
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
            match = re.fullmatch(r"listening (\w+) 127\.0\.0\.1:(\d+)", line.strip())
            if not match:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"unexpected line {line!r}")
            self.ports[match.group(1)] = int(match.group(2))
        else:
            raise AssertionError(f"the server ended with {self.process.wait()} before it was ready")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        if kind is None:
            assert code == 0, f"exit code {code}"

    def get(self, path, accept="*/*", timeout=5):
        """Status and body of a request to the metrics listener; errors are answers too."""
        url = f"http://127.0.0.1:{self.ports['metrics']}{path}"
        request = urllib.request.Request(url, headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def samples(self):
        """Every sample of the text exposition: `name{labels}` as the server writes it, to its value."""
        status, text = self.get("/metrics", accept="text/plain")
        assert status == 200, status
        result = {}
        for line in text.splitlines():
            if line and not line.startswith("#"):
                series, value = line.rsplit(" ", 1)
                assert series not in result, f"twice: {series}"
                result[series] = float(value)
        return result
