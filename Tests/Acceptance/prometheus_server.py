"""How does a real Prometheus scrape the example? In a folder and on a port of its own, ended by its process id."""

import json
import pathlib
import socket
import subprocess
import time
import urllib.parse
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    def __init__(self, folder, target_port, interval="500ms", flags=(), jobs=None, text=None):
        """`jobs`: what stands in `scrape_configs`, in place of one that scrapes the port; `text`: the whole configuration."""
        folder = pathlib.Path(folder)
        jobs = jobs or f"[{{job_name: rusmes, static_configs: [{{targets: ['127.0.0.1:{target_port}']}}]}}]"
        config = folder / "prometheus.yml"
        config.write_text(
            text or f"global: {{scrape_interval: {interval}, scrape_timeout: {interval}}}\n"
            f"scrape_configs: {jobs}\n"
        )
        self.port = free_port()
        self.log = open(folder / "prometheus.log", "w")
        self.process = subprocess.Popen(
            [
                "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{self.port}", *flags,
            ],
            stdout=self.log, stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.query("up"):
                    break
            except OSError:
                pass
            assert self.process.poll() is None, "Prometheus ended: see its log"
            assert time.monotonic() < deadline, "Prometheus does not answer"
            time.sleep(0.2)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()

    def api(self, path, **parameters):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=20) as response:
            answer = json.load(response)
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression):
        """The instant vector: a list of (labels, value)."""
        result = self.api("query", query=expression)["result"]
        return [(sample["metric"], float(sample["value"][1])) for sample in result]

    def scalar(self, expression):
        """The value of an expression that has one sample; 0 where there is none."""
        result = self.query(expression)
        assert len(result) <= 1, (expression, result)
        return result[0][1] if result else 0.0

    def wait_for_scrape(self):
        """Until a scrape that began after now is stored."""
        begun = time.time()
        for _ in range(200):
            result = self.query("timestamp(up)")
            if result and result[0][1] > begun + 0.05:
                return
            time.sleep(0.1)
        raise AssertionError("no scrape arrives")
