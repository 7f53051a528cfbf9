#!/usr/bin/env python3
"""Is what a scrape says of the process what the system says of it? Against /proc and ps, through a restart, in a cgroup.

Needs ps, promtool and the node exporter, and to be root for the part with a control group, which is left out, and says so, where none can
be made. Usage: process.py PATH_TO_EXAMPLE_MAIL_SERVER PATH_TO_PROCESS_READINGS
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.request

from example_server import ExampleServer

NAMES = """cpu_seconds_total open_fds max_fds virtual_memory_bytes virtual_memory_max_bytes resident_memory_bytes
start_time_seconds threads network_receive_bytes_total network_transmit_bytes_total""".split()
# That are open while the cost of a scrape is looked at.
DESCRIPTORS = 100
MEBIBYTE = 1 << 20


class Scraper:
    """Scrapes by one connection that stays, so that descriptors are the same before, during and after."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.ports["metrics"], timeout=10)

    def text(self, path="/metrics"):
        self.connection.request("GET", path, headers={"Accept": "text/plain"})
        response = self.connection.getresponse()
        text = response.read().decode()
        assert response.status == 200, response.status
        return text

    def samples(self):
        lines = [line.rsplit(" ", 1) for line in self.text().splitlines() if line.startswith("process_")]
        return {series: float(value) for series, value in lines}


class Process:
    """What the system says of a process."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")
        self.pid = pid

    def ps(self, column):
        return subprocess.run(
            ["ps", "-o", f"{column}=", "-p", str(self.pid)], check=True, capture_output=True, text=True).stdout.strip()

    def cpu(self):
        fields = (self.folder / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def start(self):
        ticks = int((self.folder / "stat").read_text().rsplit(")", 1)[1].split()[19])
        boot = int(re.search(r"^btime (\d+)$", pathlib.Path("/proc/stat").read_text(), re.M).group(1))
        return boot + ticks / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(list((self.folder / "fd").iterdir()))

    def octets(self):
        rows = [line.split() for line in (self.folder / "net/netstat").read_text().splitlines()
                if line.startswith("IpExt:")]
        values = dict(zip(*rows))
        return int(values["InOctets"]), int(values["OutOctets"])

    def limit(self, name):
        soft = re.search(rf"^{name}\s+(\S+)", (self.folder / "limits").read_text(), re.M).group(1)
        return float("inf") if soft == "unlimited" else float(soft)

    def measured(self):
        """What grows, or may change at any time, so that it is looked at before and after."""
        received, sent = self.octets()
        return {
            "process_cpu_seconds_total": self.cpu(), "process_network_receive_bytes_total": received,
            "process_network_transmit_bytes_total": sent}


def equals_the_system(server):
    scraper, process = Scraper(server), Process(server.process.pid)
    scraper.samples()
    held = [socket.create_connection(("127.0.0.1", server.ports["smtp"])) for _ in range(20)]
    for connection in held:
        assert connection.recv(100).startswith(b"220")
    before = process.measured()
    samples = scraper.samples()
    after = process.measured()
    assert not [name for name in NAMES if f"process_{name}" not in samples], samples
    # The kernel counts in hundredths of a second what the process's own clock has to the nanosecond.
    before["process_cpu_seconds_total"] -= 0.02
    after["process_cpu_seconds_total"] += 0.02
    for name, least in before.items():
        assert least <= samples[name] <= after[name], (name, least, samples[name], after[name])
    exact = {
        "process_open_fds": process.descriptors(), "process_max_fds": process.limit("Max open files"),
        "process_virtual_memory_max_bytes": process.limit("Max address space"),
        "process_start_time_seconds": process.start(), "process_threads": int(process.ps("nlwp")),
    }
    for name, value in exact.items():
        assert samples[name] == value, (name, samples[name], value)
    for name, column in (("resident", "rss"), ("virtual", "vsz")):
        value, told = samples[f"process_{name}_memory_bytes"], int(process.ps(column)) * 1024
        assert abs(value - told) < 4 * MEBIBYTE, (name, value, told)
    assert samples["process_start_time_seconds"] <= time.time()
    assert abs(samples["process_start_time_seconds"] - (time.time() - int(process.ps("etimes")))) <= 2
    for connection in held:
        connection.close()
    deadline = time.monotonic() + 10
    while scraper.samples()["process_open_fds"] != exact["process_open_fds"] - len(held):
        assert time.monotonic() < deadline, "descriptors that were closed are counted"
        time.sleep(0.05)
    text = scraper.text()
    assert '\nrusmes_collector_success{collector="process_metrics"} 1\n' in text
    found = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    complaints = [line for line in (found.stdout + found.stderr).splitlines() if "process_" in line]
    assert not complaints, complaints
    print(f"{len(samples)} series of the process agree with /proc and ps; a scrape has {text.count(chr(10))} lines")
    return samples


def of_node_exporter():
    """What Debian's node exporter says of this machine, and of its own process by client_golang."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
                break
            except OSError:
                assert time.monotonic() < deadline and process.poll() is None, "the node exporter does not answer"
                time.sleep(0.1)
    finally:
        process.terminate()
        process.wait(timeout=10)
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if line[:1] not in ("#", ""))
    return {series: float(value) for series, value in lines}


def equals_the_node(server):
    """The counts of the network are the machine's, and what both processes have in common is the same."""
    scraper = Scraper(server)
    before, node, after = scraper.samples(), of_node_exporter(), scraper.samples()
    for ours, theirs in (("receive", "In"), ("transmit", "Out")):
        name = f"process_network_{ours}_bytes_total"
        assert before[name] <= node[f"node_netstat_IpExt_{theirs}Octets"] <= after[name], name
    assert after["process_start_time_seconds"] > node["node_boot_time_seconds"] - 1
    assert node["process_start_time_seconds"] > before["process_start_time_seconds"]
    # Without a limit client_golang says the largest number of the kernel, and ours infinity.
    unlimited = node["process_virtual_memory_max_bytes"] >= 2 ** 63
    assert unlimited == (after["process_virtual_memory_max_bytes"] == float("inf"))
    missing = [series for series in node if series.startswith("process_") and series not in after]
    assert not missing, missing
    print("the node exporter counts the same bytes, and has no series of a process that is not here")


def restart(binary, first):
    """Killed and started again, it has another start, and counts anew."""
    with ExampleServer(binary) as server:
        begun = Scraper(server).samples()
        assert begun["process_start_time_seconds"] > first["process_start_time_seconds"]
        server.process.kill()
        server.process.wait()
        killed = time.time()
        with ExampleServer(binary) as again:
            anew = Scraper(again).samples()
            # The kernel's clock of starts and the time of day are up to a second apart.
            assert anew["process_start_time_seconds"] > begun["process_start_time_seconds"]
            assert abs(anew["process_start_time_seconds"] - killed) < 5
            assert anew["process_cpu_seconds_total"] < 30
        server.process.returncode = 0
    moved = anew["process_start_time_seconds"] - begun["process_start_time_seconds"]
    print(f"killed and started again, process_start_time_seconds has moved by {moved:.2f} s")


def cost(program):
    """The processor time of one reading, as the library does it for a scrape; none of its memory is kept."""
    def readings(count):
        run = subprocess.run([program, str(DESCRIPTORS), str(count)], check=True, capture_output=True, text=True)
        return json.loads(run.stdout)
    few, result = readings(100), readings(5000)
    assert result["process_open_fds"] >= DESCRIPTORS
    grown = result["process_resident_memory_bytes"] - few["process_resident_memory_bytes"]
    assert grown < MEBIBYTE, f"5,000 readings keep {grown} bytes"
    print(f"{result['processor_us']:.0f} us of processor time a reading with {result['process_open_fds']:.0f} descriptors")


# Control groups


@contextlib.contextmanager
def folder(path):
    path.mkdir()
    try:
        yield path
    finally:
        # The kernel takes a moment to see that the group is empty.
        for _ in range(50):
            with contextlib.suppress(OSError):
                path.rmdir()
                return
            time.sleep(0.1)


def limited_groups(stack):
    """Makes a group with limits of 1 GiB and half a processor: (version, folders to enter), or nothing where that fails."""
    name = f"mailobs-{os.getpid()}"
    mounts = [line.split() for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
    try:
        for fields in mounts:
            kind = fields[fields.index("-") + 1]
            point = pathlib.Path(fields[4])
            if kind == "cgroup2" and "memory" in (point / "cgroup.subtree_control").read_text().split() \
                    and "cpu" in (point / "cgroup.subtree_control").read_text().split():
                group = stack.enter_context(folder(point / name))
                (group / "memory.max").write_text(str(1 << 30))
                (group / "cpu.max").write_text("50000 100000")
                return 2, [group]
        first = {}
        for fields in mounts:
            dash = fields.index("-")
            if fields[dash + 1] == "cgroup":
                for controller in fields[dash + 3].split(","):
                    first[controller] = pathlib.Path(fields[4])
        memory = stack.enter_context(folder(first["memory"] / name))
        (memory / "memory.limit_in_bytes").write_text(str(1 << 30))
        cpu = memory if first["cpu"] == first["memory"] else stack.enter_context(folder(first["cpu"] / name))
        (cpu / "cpu.cfs_period_us").write_text("100000")
        (cpu / "cpu.cfs_quota_us").write_text("50000")
        return 1, [memory, cpu]
    except (OSError, KeyError) as error:
        print(f"no control group with limits can be made here ({error}): its figures are not looked at")
        return None


def in_a_group(binary):
    with contextlib.ExitStack() as stack:
        made = limited_groups(stack)
        if not made:
            return
        version, groups = made
        # A shell that enters the groups and becomes the server.
        enter = " && ".join(f"echo $$ > '{group}/cgroup.procs'" for group in groups)
        prefix = ("sh", "-c", f'{enter} && exec "$@"', "sh")
        with ExampleServer(
                binary, "--traffic", "2000", listeners=("smtp", "imap", "jmap", "metrics"), prefix=prefix) as server:
            scraper = Scraper(server)
            deadline = time.monotonic() + 30
            while True:
                samples = scraper.samples()
                if samples["process_cgroup_cpu_throttled_periods_total"] >= 5:
                    break
                assert time.monotonic() < deadline, "the group was not throttled"
                time.sleep(0.2)
            assert samples["process_cgroup_memory_limit_bytes"] == 1 << 30
            assert samples["process_cgroup_cpu_limit_cores"] == 0.5
            usage = int((groups[0] / ("memory.current" if version == 2 else "memory.usage_in_bytes")).read_text())
            assert 0.3 < samples["process_cgroup_memory_bytes"] / usage < 3, (samples, usage)
            assert samples["process_cgroup_memory_working_set_bytes"] <= samples["process_cgroup_memory_bytes"]
            stat = dict(line.split() for line in (groups[-1] / "cpu.stat").read_text().splitlines())
            later = scraper.samples()
            seconds = float(stat["throttled_usec"]) / 1e6 if version == 2 else float(stat["throttled_time"]) / 1e9
            for name, told in (
                    ("periods_total", float(stat["nr_periods"])), ("throttled_periods_total", float(stat["nr_throttled"])),
                    ("throttled_seconds_total", seconds)):
                name = f"process_cgroup_cpu_{name}"
                assert samples[name] <= told <= later[name], (name, samples[name], told, later[name])
            print(f"in a control group of version {version}: limits as set, throttled in "
                  f"{later['process_cgroup_cpu_throttled_periods_total']:.0f} of "
                  f"{later['process_cgroup_cpu_periods_total']:.0f} periods")


def main():
    binary, program = sys.argv[1:3]
    with ExampleServer(binary) as server:
        first = equals_the_system(server)
        equals_the_node(server)
    restart(binary, first)
    in_a_group(binary)
    cost(program)


if __name__ == "__main__":
    main()
