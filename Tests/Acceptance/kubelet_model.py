"""What would a kubelet do with this server? Its probe workers, with periods scaled down and nothing else changed."""

import dataclasses
import http.client
import subprocess
import threading
import time

# Periods are divided by this. Time-outs are not: the server's answer deadline is real time, as is a busy machine.
SCALE = 10


@dataclasses.dataclass(frozen=True)
class Probe:
    """One probe of a pod's specification, in its own terms and seconds."""

    path: str
    period: float
    failure_threshold: int
    success_threshold: int = 1
    timeout: float = 1.0


STARTUP = Probe("/startup", period=2, failure_threshold=30)
READINESS = Probe("/ready", period=5, failure_threshold=1)
LIVENESS = Probe("/live", period=10, failure_threshold=3)


class Kubelet:
    """Asks the probes of one container and keeps what it concludes, as a context manager.

    Liveness and readiness are not asked before start-up has passed, which then is asked no more. A container is out
    of service until readiness has passed. Failed liveness, or start-up that never passes, is a restart. Every probe is
    a new connection, and passes with a status from 200 to 399 within its time-out.
    """

    def __init__(self, server, startup=STARTUP, readiness=READINESS, liveness=LIVENESS):
        self.server = server
        self.probes = {"startup": startup, "readiness": readiness, "liveness": liveness}
        self.started = False
        self.in_service = False
        self.restarts = []
        self.outcomes = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(kind,)) for kind in self.probes]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def asked(self, kind, since=0.0):
        """The outcomes of one probe since a moment of `time.monotonic()`."""
        return [outcome for begun, asked, outcome in list(self.outcomes) if asked == kind and begun >= since]

    def _work(self, kind):
        probe = self.probes[kind]
        in_a_row, last = 0, None
        while not self._ended.wait(probe.period / SCALE):
            if self.started == (kind == "startup"):
                continue
            begun = time.monotonic()
            outcome = ask(self.server, probe)
            if outcome == "ended":
                return
            self.outcomes.append((begun, kind, outcome))
            passes = outcome.isdigit() and 200 <= int(outcome) < 400
            in_a_row = in_a_row + 1 if passes == last else 1
            last = passes
            if in_a_row >= (probe.success_threshold if passes else probe.failure_threshold):
                self._conclude(kind, passes)

    def _conclude(self, kind, passes):
        if kind == "readiness":
            self.in_service = passes
        elif kind == "startup" and passes:
            self.started = True
        elif not passes and not self.restarts:
            self.restarts.append(kind)


def ask(server, probe):
    """One probe: the status, or what went wrong; `ended` when that was because the server had ended by then."""
    connection = http.client.HTTPConnection("127.0.0.1", server.ports["metrics"], timeout=probe.timeout)
    try:
        connection.request("GET", probe.path, headers={"User-Agent": "kube-probe/1.34", "Connection": "close"})
        response = connection.getresponse()
        response.read()
        return str(response.status)
    except TimeoutError:
        return "timed out"
    except (OSError, http.client.HTTPException) as error:
        # The system closes the door when the process is over, and that is no one's fault.
        try:
            server.process.wait(timeout=0.5)
            return "ended"
        except subprocess.TimeoutExpired:
            return type(error).__name__
    finally:
        connection.close()
