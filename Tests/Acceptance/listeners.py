#!/usr/bin/env python3
"""Does each listener serve what it is to, whoever has bound it, and does the health check of a container say what is?

Needs nothing but Python. Usage: listeners.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import contextlib
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 20


class Server:
    """The example with these arguments, and where it says that it listens."""

    def __init__(self, binary, *arguments, **options):
        self.process = subprocess.Popen([binary, *arguments], stdout=subprocess.PIPE, text=True, **options)
        self.addresses = []
        for line in self.process.stdout:
            if line.strip() == "ready":
                return
            word, name, address = line.strip().split(" ", 2)
            assert word == "listening", line
            self.addresses.append((name, address))
        raise AssertionError(f"the server ended with {self.process.wait()} before it was ready")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        assert kind or code == 0, f"exit code {code}"


def status(address, path):
    """The status of a request to `host:port` or `unix:/path`."""
    with contextlib.ExitStack() as stack:
        if address.startswith("unix:"):
            connection = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            connection.settimeout(PATIENCE)
            connection.connect(address.removeprefix("unix:"))
        else:
            host, port = address.rsplit(":", 1)
            connection = stack.enter_context(socket.create_connection((host.strip("[]"), int(port)), PATIENCE))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return int(connection.makefile("rb").readline().split()[1])


def expect(address, statuses):
    for path, expected in statuses.items():
        found = status(address, path)
        assert found == expected, f"{path} at {address}: {found}, expected {expected}"


EVERYTHING = {"/live": 200, "/ready": 200, "/metrics": 200, "/metrics.json": 200, "/": 200}
PROBES = {"/live": 200, "/livez": 200, "/ready": 200, "/health": 200, "/metrics": 404, "/metrics.json": 404, "/": 404}


def two_listeners(binary):
    with Server(binary, "--metrics", "127.0.0.1:0", "--probes", "127.0.0.1:0") as server:
        (first, metrics), (second, probes) = server.addresses
        assert (first, second) == ("metrics", "probes"), server.addresses
        expect(metrics, EVERYTHING)
        expect(probes, PROBES)
        taken = subprocess.run(
            [binary, "--metrics", "127.0.0.1:0", "--probes", probes], capture_output=True, text=True, timeout=PATIENCE
        )
        assert taken.returncode == 1 and probes in taken.stderr and "in use" in taken.stderr, taken
    print("two listeners: the probes alone on the second; a port that is taken is named")


def unix_sockets(binary, folder):
    path = folder / "metrics.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as abandoned:
        abandoned.bind(str(path))
    arguments = ("--metrics", f"unix:{path}", "--socket-mode", "600")
    with Server(binary, *arguments) as server:
        assert server.addresses == [("metrics", f"unix:{path}")], server.addresses
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        expect(f"unix:{path}", EVERYTHING)
        second = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=PATIENCE)
        assert second.returncode == 1 and "another server listens there" in second.stderr, second
        expect(f"unix:{path}", EVERYTHING)
        healthy = healthcheck(binary, f"unix:{path}")
        assert healthy.returncode == 0, healthy
    assert not path.exists()
    path.write_text("somebody's")
    refused = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=PATIENCE)
    assert refused.returncode == 1 and "is no socket" in refused.stderr, refused
    assert path.read_text() == "somebody's"
    print("Unix sockets: a stale one is replaced, a live one and a file are not, the mode is as asked for")


def inherited(binary):
    """As systemd starts a service: the sockets from descriptor 3 on, and their names in the environment."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(2):
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            # Out of the way of the numbers that they are to have.
            high = os.dup2(listening.fileno(), 100 + len(sockets))
            stack.callback(os.close, high)
            sockets.append((listening, high))
        program = (
            "import os, sys\n"
            "for place in range(2): os.dup2(100 + place, 3 + place, inheritable=True)\n"
            "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='2', LISTEN_FDNAMES='metrics:probes')\n"
            "os.execv(sys.argv[1], sys.argv[1:])\n"
        )
        arguments = ("-c", program, binary, "--metrics", "systemd:metrics", "--probes", "systemd:probes")
        with Server(sys.executable, *arguments, pass_fds=[high for _, high in sockets]) as server:
            expected = [f"127.0.0.1:{listening.getsockname()[1]}" for listening, _ in sockets]
            assert server.addresses == list(zip(["metrics", "probes"], expected)), server.addresses
            expect(expected[0], EVERYTHING)
            expect(expected[1], PROBES)
    alone = subprocess.run(
        [binary, "--metrics", "systemd:metrics"], capture_output=True, text=True, timeout=PATIENCE
    )
    assert alone.returncode == 1 and "LISTEN_PID" in alone.stderr, alone
    print("inherited sockets: two, by their names; without any the error says so")


def healthcheck(binary, *arguments):
    begun = time.monotonic()
    result = subprocess.run([binary, "healthcheck", *arguments], capture_output=True, text=True, timeout=PATIENCE)
    assert time.monotonic() - begun < PATIENCE
    assert result.stdout.count("\n") == 1 and not result.stderr, result
    return result


def healthchecks(binary, folder):
    faults = folder / "faults"
    faults.write_text("")
    with Server(binary, "--metrics", "127.0.0.1:0", "--faults", str(faults)) as server:
        address = server.addresses[0][1]
        healthy = healthcheck(binary, f"http://{address}")
        assert healthy.returncode == 0 and healthy.stdout.startswith("healthy: "), healthy
        faults.write_text("storage\n")
        deadline = time.monotonic() + PATIENCE
        while (unhealthy := healthcheck(binary, f"http://{address}/health")).returncode == 0:
            assert time.monotonic() < deadline, "never unhealthy"
            time.sleep(0.1)
        assert '"storage":"unhealthy"' in unhealthy.stdout and "answered 503" in unhealthy.stdout, unhealthy
    dead = healthcheck(binary, f"http://{address}/health")
    assert dead.returncode == 1 and "refused" in dead.stdout, dead
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        silent = healthcheck(binary, f"http://127.0.0.1:{hanging.getsockname()[1]}/health")
        assert silent.returncode == 1 and "no answer in" in silent.stdout, silent
    absent = healthcheck(binary, f"unix:{folder}/absent.sock")
    assert absent.returncode == 1 and "No such file" in absent.stdout, absent
    with socket.create_server(("127.0.0.1", 0)) as redirecting:

        def redirect():
            peer, _ = redirecting.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(b"HTTP/1.1 302 Found\r\nLocation: /live\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=redirect)
        thread.start()
        moved = healthcheck(binary, f"http://127.0.0.1:{redirecting.getsockname()[1]}/health")
        thread.join()
        assert moved.returncode == 1 and "not followed" in moved.stdout, moved
    for arguments in (["nonsense"], ["https://localhost/"], ["a", "b"], ["--help"]):
        assert healthcheck(binary, *arguments).returncode == 1
    print("health checks: healthy, unhealthy, dead, hanging, absent and redirecting servers are told apart")


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        two_listeners(binary)
        unix_sockets(binary, folder)
        inherited(binary)
        healthchecks(binary, folder)


if __name__ == "__main__":
    main()
