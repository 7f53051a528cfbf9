#!/usr/bin/env python3
"""Do the probes and the page tell each fault and its end, while liveness answers in time? Under the server's own traffic.

Needs nothing but Python. Usage: faults.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import pathlib
import re
import sys
import tempfile
import time

from example_server import ExampleServer

FAULTS = ("storage", "queue", "authentication", "delivery", "executor")
# A kubelet gives a probe one second.
PROBE_DEADLINE = 1.0


def wait_for(server, expected, what, slowest):
    """Until `/health` and `/ready` both answer so; `/live` must be 200 all the while."""
    deadline = time.monotonic() + 20
    while True:
        begun = time.monotonic()
        status, body = server.get("/live", timeout=10)
        slowest = max(slowest, time.monotonic() - begun)
        assert status == 200, f"/live answered {status} {body} during {what}"
        statuses = [server.get(path, timeout=10)[0] for path in ("/health", "/ready")]
        if statuses == [expected, expected]:
            return slowest
        assert time.monotonic() < deadline, f"{what}: /health and /ready still answer {statuses}"
        time.sleep(0.1)


def page(server):
    """What the page says without a script: the words of the script may be any."""
    return re.sub("<script>.*?</script>", "", server.get("/", timeout=10)[1], flags=re.DOTALL)


def main():
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        faults = pathlib.Path(folder) / "faults"
        arguments = ("--traffic", "20", "--faults", str(faults))
        with ExampleServer(sys.argv[1], *arguments, listeners=("smtp", "imap", "jmap", "metrics")) as server:
            slowest = wait_for(server, 200, "the beginning", slowest)
            for fault in FAULTS:
                faults.write_text(fault + "\n")
                slowest = wait_for(server, 503, f"fault {fault}", slowest)
                # While the executor is blocked, probes are all that is answered.
                if fault != "executor":
                    said = page(server)
                    assert f"<dd>{fault} fails: " in said, f"the page does not name {fault}: {said}"
                faults.write_text("")
                slowest = wait_for(server, 200, f"the end of {fault}", slowest)
                said = page(server)
                assert " fails" not in said, f"the page still says that something fails: {said}"
                print(f"{fault}: 503 and back to 200")
            # A stop must not need the pool either.
            faults.write_text("executor\n")
            wait_for(server, 503, "the last fault", slowest)
    assert slowest < PROBE_DEADLINE, f"/live took {slowest:.3f} s"
    print(f"the slowest /live took {1000 * slowest:.0f} ms")


if __name__ == "__main__":
    main()
