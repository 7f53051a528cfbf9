"""How do three instances run side by side, each with faults of its own, scraped and judged by the shipped rules?"""

import contextlib
import pathlib
import signal

import yaml

from example_server import ExampleServer
from prometheus_server import free_port

# Messages a second that each sends to itself.
TRAFFIC = 5
JOB = "rusmes"
# A scrape has to be answered within one of the first, on a machine that does other things, too.
SCRAPES, EVALUATIONS = "1s", "500ms"


class Instance:
    """One of them: killed and started again, it listens for scrapes where it did."""

    def __init__(self, binary, folder, threshold):
        self.binary = binary
        self.threshold = threshold
        self.port = free_port()
        self.name = f"127.0.0.1:{self.port}"
        self.faults = folder / f"faults-{self.port}"
        self.log = folder / f"log-{self.port}"
        self.faults.write_text("")
        self.server = None

    def start(self):
        with open(self.log, "a") as log:
            self.server = ExampleServer(
                self.binary, "--metrics", self.name, "--traffic", str(TRAFFIC), "--faults", str(self.faults),
                "--executor-threshold", str(self.threshold), listeners=("smtp", "imap", "jmap"), stderr=log)

    def kill(self):
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait(timeout=20)

    def stop(self):
        self.server.__exit__(None)


@contextlib.contextmanager
def fleet(binary, folder, count, threshold):
    """`threshold`: seconds without a task after which the executor's check fails."""
    instances = [Instance(binary, pathlib.Path(folder), threshold) for _ in range(count)]
    with contextlib.ExitStack() as stack:
        for instance in instances:
            instance.start()
            stack.callback(instance.stop)
        yield instances


def configuration(shipped, instances, rule_files, alertmanager_port):
    """The shipped configuration of Prometheus with the test's addresses, intervals and files, as text."""
    config = yaml.safe_load(shipped.read_text())
    config["global"] = {"scrape_interval": SCRAPES, "scrape_timeout": SCRAPES, "evaluation_interval": EVALUATIONS}
    config["rule_files"] = [str(path) for path in rule_files]
    target, = config["alerting"]["alertmanagers"]
    target["static_configs"] = [{"targets": [f"127.0.0.1:{alertmanager_port}"]}]
    jobs = [job for job in config["scrape_configs"] if job["job_name"] == JOB]
    assert len(jobs) == 1, "the shipped configuration has no such job"
    jobs[0]["static_configs"] = [{"targets": [instance.name for instance in instances]}]
    config["scrape_configs"] = jobs
    return yaml.safe_dump(config)
