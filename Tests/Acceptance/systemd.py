#!/usr/bin/env python3
"""Is systemd told when the server is ready, alive and about to end? Its side is played over a real datagram socket.

Needs nothing but Python. Usage: systemd.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE = 20
WATCHDOG = 1.0


class Service:
    """The example with `NOTIFY_SOCKET`, and what it says there."""

    def __init__(self, binary, address, *arguments, watchdog=WATCHDOG, wrong_process=False):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.seen = []
        variables = dict(os.environ, NOTIFY_SOCKET=address, WATCHDOG_USEC=str(int(watchdog * 1e6)))
        if wrong_process:
            variables["WATCHDOG_PID"] = "1"
        self.process = subprocess.Popen(
            [binary, "--metrics", "127.0.0.1:0", "--systemd", *arguments],
            env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=PATIENCE)
        self.socket.close()

    def read(self, within):
        """The next message; None when there is none in time."""
        self.socket.settimeout(max(0.001, within))
        try:
            message = self.socket.recv(65536).decode()
        except TimeoutError:
            return None
        self.seen.append(message)
        return message

    def wait_for(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            message = self.read(deadline - time.monotonic())
            if message is not None and wanted(message):
                return message
        raise AssertionError(f"not seen: {self.seen}")

    def drain(self, period):
        """All that comes within that time."""
        end, found = time.monotonic() + period, []
        while (left := end - time.monotonic()) > 0:
            if (message := self.read(left)) is not None:
                found.append(message)
        return found


def life(binary, address, faults):
    faults.write_text("storage\n")
    with Service(binary, address, "--faults", str(faults), "--executor-threshold", "0.5") as service:
        service.wait_for(lambda m: m.startswith("STATUS=not ready: storage"))
        assert "READY=1" not in service.seen, service.seen
        faults.write_text("")
        service.wait_for(lambda m: m == "READY=1")
        service.wait_for(lambda m: m == "STATUS=ready")
        # At half of the time that systemd waits; a busy machine is not late three times.
        assert any(len(service.drain(3 * WATCHDOG)) >= 5 for _ in range(3)), service.seen
        faults.write_text("executor\n")
        deadline = time.monotonic() + PATIENCE
        while "WATCHDOG=1" in service.drain(1.5 * WATCHDOG):
            assert time.monotonic() < deadline, "the watchdog is told that a blocked executor lives"
        faults.write_text("")
        service.wait_for(lambda m: m == "WATCHDOG=1")
        service.process.send_signal(signal.SIGTERM)
        service.wait_for(lambda m: m == "STOPPING=1")
        assert service.seen.count("READY=1") == 1, service.seen
        assert all("\n" not in message and len(message) < 300 for message in service.seen), service.seen
        assert service.process.wait(timeout=PATIENCE) == 0
    print(f"{address[0]}: status, readiness, watchdog, stopping")


def watchdog_of_another(binary, address):
    with Service(binary, address, wrong_process=True) as service:
        service.wait_for(lambda m: m == "READY=1")
        assert "WATCHDOG=1" not in service.drain(2 * WATCHDOG) + service.seen
    print("no watchdog for another process")


def without_systemd(binary, folder):
    """Nobody reads at that address: the server lives and ends all the same."""
    variables = dict(os.environ, NOTIFY_SOCKET=f"{folder}/absent", WATCHDOG_USEC="100000")
    process = subprocess.Popen(
        [binary, "--metrics", "127.0.0.1:0", "--systemd"], env=variables, stdout=subprocess.PIPE, text=True)
    while process.stdout.readline().strip() != "ready":
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE) == 0
    print("nobody at the socket: the server does not mind")


def full(binary, folder):
    """Nobody takes the messages: nothing waits, and the end comes in time."""
    with Service(binary, f"{folder}/full", watchdog=0.02) as service:
        time.sleep(3)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=PATIENCE) == 0
        assert "READY=1" in service.drain(0.5), service.seen
    print("a full socket: nothing waits for it")


def main():
    binary = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        life(binary, f"{folder}/notify", folder / "faults")
        life(binary, f"@mailobs-{os.getpid()}-{time.time_ns()}", folder / "faults")
        watchdog_of_another(binary, f"{folder}/other")
        without_systemd(binary, folder)
        full(binary, folder)


if __name__ == "__main__":
    main()
