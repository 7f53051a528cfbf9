#!/usr/bin/env python3
"""What would a kubelet do with the example: at start-up, when a dependency fails, in maintenance, at its end?

Needs nothing but Python. Usage: kubelet.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import pathlib
import signal
import sys
import tempfile
import threading
import time

from example_server import ExampleServer
from kubelet_model import LIVENESS, SCALE, Kubelet, Probe, ask

# The example rereads its faults every second and runs its checks every second: this is ample.
PATIENCE = 15.0
# Long enough for liveness to conclude, if it were to.
LONG = LIVENESS.period * (LIVENESS.failure_threshold + 1) / SCALE
DRAIN_DELAY = 2.0


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.02)


def stays(kubelet, in_service, what):
    """Watches for as long as a wrong restart would take."""
    since = time.monotonic()
    while time.monotonic() - since < LONG:
        assert not kubelet.restarts, f"{what}: restarted because of {kubelet.restarts}"
        assert kubelet.in_service == in_service, f"{what}: in service is {kubelet.in_service}"
        time.sleep(0.02)
    wrong = [outcome for outcome in kubelet.asked("liveness", since) if outcome != "200"]
    assert not wrong, f"{what}: liveness answered {wrong}"


def out_and_back(kubelet, faults, word):
    """Out of service while it lasts, back after it, and never restarted."""
    faults.write_text(word + "\n")
    until(lambda: not kubelet.in_service, f"out of service for {word}")
    stays(kubelet, False, word)
    faults.write_text("")
    until(lambda: kubelet.in_service, f"back in service after {word}")
    stays(kubelet, True, f"after {word}")
    print(f"{word}: out of service and back, no restart")


def start_up(kubelet, faults):
    """The store is broken at first: nothing else is asked, and the patience of start-up is not used up."""
    since = time.monotonic()
    while time.monotonic() - since < LONG:
        assert not kubelet.started and not kubelet.in_service and not kubelet.restarts
        time.sleep(0.02)
    assert set(kubelet.asked("startup")) == {"503"}, set(kubelet.asked("startup"))
    assert not kubelet.asked("readiness") and not kubelet.asked("liveness")
    assert ask(kubelet.server, LIVENESS) == "200", "waiting is not being dead"
    faults.write_text("")
    until(lambda: kubelet.started and kubelet.in_service, "started and in service")
    stays(kubelet, True, "after start-up")
    print("start-up: waited for, then in service")


def drain(server, kubelet):
    """SIGTERM: out of service at once, alive to the end, and the door never closed before it."""
    answers = {"/ready": [], "/live": []}

    def keep_asking(path):
        while (outcome := ask(server, Probe(path, 0, 1))) != "ended":
            answers[path].append(outcome)

    threads = [threading.Thread(target=keep_asking, args=(path,)) for path in answers]
    for thread in threads:
        thread.start()
    since = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    until(lambda: not kubelet.in_service, "out of service after SIGTERM")
    noticed = time.monotonic() - since
    assert server.process.wait(timeout=30) == 0, server.process.returncode
    lasted = time.monotonic() - since
    for thread in threads:
        thread.join()
    assert noticed < DRAIN_DELAY, f"out of service only after {noticed:.1f} s"
    assert lasted >= DRAIN_DELAY, f"ended after {lasted:.1f} s already"
    assert not kubelet.restarts
    assert set(answers["/live"]) == {"200"}, set(answers["/live"])
    assert answers["/ready"][-1] == "503" and set(answers["/ready"]) <= {"200", "503"}, set(answers["/ready"])
    wrong = [outcome for outcome in kubelet.asked("liveness", since) if outcome != "200"]
    assert not wrong, f"liveness answered {wrong} while draining"
    total = sum(len(outcomes) for outcomes in answers.values())
    print(f"drain: out of service after {noticed:.2f} s, {total} probes in {lasted:.1f} s, none refused")


def restarted_when_stuck(binary, faults):
    """The other way round: a kubelet as this one does restart a server that no task can run in."""
    arguments = ("--faults", str(faults), "--executor-threshold", "1")
    with ExampleServer(binary, *arguments) as server, Kubelet(server) as kubelet:
        until(lambda: kubelet.in_service, "in service")
        faults.write_text("executor\n")
        until(lambda: kubelet.restarts, "restarted for a stuck executor")
        assert kubelet.restarts == ["liveness"], kubelet.restarts
        print("stuck executor: restarted by liveness")


def main():
    with tempfile.TemporaryDirectory() as folder:
        faults = pathlib.Path(folder) / "faults"
        faults.write_text("storage\n")
        arguments = ("--traffic", "10", "--faults", str(faults), "--drain-delay", str(DRAIN_DELAY))
        with ExampleServer(sys.argv[1], *arguments) as server, Kubelet(server) as kubelet:
            start_up(kubelet, faults)
            for word in ("storage", "authentication", "maintenance"):
                out_and_back(kubelet, faults, word)
            drain(server, kubelet)
        restarted_when_stuck(sys.argv[1], faults)


if __name__ == "__main__":
    main()
