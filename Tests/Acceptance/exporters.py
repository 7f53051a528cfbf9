#!/usr/bin/env python3
"""Three exporters on the public surface alone: of a file, of a system call, and of devices that answer or hang.

What they show is compared with what the system says and with what Debian's hdhomerun_config reads from the same
device; a real Prometheus scrapes 200 devices by relabelling, half of which hang. Needs hdhomerun-config, prometheus and
promtool, and to be root: the port of a device is fixed, so the tool talks to one in a network namespace, and a mount
that hangs is made by hand.

Usage: exporters.py FOLDER_OF_BUILT_EXPORTERS [INTERVALS]
"""

import contextlib
import ctypes
import http.client
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from hdhomerun_device import DEBUG, FAULTS, Device, parsed
from prometheus_server import Prometheus, free_port

TARGETS = 200
# The exporter's time-out of a dialogue, and what a machine that is busy may add to it.
TIMEOUT, SLACK = 1.0, 2.0


class Exporter:
    def __init__(self, binary, *arguments, port=None):
        self.port = port or free_port()
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([binary, f"127.0.0.1:{self.port}", *arguments], stderr=self.log)
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.get("/live")[0] == 200:
                    break
            except OSError:
                pass
            assert self.process.poll() is None, self.logged()
            assert time.monotonic() < deadline, "the exporter does not answer"
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        if kind is None:
            assert code == 0, (code, self.logged())

    def get(self, path, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode()

    def metrics(self, path="/metrics"):
        status, text = self.get(path)
        assert status == 200, (status, text)
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        assert checked.returncode == 0 and not checked.stdout and not checked.stderr, checked
        return text

    def logged(self):
        self.log.seek(0)
        return self.log.read()

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def status(self, name):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", text, re.M).group(1))


def samples(text):
    return {series: float(value) for series, value in (
        line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))}


def eventually(holds, patience=30):
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


# The file

EXCERPT = """cpu 1203146 8916 341602 12608901 16550 17 2512 0 0 0
cpu0 160345 1228 39621 1597421 2562 6 322 0 0 0
cpu1 178934 1132 40081 1550355 1922 5 94 0 0 0
intr 1 2 3
"""
# The talk's, with the spelling of large numbers that this library has.
SHOWN = """# HELP cpustat_time_user_hertz_total Time in USER_HZ a given CPU spent in a given mode.
# TYPE cpustat_time_user_hertz_total counter
cpustat_time_user_hertz_total{cpu="cpu0",mode="idle"} 1597421
cpustat_time_user_hertz_total{cpu="cpu0",mode="system"} 39621
cpustat_time_user_hertz_total{cpu="cpu0",mode="user"} 160345
"""


def cpustat(binary, folder):
    file = pathlib.Path(folder) / "stat"
    file.write_text(EXCERPT)
    with Exporter(binary, str(file)) as exporter:
        url = f"http://127.0.0.1:{exporter.port}/metrics"
        shown = subprocess.run(f"curl -s {url} | head -n 5", shell=True, check=True, capture_output=True, text=True)
        assert shown.stdout == SHOWN, shown.stdout
        exporter.metrics()
        for broken in (EXCERPT.replace("39621", "many"), None):
            file.write_text(broken) if broken else file.unlink()
            text = exporter.metrics()
            assert "cpustat_time" not in text and 'exporter_collector_success{collector="cpustat"} 0\n' in text, text
        assert eventually(lambda: "No such file" in exporter.logged()), exporter.logged()
        assert "collector cpustat: cpustat_time_user_hertz_total: field 3 of cpu0" in exporter.logged()
    with Exporter(binary) as exporter:
        before = os.sysconf("SC_NPROCESSORS_ONLN")
        found = [series for series in samples(exporter.metrics()) if series.startswith("cpustat_time")]
        assert len(found) == 3 * before, found
    print(f"cpustat-exporter: the talk's five lines, and {len(found)} series of this machine")


# The system call

@contextlib.contextmanager
def hung_mount(folder):
    """A file system whose server never says a word: whoever asks it anything waits."""
    libc = ctypes.CDLL(None, use_errno=True)
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
    if libc.mount(b"hung", folder.encode(), b"fuse", 0, options) != 0:
        raise OSError(ctypes.get_errno(), "mount")
    try:
        yield
    finally:
        os.close(device)
        libc.umount2(folder.encode(), 2)


def statfs(binary, folder):
    mount = str(pathlib.Path(folder) / "hung")
    os.mkdir(mount)
    with hung_mount(mount), Exporter(binary, "/", "/proc", mount, "/nowhere") as exporter:
        begun = time.monotonic()
        text = exporter.metrics()
        took = time.monotonic() - begun
        assert took < 2 + SLACK, took
        real, found = os.statvfs("/"), samples(text)
        assert found['statfs_files{path="/"}'] == real.f_files
        assert found['statfs_size_bytes{path="/"}'] == real.f_blocks * real.f_frsize
        assert found['statfs_filesystem_info{path="/proc",type="PROC"}'] == 1
        success = {path: found[f'statfs_success{{path="{path}"}}'] for path in ("/", "/proc", mount, "/nowhere")}
        assert success == {"/": 1, "/proc": 1, mount: 0, "/nowhere": 0}, success
        begun, first = exporter.descriptors(), exporter.status("Threads")
        for _ in range(5):
            exporter.metrics()
        assert exporter.descriptors() <= begun and exporter.status("Threads") <= first + 1
        assert exporter.get("/live")[0] == 200
    print(f"statfs-exporter: a mount that hangs costs its own series, {took:.2f} s of a scrape, and one thread")


# The devices

def tool(*arguments):
    return subprocess.run(["hdhomerun_config", *arguments], capture_output=True, text=True, timeout=60)


def in_namespace(binary):
    """Where nobody else has the port: Debian's tool, and the exporter, at the same device."""
    with Exporter(binary) as exporter:
        device = Device("127.0.0.1", 65001, udp=True)
        assert tool("discover", "127.0.0.1").stdout == "hdhomerun device 13252C05 found at 127.0.0.1\n"
        read = tool("127.0.0.1", "get", "/tuner0/debug")
        assert read.returncode == 0 and read.stdout == DEBUG + "\n", read
        asked = list(device.requests)
        names = [parsed(request)[1][0][1] for request in asked]
        assert names == [b"/sys/model\0", b"/tuner0/debug\0"], names
        # The lengths of the talk's capture.
        assert len(asked[0]) == 21
        device.requests.clear()
        found = samples(exporter.metrics("/metrics?target=127.0.0.1"))
        assert found == {
            'hdhomerun_network_packets_per_second{tuner="0"}': 1192,
            'hdhomerun_network_packets_per_second{tuner="1"}': 0,
            'hdhomerun_tuner_info{channel="qam:183000000",lock="qam256:183000000",tuner="0"}': 1,
            'hdhomerun_tuner_info{channel="none",lock="none",tuner="1"}': 1}, found
        assert device.requests[0] == asked[1], "what the tool asks and what the exporter asks differ"
        # What the tool cannot read is no tuner to it either.
        assert tool("127.0.0.1", "get", "/tuner2/debug").stdout == "ERROR: unknown getset variable\n"
        device.close()
    print("hdhomerun-exporter: reads what hdhomerun_config reads, by the same bytes")


def faults(binary):
    with Exporter(binary, str(TIMEOUT)) as exporter:
        good = Device()
        exporter.metrics(f"/metrics?target=127.0.0.1:{good.port}")
        exporter.metrics("/exporter")
        before, rows = exporter.descriptors(), []
        for fault in FAULTS:
            device = Device(fault=fault)
            begun = time.monotonic()
            status, text = exporter.get(f"/metrics?target=127.0.0.1:{device.port}")
            took = time.monotonic() - begun
            expected = 200 if fault == "endless-tuners" else 500
            assert status == expected and took < TIMEOUT + SLACK, (fault, status, took, text)
            if expected == 500:
                rows.append(f"  {fault:15} {took:5.2f} s  {text.strip().splitlines()[-1]}")
            assert eventually(lambda: device.open == 0), fault
            assert eventually(lambda: exporter.descriptors() <= before), (fault, exporter.descriptors(), before)
            device.close()
        nobody = free_port()
        status, text = exporter.get(f"/metrics?target=127.0.0.1:{nobody}")
        assert (status, text) == (500, f'failed to dial "127.0.0.1:{nobody}": connect: Connection refused\n'), text
        assert exporter.get("/metrics") == (400, "missing target\n")
        for hostile in ("%0d%0aX:%20y", "%ff%fe", "a" * 4000, "http://127.0.0.1/", "a%00b", "%E2%80%AE"):
            status, text = exporter.get(f"/metrics?target={hostile}")
            assert status == 400 and text.count("\n") == 1, (hostile, status, text)
        assert exporter.get("/metrics?target=127.0.0.1", {"Host": "attacker.example"})[0] == 403
        assert "group_left(channel)" in exporter.get("/help")[1]
        # A hundred at once of those that hang.
        device = Device(fault="half-body")
        threads = [threading.Thread(target=exporter.get, args=(f"/metrics?target=127.0.0.{n}:{device.port}",))
                   for n in range(1, 101)]
        for thread in threads:
            thread.start()
        assert exporter.get("/live")[0] == 200
        for thread in threads:
            thread.join()
        assert eventually(lambda: exporter.descriptors() <= before + 1), (exporter.descriptors(), before)
        device.close()
    with Exporter(binary, "1", "10.0.0.0/8") as exporter:
        for target in ("127.0.0.1:80", "[::1]", "localhost:22", "2130706433"):
            assert exporter.get(f"/metrics?target={target}")[0] == 403, target
    print("hdhomerun-exporter: what fails costs its time-out, and no descriptor\n" + "\n".join(rows))


CONFIG = """
global: {{scrape_interval: {interval}s, scrape_timeout: {timeout}s}}
scrape_configs:
  - job_name: 'hdhomerun'
    static_configs:
      - targets: {targets}
    relabel_configs:
      - source_labels: [__address__]
        target_label: __param_target
      - source_labels: [__param_target]
        target_label: instance
      - target_label: __address__
        replacement: '127.0.0.1:{port}' # hdhomerun_exporter.
"""
JOIN = """hdhomerun_network_packets_per_second{tuner="0"} *
  on (instance, job) group_left(channel)
  hdhomerun_tuner_info{tuner="0"}"""
HANGING = ["no-accept", "accept-only", "half-header", "half-body", "byte-a-second"]


def many(binary, folder, intervals):
    interval = 10
    devices = {}
    for number in range(TARGETS):
        fault = HANGING[number // 2 % len(HANGING)] if number % 2 else None
        device = Device(f"127.1.{number // 100}.{number % 100 + 1}", fault=fault)
        devices[f"{device.address}:{device.port}"] = fault
    with Exporter(binary, str(TIMEOUT)) as exporter:
        exporter.metrics("/exporter")
        before = exporter.descriptors()
        config = CONFIG.format(
            interval=interval, timeout=interval - 2, targets=list(devices), port=exporter.port)
        with Prometheus(folder, 0, text=config) as prometheus:
            def states():
                return {labels["instance"]: value for labels, value in prometheus.query("up")}
            expected = {target: 0.0 if fault else 1.0 for target, fault in devices.items()}
            assert eventually(lambda: states() == expected, 60), [
                (target, devices[target]) for target, up in states().items() if up != expected[target]]
            memory = [exporter.status("VmRSS")]
            for _ in range(intervals):
                time.sleep(interval)
                memory.append(exporter.status("VmRSS"))
            for target, fault in devices.items():
                seen = prometheus.query(f'avg_over_time(up{{instance="{target}"}}[{intervals * interval}s])')
                assert [value for _, value in seen] == [expected[target]], (target, fault, seen)
            slowest = prometheus.scalar(f"max(max_over_time(scrape_duration_seconds[{intervals * interval}s]))")
            assert slowest < TIMEOUT + SLACK, slowest
            joined = prometheus.query(JOIN)
            assert len(joined) == TARGETS // 2, len(joined)
            for labels, value in joined:
                assert value == 1192 and set(labels) == {"channel", "instance", "job", "tuner"}, labels
                assert labels["channel"] == "qam:183000000" and expected[labels["instance"]] == 1, labels
        assert eventually(lambda: exporter.descriptors() <= before + 2, 90), (exporter.descriptors(), before)
        growth = memory[-1] - memory[1]
        assert growth < 4096, memory
        after = exporter.metrics("/exporter")
        assert samples(after)["process_open_fds"] <= before + 2
    print(f"hdhomerun-exporter: {TARGETS} targets every {interval} s, {TARGETS // 2} of which hang: up is right for "
          f"each over {intervals} intervals, the slowest scrape took {slowest:.2f} s, resident memory {memory} KiB")


def main():
    if sys.argv[1] == "--in-namespace":
        return in_namespace(sys.argv[2])
    built = pathlib.Path(sys.argv[1])
    intervals = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    binary = str(built / "hdhomerun-exporter")
    with tempfile.TemporaryDirectory() as folder:
        cpustat(str(built / "cpustat-exporter"), folder)
        statfs(str(built / "statfs-exporter"), folder)
        subprocess.run(
            ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, __file__,
             "--in-namespace", binary], check=True)
        faults(binary)
        many(binary, folder, intervals)


if __name__ == "__main__":
    main()
