#!/usr/bin/env python3
"""Does liveness tell a stuck executor from a process that was merely stopped?

Needs nothing but Python. Usage: liveness.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import pathlib
import signal
import socket
import sys
import tempfile
import time

from example_server import ExampleServer

# Seconds without a task until liveness fails; also the unit of the waits below.
THRESHOLD = 1.0
# A kubelet gives a probe one second.
PROBE_DEADLINE = 1.0


def live(server, verbose=False):
    """Status and body of `/live`, which must come in time."""
    begun = time.monotonic()
    answer = server.get("/live?verbose" if verbose else "/live", timeout=10)
    took = time.monotonic() - begun
    assert took < PROBE_DEADLINE, f"/live took {took:.3f} s"
    return answer


def until(server, status):
    deadline = time.monotonic() + 20
    while live(server)[0] != status:
        assert time.monotonic() < deadline, f"/live never answered {status}"
        time.sleep(0.05)


def blocked_executor(server, faults):
    """503 that names the executor while every thread of the pool is blocked, and 200 again after that."""
    assert live(server, verbose=True) == (200, "[+]executor ok\nlive check passed\n")
    faults.write_text("executor\n")
    until(server, 503)
    status, text = live(server, verbose=True)
    # This client is trusted with the reason.
    reason = "no task has run on the cooperative pool for "
    assert status == 503 and text.startswith("[-]executor failed: " + reason), (status, text)
    assert text.endswith("\nlive check failed\n"), text
    status, text = server.get("/health?verbose")
    assert status == 503 and reason in text, (status, text)
    faults.write_text("")
    until(server, 200)
    for _ in range(10):
        assert live(server)[0] == 200
        time.sleep(THRESHOLD / 20)
    samples = server.samples()
    assert samples['rusmes_health_check_transitions_total{check="executor",to="fail"}'] == 1
    assert samples['rusmes_executor_delay_seconds_bucket{le="1.0"}'] < samples["rusmes_executor_delay_seconds_count"]
    print("blocked executor: 503 with its name, 200 after its release")


def expect_life(server, what, period):
    since = time.monotonic()
    while time.monotonic() - since < period:
        status, text = live(server, verbose=True)
        assert status == 200, f"{what}: {status} {text}"


def stopped(server):
    """The process does not run for several thresholds; the first answer after that is to a probe sent meanwhile."""
    for _ in range(3):
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(THRESHOLD)
        with socket.create_connection(("127.0.0.1", server.ports["metrics"]), timeout=20) as waiting:
            waiting.sendall(b"GET /live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            time.sleep(2 * THRESHOLD)
            server.process.send_signal(signal.SIGCONT)
            assert waiting.recv(4096).startswith(b"HTTP/1.1 200 "), "dead after SIGCONT"
        expect_life(server, "after SIGCONT", THRESHOLD)
    print(f"stopped for {3 * THRESHOLD:.0f} s, three times: /live stays 200")


def stopped_while_blocked(binary, faults):
    """Stopped in the middle of a delay that is not yet one to die of: the time of the stop is not added to it."""
    threshold = 4.0
    with ExampleServer(binary, "--faults", str(faults), "--executor-threshold", str(threshold)) as server:
        faults.write_text("executor\n")
        deadline = time.monotonic() + 20
        # A third of the threshold is a warning, which says that a task is waiting now.
        while not live(server, verbose=True)[1].startswith("[+]executor ok: tasks wait "):
            assert time.monotonic() < deadline, "no warning of a blocked executor"
            time.sleep(0.02)
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(2 * threshold)
        server.process.send_signal(signal.SIGCONT)
        # Still blocked, and by far not for as long as the threshold.
        expect_life(server, "stopped while blocked", threshold / 6)
        faults.write_text("")
        expect_life(server, "stopped while blocked, then released", threshold / 2)
        assert live(server, verbose=True)[1].startswith("[+]executor ok\n")
    print(f"stopped for {2 * threshold:.0f} s while a task was waiting: /live stays 200")


def throttled(server):
    """The process runs for a tenth of the time, as under a limit of processor time."""
    slices = 30
    for _ in range(slices):
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(0.18)
        server.process.send_signal(signal.SIGCONT)
        time.sleep(0.02)
        assert server.get("/live")[0] == 200, "dead when throttled"
    expect_life(server, "after throttling", THRESHOLD)
    print(f"stopped for 0.18 s of every 0.2 s, {slices} times: /live stays 200")


def main():
    with tempfile.TemporaryDirectory() as folder:
        faults = pathlib.Path(folder) / "faults"
        arguments = ("--faults", str(faults), "--executor-threshold", str(THRESHOLD))
        with ExampleServer(sys.argv[1], *arguments) as server:
            blocked_executor(server, faults)
            stopped(server)
            throttled(server)
        stopped_while_blocked(sys.argv[1], faults)


if __name__ == "__main__":
    main()
